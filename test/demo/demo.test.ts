import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { deployInMemory } from "../../scripts/demo/deploy-in-memory.ts";
import type { DeployedMachine } from "../../scripts/demo/deployed-machine.ts";
import { findFailures } from "../../scripts/demo/find-failures.ts";
import { readSampleDrive } from "../../scripts/demo/read-sample-drive.ts";

const ROOT = join(import.meta.dir, "../..");
const COLUMNS = 100;
const TIMEOUT_MS = 120_000;

test(
  "the demo deploys the sample drive, on a page of 100 columns without colours where nobody watches",
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/demo.ts"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^ {2}host name +aixdemo1$/mu);
    expect(stdout).toMatch(/^ {2}status +done$/mu);
    expect(stdout).not.toContain("\u001B");
    expect(stdout.split("\n").filter((line) => line.length > COLUMNS)).toEqual([]);
  },
  TIMEOUT_MS,
);

describe("what the demo checks", () => {
  async function deploy(): Promise<DeployedMachine> {
    const drive = readSampleDrive(join(ROOT, "test/fixtures/sample-drive.iso"));
    const machine = deployInMemory(drive.bytes, "a test wants it");
    expect(await machine.boot({ withDrive: true })).toEqual([]);
    return machine;
  }

  test("is all there after both boots of a machine in memory", async () => {
    const machine = await deploy();
    expect(findFailures(machine, undefined)).toEqual([]);
    expect(await machine.boot({ withDrive: false })).toEqual([]);
    expect(findFailures(machine, undefined)).toEqual([]);
  });

  test("is named where it is missing", async () => {
    const machine = await deploy();
    const aix = machine.machine();
    aix.hostname = "golden";
    aix.routes = [];
    expect(findFailures(machine, "")).toEqual([
      "missing: host name aixdemo1",
      "missing: default route by 192.0.2.1",
      "missing: the script's greeting",
      "missing: the script's file",
    ]);
  });

  test("is nothing on a machine that was never booted", () => {
    const drive = readSampleDrive(join(ROOT, "test/fixtures/sample-drive.iso"));
    const failures = findFailures(deployInMemory(drive.bytes, "a test wants it"), undefined);
    expect(failures).toContain("stage init-local has not ended");
    expect(failures).toContain("missing: user deploy");
  });
});
