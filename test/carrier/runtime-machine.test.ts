import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { type RuntimeMachine, runtimeMachine } from "../../scripts/carrier/runtime-machine.ts";

/** The head of a 64-bit ELF program (elf(5)). */
function elf(machine: number, order: "little" | "big", type = 2, bits = 2): Uint8Array {
  const bytes = new Uint8Array(64);
  const head = new DataView(bytes.buffer);
  head.setUint32(0, 0x7f_45_4c_46);
  head.setUint8(4, bits);
  head.setUint8(5, order === "little" ? 1 : 2);
  head.setUint16(16, type, order === "little");
  head.setUint16(18, machine, order === "little");
  return bytes;
}

/** The head of an XCOFF program: 0x01f7 for 64 bits, 0x01df for 32. */
function xcoff(magic: number): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setUint16(0, magic);
  return bytes;
}

describe("the machine of a runtime", () => {
  const machines: readonly (readonly [string, Uint8Array, RuntimeMachine])[] = [
    ["AIX", xcoff(0x01_f7), { system: "aix", machine: "ppc64" }],
    ["POWER", elf(21, "big"), { system: "linux", machine: "ppc64" }],
    ["POWER, little-endian", elf(21, "little"), { system: "linux", machine: "ppc64le" }],
    ["IBM Z", elf(22, "big"), { system: "linux", machine: "s390x" }],
    ["x86", elf(62, "little"), { system: "linux", machine: "x86_64" }],
    ["Arm, anywhere in memory", elf(183, "little", 3), { system: "linux", machine: "aarch64" }],
  ];
  for (const [name, bytes, machine] of machines) {
    test(`is told of a program for ${name}`, () => {
      expect(runtimeMachine(bytes)).toEqual(machine);
    });
  }

  test("is that of this test's own runtime", () => {
    const { stdout } = spawnSync("uname", ["-m"], { encoding: "utf8" });
    const machine = runtimeMachine(readFileSync(process.execPath));
    expect(`${machine?.system} ${machine?.machine}`).toBe(`linux ${stdout.trim()}`);
  });

  test("is not told of what is no program of 64 bits", () => {
    const others = [
      new Uint8Array(),
      new TextEncoder().encode('#!/bin/sh\nexec /usr/bin/node "$@"\n'),
      xcoff(0x01_df),
      elf(20, "big"),
      elf(62, "big"),
      elf(62, "little", 2, 1),
      elf(62, "little", 1),
      elf(62, "little").subarray(0, 19),
      xcoff(0x01_f7).subarray(0, 23),
    ];
    expect(others.map((bytes) => runtimeMachine(bytes))).toEqual(others.map(() => undefined));
  });

  test("is told of bytes in the middle of a buffer", () => {
    const buffer = new Uint8Array(128);
    buffer.set(elf(22, "big"), 33);
    expect(runtimeMachine(buffer.subarray(33))).toEqual({ system: "linux", machine: "s390x" });
  });
});
