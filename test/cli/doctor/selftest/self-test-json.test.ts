import { expect, test } from "bun:test";
import { exitCodeOf, selfTestJson } from "../../../../src/cli/doctor/selftest/self-test-json.ts";
import type { SelfTestCheck } from "../../../../src/cli/doctor/selftest/self-test.ts";
import { createScriptedSystem } from "../../../../src/simulator/scripted-system.ts";

function checkOf(outcome: SelfTestCheck["outcome"], stdout = ""): SelfTestCheck {
  return {
    kind: "question",
    name: "routes",
    title: "the routing tables",
    points: ["2"],
    outcome,
    what: "secret in it",
    unread: ["a secret line"],
    answers: [
      {
        argv: ["/usr/bin/netstat", "secret"],
        exitCode: 3,
        timedOut: false,
        stdout,
        stderr: "secret\n".repeat(60),
        durationMs: 12,
      },
    ],
  };
}

function jsonOf(check: SelfTestCheck) {
  const { system: sys } = createScriptedSystem({ platform: "aix", uid: 7 });
  const mask = (text: string): string => text.replaceAll("secret", "***");
  return selfTestJson([check], { sys, distro: "aix", mask });
}

test("the worst of all decides on the exit code", () => {
  const fine = (["ok", "absent", "told", "left-out"] as const).map((each) => checkOf(each));
  expect(exitCodeOf(fine)).toBe(0);
  expect(exitCodeOf([...fine, checkOf("differs")])).toBe(1);
  expect(exitCodeOf([checkOf("broken"), checkOf("differs")])).toBe(2);
});

test("secrets are masked wherever they are", () => {
  const json = jsonOf(checkOf("differs", "one secret\n"));
  expect(JSON.stringify(json)).not.toContain("secret");
  expect(json).toMatchObject({
    schema: 1,
    result: "differs",
    exit_code: 1,
    time: "2026-01-02T03:04:05.000Z",
    machine: { platform: "aix", arch: "ppc64", runtime: "scripted 1", uid: 7 },
  });
});

test("long answers are cut at the end of a line, and that is told", () => {
  const lines = "a line\n".repeat(1_000);
  const [fits] = jsonOf(checkOf("ok", lines)).checks[0]?.commands ?? [];
  const [long] = jsonOf(checkOf("ok", `${lines}more\n`)).checks[0]?.commands ?? [];
  const [wide] = jsonOf(checkOf("ok", `${"x".repeat(3_000)}\n`)).checks[0]?.commands ?? [];
  expect(long).toMatchObject({ stdout: lines, stdout_cut: true, stderr_cut: true });
  expect(long?.stderr.split("\n")).toHaveLength(51);
  expect(wide).toMatchObject({ stdout: `${"x".repeat(2_000)}\n`, stdout_cut: true });
  expect(fits).toMatchObject({ stdout: lines, stdout_cut: false, exit_code: 3, duration_ms: 12 });
});
