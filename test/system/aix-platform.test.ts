// What Node.js on AIX says or lacks, with a faked platform: no AIX is at hand.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { findDistroName } from "../../src/distros/registry.ts";
import { commandEnvironment } from "../../src/system/command-environment.ts";
import { isForeign } from "../../src/system/host-spawn.ts";
import { createHostSystem } from "../../src/system/host-system.ts";

describe("on the platform aix", () => {
  const descriptor = Object.getOwnPropertyDescriptor(process, "platform") ?? {};
  beforeAll(() => {
    Object.defineProperty(process, "platform", { ...descriptor, value: "aix" });
  });
  afterAll(() => {
    Object.defineProperty(process, "platform", descriptor);
  });

  test("the distro is AIX, whatever files there are", () => {
    const sys = createHostSystem();
    expect(sys.process.platform).toBe("aix");
    expect(fs.existsSync("/etc/os-release")).toBe(true);
    expect(findDistroName(sys)).toBe("aix");
  });

  test("commands get AIX's PATH and its ODM", () => {
    const env = commandEnvironment(createHostSystem().process, "agent");
    expect(env).toMatchObject({ ODMDIR: "/etc/objrepos" });
    expect(env["PATH"]).toContain("/usr/sbin");
  });

  test("the system's names and the clock are there without /proc", async () => {
    const sys = createHostSystem();
    expect(Object.values((await sys.process.readUname?.()) ?? {})).toHaveLength(5);
    expect(sys.clock.monotonicMs()).toBeGreaterThan(0);
  });
});

describe("a file is a program for another system, which Node.js would give to the shell", () => {
  let root = "";
  beforeAll(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "foreign-"));
  });
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

  const node = (platform: NodeJS.Platform) => ({
    platform,
    versions: { node: "20.11.0" } as NodeJS.ProcessVersions,
  });

  test.each([
    ["32-bit XCOFF", [0x01, 0xdf, 0, 2, 0, 0], { aix: false, linux: true }],
    ["64-bit XCOFF", [0x01, 0xf7, 0, 2, 0, 0], { aix: false, linux: true }],
    ["ELF", [0x7f, 0x45, 0x4c, 0x46, 2, 0, 1], { aix: true, linux: false }],
    ["a script", [...Buffer.from("#!/bin/sh\n")], { aix: false, linux: false }],
    ["a text", [...Buffer.from("echo\n")], { aix: false, linux: false }],
    ["nothing", [], { aix: false, linux: false }],
  ])("%s", (name, bytes, expected) => {
    const file = path.join(root, name.replace(" ", "-"));
    fs.writeFileSync(file, Uint8Array.from(bytes));
    expect({
      aix: isForeign(file, node("aix")),
      linux: isForeign(file, node("linux")),
    }).toEqual(expected);
  });

  test("what is not there, or is looked up in PATH, is left to the kernel, and all of it on Bun", () => {
    const file = path.join(root, "foreign");
    fs.writeFileSync(file, Uint8Array.of(1, 0, 2, 0));
    const bun = { ...node("linux"), versions: { bun: "1" } as unknown as NodeJS.ProcessVersions };
    expect(isForeign(file, node("linux"))).toBe(true);
    expect(isForeign(file, bun)).toBe(false);
    expect(isForeign(path.join(root, "none"), node("linux"))).toBe(false);
    expect(isForeign("true", node("linux"))).toBe(false);
  });
});
