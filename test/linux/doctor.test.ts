// The built program looks at the Linux that the tests run on; what it finds there is not ours to say.
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import type { SelfTestJson } from "../../src/cli/doctor/selftest/self-test-json.ts";
import type { DoctorJson } from "../../src/cli/doctor/render-doctor.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

function doctor(args: readonly string[]): { exitCode: number | null; stdout: string } {
  const { status, stdout, stderr } = spawnSync(builtArtefacts().binary, ["doctor", ...args], {
    encoding: "utf8",
    env: {},
    timeout: 60_000,
  });
  expect(stderr).toBe("");
  return { exitCode: status, stdout };
}

test("every check comes to an answer on a real machine", () => {
  const { exitCode, stdout } = doctor(["--format", "json"]);
  const told = JSON.parse(stdout) as DoctorJson;
  expect(told.exit_code === exitCode).toBe(true);
  expect(told.checks.length).toBeGreaterThan(15);
  expect(told.findings.filter(({ what }) => what.startsWith("Cannot check "))).toEqual([]);
  for (const { what, why, fix } of told.findings) {
    expect([what, why, fix]).not.toContain("");
  }
  expect(told.facts["free in /"]).toMatch(/^\d+ MiB$/u);
  expect(told.facts["clock"]).toStartWith("20");
}, 60_000);

test("for people: each finding has its reason and its command", () => {
  const { exitCode, stdout } = doctor([]);
  const starting = (start: string): number =>
    stdout.split("\n").filter((line) => line.startsWith(start)).length;
  const count = starting("error ") + starting("warning ");
  expect([starting("  why: "), starting("  fix: ")]).toEqual([count, count]);
  expect(exitCode === 0).toBe(count === 0);
  expect(stdout).toMatch(/\n?\d+ checks(?:: \d|, nothing found)/u);
}, 60_000);

function nodeObstacle(): string | undefined {
  return spawnSync("node", ["--version"]).status === 0 ? undefined : "there is no node";
}

/** What it asks can differ on any machine; what it relies on cannot. */
function expectPlatform(stdout: string, exitCode: number | null): SelfTestJson {
  const told = JSON.parse(stdout) as SelfTestJson;
  expect(told.exit_code === exitCode).toBe(true);
  const platform = told.checks.filter(({ kind }) => kind === "platform");
  expect(platform.length).toBeGreaterThan(15);
  expect(platform.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  return told;
}

test("the self-test finds that all that the program relies on works here", () => {
  const { exitCode, stdout } = doctor(["--selftest", "--format", "json"]);
  const told = expectPlatform(stdout, exitCode);
  expect(told.machine).toMatchObject({ platform: "linux", uid: process.getuid?.() ?? 0 });
  const failed = told.checks.filter(({ outcome }) => outcome === "differs");
  // Where something differs, what to mend it by is there.
  for (const { unread, what } of failed) {
    expect(`${unread.join("")}${what}`).not.toBe("");
  }
  expect(told.checks.find(({ name }) => name === "mounts")?.outcome).toBe("ok");
}, 60_000);

test.skipIf(requireOrSkip(nodeObstacle()))(
  "and so it does under Node.js",
  () => {
    const { bundle } = builtArtefacts();
    const options = { encoding: "utf8", timeout: 60_000 } as const;
    const args = [bundle, "doctor", "--selftest", "--format", "json"];
    const { status, stdout } = spawnSync("node", args, options);
    expect(expectPlatform(stdout, status).machine.runtime).toStartWith("node ");
  },
  60_000,
);
