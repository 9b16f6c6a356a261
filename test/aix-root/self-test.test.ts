// `doctor --selftest` of the built program on an AIX root: its own shell, its own commands.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { canUseAixRoot } from "../../scripts/aix-root.ts";
import type { SelfTestJson } from "../../src/cli/doctor/selftest/self-test-json.ts";
import {
  type AixScenario,
  type AixTestRoot,
  createAixScenario,
} from "../support/aix-root-scenario.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { compareSnapshots, snapshotRoot } from "../support/root-snapshot.ts";

const TIMEOUT_MS = 120_000;

async function selfTest(root: AixTestRoot): Promise<SelfTestJson> {
  const { stdout, stderr, exitCode } = await root.agent("doctor", "--selftest", "--format", "json");
  expect(stderr).toBe("");
  const told = JSON.parse(stdout) as SelfTestJson;
  expect(told.exit_code === exitCode).toBe(true);
  return told;
}

describe.skipIf(requireOrSkip(canUseAixRoot()))("the self-test on AIX", () => {
  let scenario: AixScenario;
  let root: AixTestRoot;

  beforeAll(async () => {
    scenario = createAixScenario();
    root = await scenario.deployed();
  }, TIMEOUT_MS);
  afterAll(() => scenario.removeAll());

  test(
    "what the program relies on works, what it asks is understood, nothing is changed",
    async () => {
      const before = snapshotRoot(root.path);
      const told = await selfTest(root);
      expect(compareSnapshots(snapshotRoot(root.path), [before])).toEqual([]);
      const others = told.checks.filter(({ outcome }) => outcome !== "ok" && outcome !== "told");
      expect(others.filter(({ outcome }) => outcome !== "absent")).toEqual([]);
      expect(others.filter(({ name }) => !name.includes(" "))).toEqual([]);
      expect(told).toMatchObject({ exit_code: 0, result: "ok", distro: "aix" });
      const find = (name: string) => told.checks.find((check) => check.name === name);
      expect(find("adapters")?.what).toStartWith("2 adapters: ent0 fa:16:3e:5c:1a:01");
      expect(find("deadline")?.outcome).toBe("ok");
      expect(find("disks")?.commands).toMatchObject([
        { argv: ["/usr/sbin/lspv"], exit_code: 0, timed_out: false },
        { argv: ["/usr/sbin/lsdev", "-Cc", "disk", "-F", "name:status:type"], exit_code: 0 },
      ]);
      expect(find("disks")?.commands[0]?.stdout).toStartWith("hdisk0 ");
    },
    TIMEOUT_MS,
  );

  test(
    "a command that answers in another way: exit code 1, and the lines to mend it by",
    async () => {
      const odd = scenario.copy(root);
      const done = await odd.sh(
        "set -e\nrm /usr/sbin/lspv\nprintf '#!/usr/bin/ksh\\nprint hdisk0,00f9c1af1b2c3d4e,rootvg\\n' > /usr/sbin/lspv\nchmod 755 /usr/sbin/lspv",
      );
      expect(done).toMatchObject({ exitCode: 0 });
      const { stdout, exitCode } = await odd.agent("doctor", "--selftest");
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/\ndiffers +disks +no disks\n/u);
      expect(stdout).toContain("    $ /usr/sbin/lspv (exit code 0)\n");
      expect(stdout).toContain("    | hdisk0,00f9c1af1b2c3d4e,rootvg\n");
    },
    TIMEOUT_MS,
  );
});
