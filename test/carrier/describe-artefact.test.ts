import { readFileSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { buildCarrier } from "../../scripts/carrier/carrier.ts";
import { describeArtefact } from "../../scripts/describe-artefact.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("what an artefact is", () => {
  const machine = process.arch === "x64" ? "x86_64" : "aarch64";
  const program = readFileSync("/bin/true");

  test("is told of programs, scripts and packages by their first bytes", () => {
    const xcoff = new Uint8Array(64);
    xcoff.set([0x01, 0xf7]);
    const rpm = new Uint8Array(96);
    rpm.set([0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0]);
    rpm.set(encode("cloud-init-aix-0.1.0-1"), 10);
    const files: readonly (readonly [Uint8Array, string])[] = [
      [program, `ELF 64-bit executable, Linux ${machine}`],
      [xcoff, "64-bit XCOFF executable, AIX ppc64"],
      [encode("#!/usr/bin/env node\n0;\n"), "script for Node.js"],
      [rpm, "RPM v3.0 binary of cloud-init-aix-0.1.0-1"],
      [encode("text"), "unknown data"],
      [encode("#!/bin/sh\nexit 0\n"), "shell stub + unknown data"],
      [new Uint8Array(), "unknown data"],
    ];
    expect(files.map(([bytes]) => describeArtefact(bytes))).toEqual(files.map(([, kind]) => kind));
  });

  test("is told of a carrier with what it carries", () => {
    const parts = { runtime: program, program: encode("0"), libraries: { "libz.a": encode("z") } };
    expect(describeArtefact(buildCarrier({ ...parts, form: "ustar" }))).toBe(
      `shell stub + ustar archive of app.cjs, lib/libz.a, node (ELF 64-bit executable, Linux ${machine}), program.cjs`,
    );
    expect(describeArtefact(buildCarrier({ ...parts, form: "compress" }))).toBe(
      "shell stub + compress'd data",
    );
  });
});
