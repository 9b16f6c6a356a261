import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { markFinished, markStarted } from "../../src/stages/stage-status.ts";
import { openTestFrame } from "../support/open-test-frame.ts";
import { failDisk } from "../support/failing-disk.ts";
import { CLOUD_DIR, createMachine, resultOf, statusOf } from "../support/sample-machine.ts";

const END = { datasource: "D", errors: [], recoverableErrors: {} };

async function openStatus(aix: SimulatedAix = createMachine()) {
  const { frame, errors } = await openTestFrame(aix.system);
  return { aix, frame, errors };
}

describe("status.json", () => {
  test("names the stage that runs, and none when it has ended", async () => {
    const { aix, frame } = await openStatus();
    markStarted(frame, "init");
    expect(statusOf(aix)).toMatchObject({ stage: "init", init: { finished: null } });
    markFinished(frame, "init", END);
    expect(statusOf(aix)).toMatchObject({ stage: null, datasource: "D" });
    expect(statusOf(aix)["init"]?.finished).not.toBeNull();
  });

  test("begins anew with init-local, and result.json of the boot before is gone", async () => {
    const { aix, frame } = await openStatus();
    markFinished(frame, "modules-final", { ...END, errors: ["old"] });
    expect(resultOf(aix).errors).toEqual(["old"]);
    markStarted(frame, "init-local");
    expect(aix.system.fs.stat(`${CLOUD_DIR}/data/result.json`)).toBeUndefined();
    expect(aix.system.fs.stat("/run/cloud-init/result.json")).toBeUndefined();
    expect(statusOf(aix)["modules-final"]?.errors).toEqual([]);
    expect(statusOf(aix).datasource).toBeNull();
  });

  test("a stage that was cut off and is run again is said to be", async () => {
    const { frame } = await openStatus();
    const said: string[] = [];
    const log = { ...frame.log, info: (text: string) => said.push(text) };
    markStarted({ ...frame, log }, "init");
    expect(said).toEqual([]);
    markStarted({ ...frame, log }, "init");
    expect(said).toEqual([
      "Unexpected start time found for Network Stage. Was this stage restarted?",
    ]);
  });

  test("a link in run_dir that leads elsewhere is put right", async () => {
    const { aix, frame } = await openStatus();
    aix.system.fs.symlink("/nowhere", "/run/cloud-init/status.json");
    markStarted(frame, "init");
    expect(aix.system.fs.readLink("/run/cloud-init/status.json")).toBe(
      `../..${CLOUD_DIR}/data/status.json`,
    );
  });

  test("that cannot be written is an error of the stage, and the link is made all the same", async () => {
    const aix = createMachine();
    const { system } = failDisk(aix.system, {
      code: "ENOSPC",
      fails: (path) => path.endsWith("/data/status.json"),
    });
    const { frame, errors } = await openTestFrame(system);
    markStarted(frame, "init");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toStartWith("Cannot keep the status of the stage: ");
    expect(aix.system.fs.readLink("/run/cloud-init/status.json")).toBeDefined();
  });
});
