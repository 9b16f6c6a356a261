import { describe, expect, test } from "bun:test";
import {
  assumeUnknown,
  createPlanAix,
  createPlanLinux,
} from "../../../src/cli/plan/plan-machine.ts";
import { createPlanRecorder } from "../../../src/cli/plan/plan-recorder.ts";
import { buildReport } from "../../../src/cli/plan/build-report.ts";
import { createColoring } from "../../../src/text/coloring.ts";
import { renderText } from "../../../src/cli/plan/render-text.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

const SEED = {
  files: {},
  adapters: [{ name: "tap1", macAddress: "fa:16:3e:00:00:01" }],
  now: new Date("2026-01-02T03:04:05Z"),
};

describe("a command that nobody simulates", () => {
  const scripted = createScriptedSystem({ commands: { "/usr/bin/known": "known" } });
  const gaps: string[] = [];
  const sys = assumeUnknown(scripted.system, (program) => program === "/usr/bin/known", gaps);

  test("counts as done where it changes something, without its check", async () => {
    const verify = async () => "not done";
    const result = await sys.exec.run(["/usr/bin/other", "a b"], { verify });
    expect(result.exitCode).toBe(0);
    expect(gaps).toEqual(["/usr/bin/other 'a b'"]);
  });

  test("user code and what is known are left to the machine", async () => {
    expect((await sys.exec.run(["/usr/bin/known"])).stdout).toBe("known");
    expect((await sys.exec.query(["/usr/bin/known"])).stdout).toBe("known");
    await expect(sys.exec.run(["/tmp/script"], { owner: "user" })).rejects.toThrow("No script");
    expect(gaps).toHaveLength(1);
  });
});

test("the plan says what it cannot know, and does not call it a failure", async () => {
  const machine = await createPlanAix(SEED);
  const recorder = createPlanRecorder({ machine, withDiffs: false });
  const hooks = recorder.begin("init");
  const argv = ["/usr/sbin/newcmd", "-x"];
  hooks.onChange?.({ kind: "command", argv, hasStdin: false, owner: "agent" }, "users_groups");
  await machine.system.exec.run(argv);
  await machine.system.exec.query(["/usr/bin/asks"], { okExitCodes: "any" });
  hooks.onError?.('Command "/usr/bin/asks" was not found', "users_groups");
  recorder.end(1);
  const report = await buildReport({
    machine,
    stages: recorder.stages,
    source: { kind: "none", description: "none" },
    config: {},
    problems: [],
  });
  expect(report).toMatchObject({
    exitCode: 0,
    failures: [],
    unknown: ["/usr/sbin/newcmd -x", "/usr/bin/asks"],
  });
  const text = renderText(report, createColoring(false));
  expect(text).toContain("    run     /usr/sbin/newcmd -x  what it does is not known\n");
  expect(text).toContain("    unknown the plan cannot know how this ends: Command");
  expect(text).toContain("The plan cannot know what these commands do:\n  /usr/sbin/newcmd -x\n");
});

describe("the machines", () => {
  test("have the adapters of the drive, by their own names", async () => {
    const macAddress = "fa:16:3e:00:00:01";
    expect((await createPlanAix(SEED)).adapters).toEqual([{ name: "ent0", macAddress }]);
    expect((await createPlanLinux("debian", SEED)).adapters).toEqual([
      { name: "eth0", macAddress },
    ]);
    const named = { ...SEED, adapters: [{ name: "enp1s0", macAddress }] };
    expect((await createPlanLinux("debian", named)).adapters).toEqual([
      { name: "enp1s0", macAddress },
    ]);
  });

  test("start user code that they can start, and nothing else", async () => {
    for (const machine of [await createPlanAix(SEED), await createPlanLinux("debian", SEED)]) {
      const { fs, exec } = machine.system;
      fs.write("/tmp/good", "#!/bin/sh\n", { mode: 0o755 });
      fs.write("/tmp/bad", "#!/usr/bin/ruby\n", { mode: 0o755 });
      const run = async (...argv: readonly string[]): Promise<number> =>
        (await exec.run(argv, { owner: "user", okExitCodes: "any" })).exitCode;
      expect(await run("/tmp/good")).toBe(0);
      expect(await run("/tmp/bad")).toBe(127);
      expect(await run("/bin/sh", "/tmp/bad")).toBe(0);
    }
  });
});
