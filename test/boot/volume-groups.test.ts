import { describe, expect, test } from "bun:test";
import { VOLUME_GROUP_MAPPING_PATH } from "../../src/distros/aix/volume-group-mapping.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { exists, readTextIfExists } from "../../src/system/files.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { createFakeVolumes, type FakeDisk, type FakeVolumes } from "../support/fake-volumes.ts";
import { buildDrive, createMachine, messagesAt, statusOf } from "../support/sample-machine.ts";
import { type MachineWithCommands, withCommands } from "../support/with-commands.ts";

const PVIDS = {
  data1: "00fa00d6b552f401",
  data2: "00fa00d6b552f402",
  logs: "00fa00d6b552f403",
};
const MAPPING = `datavg ${PVIDS.data1}\ndatavg ${PVIDS.data2}\nlogvg ${PVIDS.logs}\n`;
const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const STANZA = "\n/data:\n\tdev\t\t= /dev/datalv\n\tvfs\t\t= jfs2\n\tmount\t\t= true\n";

interface Machine extends MachineWithCommands {
  readonly aix: SimulatedAix;
  readonly volumes: FakeVolumes;
}

/** Two volume groups on three disks beside that of rootvg, none of which the device database knows. */
function disks(): FakeDisk[] {
  return [
    { disk: "hdisk0", pvid: "00fa00d6b552f400", volumeGroup: "rootvg", content: "root" },
    { disk: "hdisk1", pvid: PVIDS.data1, content: "data" },
    { disk: "hdisk2", pvid: PVIDS.data2, content: "data" },
    { disk: "hdisk3", pvid: PVIDS.logs, content: "logs" },
  ];
}

function createCaptured(fakeDisks: FakeDisk[], mapping = MAPPING): Machine {
  const aix = createMachine({
    drive: buildDrive(),
    files: { [VOLUME_GROUP_MAPPING_PATH]: mapping },
  });
  aix.system.fs.append("/etc/filesystems", STANZA);
  const volumes = createFakeVolumes(fakeDisks, ["/data"]);
  mountOfRoot(volumes);
  return { aix, volumes, ...withCommands(aix.system, volumes.commands) };
}

/** What the boot itself mounts. */
function mountOfRoot({ mounted }: FakeVolumes): void {
  mounted.clear();
  mounted.add("/home");
  mounted.add("/opt");
}

/** Exit codes and command lines of one more boot. */
async function boot(machine: Machine): Promise<{ codes: unknown; ran: readonly string[] }> {
  const mark = machine.ran.length;
  const codes = await runBoot(machine);
  expect(machine.aix.gaps).toEqual([]);
  return { codes, ran: machine.ran.slice(mark) };
}

async function bootAgain(machine: Machine): Promise<{ codes: unknown; ran: readonly string[] }> {
  machine.aix.reboot();
  return boot(machine);
}

/** Another machine from the image: the device database forgot the volume groups, the mapping is there. */
async function redeploy(machine: Machine): Promise<{ codes: unknown; ran: readonly string[] }> {
  for (const disk of machine.volumes.disks) {
    if (disk.volumeGroup !== "rootvg") {
      delete disk.volumeGroup;
    }
  }
  machine.volumes.active.clear();
  machine.volumes.active.add("rootvg");
  mountOfRoot(machine.volumes);
  machine.aix.system.fs.write(VOLUME_GROUP_MAPPING_PATH, MAPPING);
  const drive = buildDrive({ metaData: { uuid: "0a1b2c3d-0000-4000-8000-000000000002" } });
  machine.aix.media.set("cd0", drive);
  return bootAgain(machine);
}

function mappingOf({ aix }: Machine): string | undefined {
  return readTextIfExists(aix.system.fs, VOLUME_GROUP_MAPPING_PATH);
}

const IMPORTS = [
  "/usr/sbin/importvg -y datavg hdisk1",
  "/usr/sbin/importvg -y logvg hdisk3",
  "/usr/sbin/mount all",
];

describe("two volume groups on three disks", () => {
  test("are there and mounted after the first boot, stay so, and come again with the next deploy", async () => {
    const machine = createCaptured(disks());
    expect(await boot(machine)).toEqual({ codes: CLEAN, ran: IMPORTS });
    expect([...machine.volumes.active]).toEqual(["rootvg", "datavg", "logvg"]);
    expect(machine.volumes.mounted.has("/data")).toBe(true);
    expect(exists(machine.aix.system.fs, VOLUME_GROUP_MAPPING_PATH)).toBe(false);
    expect(messagesAt(machine.aix, "WARNING")).toEqual([]);
    expect(await bootAgain(machine)).toEqual({ codes: CLEAN, ran: [] });
    expect(await redeploy(machine)).toEqual({ codes: CLEAN, ran: IMPORTS });
    expect(mappingOf(machine)).toBeUndefined();
  });

  test("those that are active already are left alone, and their lines go", async () => {
    const captured = disks();
    for (const disk of captured) {
      disk.volumeGroup ??= disk.content === "data" ? "datavg" : "logvg";
    }
    const machine = createCaptured(captured);
    machine.volumes.mounted.add("/data");
    expect(await boot(machine)).toEqual({ codes: CLEAN, ran: [] });
    expect(mappingOf(machine)).toBeUndefined();
    expect(await bootAgain(machine)).toEqual({ codes: CLEAN, ran: [] });
  });

  test("a disk that is missing fails the stage with its reason, and the rest is done", async () => {
    const machine = createCaptured(disks().slice(0, 3));
    const first = await boot(machine);
    expect(first).toEqual({
      codes: { ...CLEAN, init: 1 },
      ran: ["/usr/sbin/cfgmgr", "/usr/sbin/importvg -y datavg hdisk1", "/usr/sbin/mount all"],
    });
    expect(statusOf(machine.aix)["init"]?.errors).toEqual([
      expect.stringContaining('Volume group "logvg" is not present.'),
    ]);
    expect(messagesAt(machine.aix, "WARNING")[0]).toContain(
      `The physical volume with ID "${PVIDS.logs}" was not found`,
    );
    expect(mappingOf(machine)).toBe(`logvg ${PVIDS.logs}\n`);
    expect(await bootAgain(machine)).toEqual({ codes: CLEAN, ran: [] });
    machine.volumes.disks.push({ disk: "hdisk3", pvid: PVIDS.logs, content: "logs" });
    expect(await redeploy(machine)).toEqual({ codes: CLEAN, ran: IMPORTS });
  });

  test("a boot that was cut off after the first import goes on at the next", async () => {
    const machine = createCaptured(disks());
    const { commands } = machine.volumes;
    let count = 0;
    const cut = withCommands(machine.system, {
      "/usr/sbin/importvg": (argv, options) => {
        count += 1;
        if (count === 2) {
          throw new Error("The power went");
        }
        const script = commands["/usr/sbin/importvg"];
        return typeof script === "function" ? script(argv, options) : "";
      },
    });
    await runBoot({ system: cut.system });
    expect(mappingOf(machine)).toBe(MAPPING);
    const drive = buildDrive({ metaData: { uuid: "0a1b2c3d-0000-4000-8000-000000000002" } });
    machine.aix.media.set("cd0", drive);
    const next = await bootAgain(machine);
    expect(next.ran).toEqual(["/usr/sbin/importvg -y logvg hdisk3", "/usr/sbin/mount all"]);
    expect(mappingOf(machine)).toBeUndefined();
  });
});

test("a machine without the file has nothing to restore and no warning", async () => {
  const machine = createCaptured(disks());
  machine.aix.system.fs.remove(VOLUME_GROUP_MAPPING_PATH);
  expect(await boot(machine)).toEqual({ codes: CLEAN, ran: [] });
  expect(messagesAt(machine.aix, "WARNING")).toEqual([]);
});
