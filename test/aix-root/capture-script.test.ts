// The script that an administrator of a real AIX runs for us, in a root with ksh93 as its shell.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import path from "node:path";
import { canUseAixRoot, readAixMachine } from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  type AixTestRoot,
  createAixScenario,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const SCRIPT = path.join(import.meta.dir, "../../scripts/capture-aix.sh");
const TIMEOUT_MS = 120_000;

describe.skipIf(requireOrSkip(canUseAixRoot()))("capture-aix.sh", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;
  let answers: string;
  let before: { readonly machine: string; readonly files: readonly string[] };

  beforeAll(async () => {
    scenario = createAixScenario();
    root = await scenario.deployed();
    root.write("/tmp/capture-aix.sh", fs.readFileSync(SCRIPT), 0o755);
    before = { machine: JSON.stringify(readAixMachine(root.path)), files: root.list("/tmp") };
    answers = (await root.sh("ksh /tmp/capture-aix.sh")).stdout;
  }, TIMEOUT_MS);
  afterAll(() => scenario.removeAll());

  test("asks about each open point, and comes to its end", () => {
    for (let point = 1; point <= 10; point += 1) {
      expect(answers).toMatch(new RegExp(`^### ${point} `, "mu"));
    }
    expect(answers).toEndWith("\n### end\n");
  });

  test("gives its answers in one form", () => {
    const other = answers
      .split("\n")
      .filter(
        (line) =>
          line !== "" && !/^(?:capture-aix 1$|### |\$ |\| |! |= (?:-|timeout|\d+)$)/u.test(line),
      );
    expect(other.filter((line) => line !== "|" && line !== "!")).toEqual([]);
    expect(answers).toContain("\n$ lspv\n| hdisk0 ");
    expect(answers).toMatch(/\n\$ lsattr -El hdisk999\n(?:! .*\n)+= [1-9]\d*\n/u);
    expect(answers).toContain("\n$ whence getent\n= ");
  });

  test("changes nothing and leaves nothing", () => {
    expect(JSON.stringify(readAixMachine(root.path))).toBe(before.machine);
    expect(root.list("/tmp")).toEqual(before.files);
  });

  test("with -w takes back what it tried", async () => {
    const { attributes, interfaces, routes } = readAixMachine(root.path);
    const users = root.read("/etc/passwd");
    const { stdout } = await root.sh("ksh /tmp/capture-aix.sh -w");
    expect(stdout).toContain("\n$ mkuser pgrp=citest citest\n");
    const after = readAixMachine(root.path);
    expect(after.attributes).toEqual(attributes);
    expect(after.interfaces).toEqual(interfaces);
    expect(after.routes).toEqual(routes);
    expect(root.read("/etc/passwd")).toBe(users);
  });

  test("says how it is called", async () => {
    expect((await root.sh("ksh /tmp/capture-aix.sh -x")).exitCode).toBe(2);
  });
});
