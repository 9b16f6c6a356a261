// A machine that goes down in the middle of disk_setup: the next boot goes on, and what it cannot go
// on with is left alone and told.
import { expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { runBoot, STAGES } from "../support/boot-scenario.ts";
import { KilledError, killSystem } from "../support/killed-system.ts";
import { buildDrive, createMachine, statusOf } from "../support/sample-machine.ts";

const USER_DATA = [
  "#cloud-config",
  "disk_setup:",
  "  hdisk1: {volume_group: datavg}",
  "  hdisk2: {volume_group: datavg}",
  "fs_setup:",
  "  - {device: datalv, size: 1G, mount_point: /data}",
  "",
].join("\n");

function create(): SimulatedAix {
  return createMachine({
    drive: buildDrive({ userData: USER_DATA }),
    firstBoot: "captured",
    storage: {
      disks: [
        { name: "hdisk1", sizeMb: 8_192 },
        { name: "hdisk2", sizeMb: 8_192 },
      ],
    },
  });
}

/** Boots until just before the first run of a program. */
async function bootUntil(aix: SimulatedAix, program: string): Promise<void> {
  const whole = create();
  await runBoot(whole);
  const beforeChange = whole.changes.findIndex(
    (change) =>
      change.kind === "command" && `${change.argv.join(" ")} `.startsWith(`/usr/sbin/${program} `),
  );
  expect(beforeChange).toBeGreaterThan(0);
  const { system } = killSystem(aix.system, { beforeChange, losesUnflushed: true });
  for (const stage of STAGES) {
    try {
      await runStage(stage, system, { configFiles: [], force: false, debug: false });
    } catch (error) {
      if (!(error instanceof KilledError)) {
        throw error;
      }
    }
  }
}

test.each(["mkvg", "extendvg", "mklv", "mount /data"])(
  "before %s: the next boot makes the rest",
  async (program) => {
    const aix = create();
    await bootUntil(aix, program);
    aix.reboot();
    await runBoot(aix);
    expect(statusOf(aix)["modules-config"]?.errors).toEqual([]);
    const datavg = aix.machine.storage.volumeGroups.find(({ name }) => name === "datavg");
    expect(datavg?.members).toHaveLength(2);
    expect(datavg?.volumes.map(({ name, fileSystem }) => [name, fileSystem?.mountPoint])).toEqual([
      ["datalv", "/data"],
    ]);
    expect(aix.machine.mounts.some(({ directory }) => directory === "/data")).toBe(true);
  },
);

test("before crfs: the logical volume is left as it is, and the message says what helps", async () => {
  const aix = create();
  await bootUntil(aix, "crfs");
  aix.reboot();
  await runBoot(aix);
  const [error = ""] = statusOf(aix)["modules-config"]?.errors ?? [];
  expect(error).toContain("no file system is known on it. It is left alone");
  expect(error).toContain('"overwrite: true" makes a file system in it');

  const userData = USER_DATA.replace("size: 1G", "size: 1G, options: rbrw, overwrite: true");
  const metaData = { uuid: "0a1b2c3d-0000-4000-8000-000000000002" };
  aix.media.set("cd0", buildDrive({ metaData, userData }));
  aix.reboot();
  await runBoot(aix);
  expect(statusOf(aix)["modules-config"]?.errors).toEqual([]);
  expect(aix.machine.mounts.find(({ directory }) => directory === "/data")?.options).toContain(
    "rbrw",
  );
});
