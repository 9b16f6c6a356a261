// Volume groups of the captured machine, on a simulated LVM: first boot, reboot, re-deploy, second run.
import { describe, expect, test } from "bun:test";
import { VOLUME_GROUP_MAPPING_PATH } from "../../src/distros/aix/volume-group-mapping.ts";
import type { SeedFaults } from "../../src/simulator/aix/seed.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { SeedStorage } from "../../src/simulator/aix/volumes.ts";
import { readText } from "../../src/system/files.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { single } from "../support/run-by-hand.ts";
import { buildDrive, createMachine, messagesAt, statusOf } from "../support/sample-machine.ts";
import {
  activeGroups,
  bootAgain,
  cleanBoot,
  detach,
  expectSameAfterReboot,
  expectSecondRunFails,
  expectSecondRunIsIdle,
  failedInit,
  mappingOf,
  mountedOver,
  output,
  PVIDS,
  redeploy,
  runStages,
  TWO_GROUPS,
  TWO_GROUPS_MAPPING,
} from "../support/storage-scenario.ts";

const MODULE = "restore_volume_groups";
const ABOUT = /\/(?:importvg|exportvg|varyo\w+vg|cfgmgr|mount)(?: |$)/u;
const IMPORT_DATA = "/usr/sbin/importvg -y datavg hdisk1";
const IMPORT_LOGS = "/usr/sbin/importvg -y logvg hdisk3";
const MOUNT = "/usr/sbin/mount all";
const CFGMGR = "/usr/sbin/cfgmgr";
/** Where the simulator keeps what is on an unmounted volume. */
const ON_DATALV = "/var/adm/sim/volumes/local/dev/datalv/kept";

interface Captured {
  readonly storage?: SeedStorage;
  readonly mapping?: string | Uint8Array;
  readonly faults?: SeedFaults;
  readonly firstBoot?: "clouddev" | "captured";
}

function createCaptured(options: Captured = {}): SimulatedAix {
  const { storage = TWO_GROUPS, mapping = TWO_GROUPS_MAPPING, ...seed } = options;
  return createMachine({
    drive: buildDrive(),
    storage,
    files: { [VOLUME_GROUP_MAPPING_PATH]: mapping, [ON_DATALV]: "data of the captured machine" },
    ...seed,
  });
}

/** Reboot, then by hand: neither changes anything. */
async function expectSettled(aix: SimulatedAix): Promise<void> {
  await expectSameAfterReboot(aix);
  await expectSecondRunIsIdle(aix, MODULE);
}

describe("two volume groups on three disks", () => {
  test("are there and mounted after the first boot, stay so, and come again with the next deploy", async () => {
    const aix = createCaptured();
    expect(await activeGroups(aix)).toEqual(["rootvg"]);
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg", "logvg"]);
    expect(mountedOver(aix)).toEqual(["/data", "/logs"]);
    expect(readText(aix.system.fs, "/data/kept")).toBe("data of the captured machine");
    expect(mappingOf(aix)).toBeUndefined();
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    await expectSettled(aix);
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
    expect(readText(aix.system.fs, "/data/kept")).toBe("data of the captured machine");
    expect(mappingOf(aix)).toBeUndefined();
    await expectSettled(aix);
  });

  test("those that are active already are left alone, and their lines go", async () => {
    const aix = createCaptured({ firstBoot: "captured" });
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot());
    expect(mappingOf(aix)).toBeUndefined();
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    await expectSettled(aix);
    // A deploy that keeps the database, as without clouddev.
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot());
    await output(aix, "/usr/sbin/chdev -l sys0 -a clouddev=1");
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
  });

  test("one that is varied off is left so, with a warning, and its line stays until it is on", async () => {
    const [data, logs] = TWO_GROUPS.volumeGroups;
    const storage = { ...TWO_GROUPS, volumeGroups: [data, { ...logs, autoOn: false }] };
    const aix = createCaptured({ storage, firstBoot: "captured" });
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(MOUNT));
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg"]);
    expect(messagesAt(aix, "WARNING").join("\n")).toContain(
      'Volume group "logvg" is there and varied off, and is left so',
    );
    expect(mappingOf(aix)).toBe(`logvg ${PVIDS.logs}\n`);
    await expectSameAfterReboot(aix);
    await output(aix, "/usr/sbin/varyonvg logvg");
    await output(aix, "/usr/sbin/mount /logs");
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(0);
    expect(mappingOf(aix)).toBeUndefined();
  });

  test("only file systems that are wanted are mounted, and one that cannot be is told", async () => {
    const [data, logs] = TWO_GROUPS.volumeGroups;
    const storage: SeedStorage = {
      ...TWO_GROUPS,
      volumeGroups: [
        {
          ...data,
          volumes: [
            { name: "datalv", lps: 4, mountPoint: "/data" },
            { name: "oldlv", lps: 4, mountPoint: "/old", mount: "false" },
            { name: "newlv", lps: 4, mountPoint: "/new", mount: "absent" },
            { name: "blanklv", lps: 4 },
          ],
        },
        logs,
      ],
    };
    const aix = createCaptured({ storage });
    const blank = "\n/blank:\n\tdev\t\t= /dev/blanklv\n\tvfs\t\t= jfs2\n\tmount\t\t= true\n";
    aix.system.fs.append("/etc/filesystems", blank);
    aix.system.fs.makeDirectory("/blank");
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
    expect(mountedOver(aix)).toEqual(["/data", "/logs"]);
    // importvg added the stanza that was not there, with mount=false.
    expect(readText(aix.system.fs, "/etc/filesystems")).toMatch(
      /^\/new:\n(?:\t.*\n)*\tmount\t\t= false$/mu,
    );
    expect(messagesAt(aix, "WARNING")).toEqual([
      expect.stringContaining('"/blank" (/dev/blanklv) is not mounted, though it is to be'),
    ]);
    await expectSettled(aix);
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
    expect(mountedOver(aix)).toEqual(["/data", "/logs"]);
  });
});

describe("a disk that is missing", () => {
  test("fails its volume group alone; its line stays, and is done once the disk is there", async () => {
    const aix = createCaptured();
    const attach = detach(aix, "hdisk3");
    expect(await runStages(aix, ABOUT)).toEqual(failedInit(1, CFGMGR, IMPORT_DATA, MOUNT));
    expect(statusOf(aix)["init"]?.errors).toEqual([
      expect.stringContaining('Volume group "logvg" is not present.'),
    ]);
    expect(messagesAt(aix, "WARNING")[0]).toContain(
      `The physical volume with ID "${PVIDS.logs}" was not found`,
    );
    expect(mountedOver(aix)).toEqual(["/data"]);
    expect(mappingOf(aix)).toBe(`logvg ${PVIDS.logs}\n`);
    await expectSameAfterReboot(aix);
    await expectSecondRunFails(aix, MODULE);
    attach();
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(0);
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg", "logvg"]);
    expect(mountedOver(aix)).toEqual(["/data", "/logs"]);
    expect(mappingOf(aix)).toBeUndefined();
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
  });

  test("of two fails the import, leaves nothing, and all lines of the volume group stay", async () => {
    const aix = createCaptured();
    const attach = detach(aix, "hdisk1");
    const report = await runStages(aix, ABOUT);
    expect(report).toEqual(
      failedInit(1, CFGMGR, "/usr/sbin/importvg -y datavg hdisk2", IMPORT_LOGS, MOUNT),
    );
    expect(statusOf(aix)["init"]?.errors[0]).toContain("0516-1775");
    expect(await output(aix, "/usr/sbin/lsvg")).toBe("rootvg\nlogvg\n");
    expect(mappingOf(aix)).toBe(`datavg ${PVIDS.data1}\ndatavg ${PVIDS.data2}\n`);
    attach();
    expect(await redeploy(aix, ABOUT, { mapping: TWO_GROUPS_MAPPING })).toEqual(
      cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT),
    );
    await expectSettled(aix);
  });

  test("where importvg defines the volume group all the same, it is told what remains", async () => {
    const aix = createCaptured({ faults: { importvgDefinesIncomplete: true } });
    const attach = detach(aix, "hdisk1");
    expect((await runStages(aix, ABOUT)).ran).toEqual([
      CFGMGR,
      "/usr/sbin/importvg -y datavg hdisk2",
      "/usr/sbin/varyonvg datavg",
      IMPORT_LOGS,
      MOUNT,
    ]);
    expect(statusOf(aix)["init"]?.errors).toEqual([
      expect.stringMatching(/"datavg".* It is defined, and cannot be varied on: .*0516-052/su),
    ]);
    expect(mappingOf(aix)).toBe(`datavg ${PVIDS.data1}\ndatavg ${PVIDS.data2}\n`);
    // By hand it is still off: a warning, and the lines stay. The boot with the disk turns it on.
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(0);
    expect(mappingOf(aix)).toBe(`datavg ${PVIDS.data1}\ndatavg ${PVIDS.data2}\n`);
    attach();
    expect(await bootAgain(aix, ABOUT)).toEqual(cleanBoot());
    expect(mountedOver(aix)).toEqual(["/data", "/logs"]);
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(0);
    expect(mappingOf(aix)).toBeUndefined();
    expect(await redeploy(aix, ABOUT, { mapping: TWO_GROUPS_MAPPING })).toEqual(
      cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT),
    );
  });

  test("that is only late is found by one cfgmgr", async () => {
    const [one, two, three] = TWO_GROUPS.disks;
    const storage = { ...TWO_GROUPS, disks: [one, two, { ...three, isLate: true }] };
    const aix = createCaptured({ storage });
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(CFGMGR, IMPORT_DATA, IMPORT_LOGS, MOUNT));
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    await expectSettled(aix);
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
  });
});

describe("what goes wrong with an import", () => {
  test("an importvg that fails does not stop the next; its lines stay for another try", async () => {
    const aix = createCaptured({ faults: { importvgFailures: 1 } });
    expect(await runStages(aix, ABOUT)).toEqual(failedInit(1, IMPORT_DATA, IMPORT_LOGS, MOUNT));
    expect(statusOf(aix)["init"]?.errors).toEqual([expect.stringContaining("0516-776")]);
    expect(mappingOf(aix)).toBe(`datavg ${PVIDS.data1}\ndatavg ${PVIDS.data2}\n`);
    await expectSameAfterReboot(aix);
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(0);
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg", "logvg"]);
    expect(mappingOf(aix)).toBeUndefined();
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
  });

  test("a volume group that another command has locked is waited for", async () => {
    const aix = createCaptured({ faults: { lockedVolumeGroups: { datavg: 3 } } });
    expect(await runStages(aix, ABOUT)).toEqual(
      cleanBoot(IMPORT_DATA, IMPORT_DATA, IMPORT_DATA, IMPORT_DATA, IMPORT_LOGS, MOUNT),
    );
    await expectSettled(aix);
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
  });

  test("a lock that stays is a failure after a deadline, and the next one is imported", async () => {
    const aix = createCaptured({ faults: { lockedVolumeGroups: { datavg: 9_999 } } });
    const start = aix.system.clock.monotonicMs();
    expect((await runStages(aix, ABOUT)).codes).toEqual(failedInit(1).codes);
    expect(aix.system.clock.monotonicMs() - start).toBeLessThan(300_000);
    expect(statusOf(aix)["init"]?.errors).toEqual([expect.stringContaining("is locked")]);
    expect(await activeGroups(aix)).toEqual(["rootvg", "logvg"]);
    aix.machine.faults.lockedVolumeGroups = {};
    expect(await redeploy(aix, ABOUT, { mapping: TWO_GROUPS_MAPPING })).toEqual(
      cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT),
    );
  });

  test("a name that another volume group has is not imported over", async () => {
    const storage = { ...TWO_GROUPS, disks: [...TWO_GROUPS.disks, { name: "hdisk4" }] };
    const aix = createCaptured({ storage });
    await output(aix, "/usr/sbin/mkvg -y datavg hdisk4");
    const before = await output(aix, "/usr/sbin/lsvg datavg");
    expect(await runStages(aix, ABOUT)).toEqual(failedInit(1, IMPORT_LOGS, MOUNT));
    expect(statusOf(aix)["init"]?.errors).toEqual([
      expect.stringContaining("another volume group has its name"),
    ]);
    expect(await output(aix, "/usr/sbin/lsvg datavg")).toBe(before);
    expect(mappingOf(aix)).toBe(`datavg ${PVIDS.data1}\ndatavg ${PVIDS.data2}\n`);
    await expectSameAfterReboot(aix);
    await expectSecondRunFails(aix, MODULE);
    // The new database knows neither of the two: the mapping says which one has the name.
    expect(await redeploy(aix, ABOUT, { mapping: TWO_GROUPS_MAPPING })).toEqual(
      cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT),
    );
    await expectSettled(aix);
  });

  test("two disks with one PVID: neither is used until one of them has lost it", async () => {
    const copy = { name: "hdisk4", pvid: PVIDS.logs };
    const aix = createCaptured({ storage: { ...TWO_GROUPS, disks: [...TWO_GROUPS.disks, copy] } });
    expect(await runStages(aix, ABOUT)).toEqual(failedInit(1, IMPORT_DATA, MOUNT));
    expect(messagesAt(aix, "WARNING")[0]).toContain(
      `The disks "hdisk3", "hdisk4" have the same PVID "${PVIDS.logs}"`,
    );
    expect(mappingOf(aix)).toBe(`logvg ${PVIDS.logs}\n`);
    await expectSameAfterReboot(aix);
    await expectSecondRunFails(aix, MODULE);
    await output(aix, "/usr/sbin/chdev -l hdisk4 -a pv=clear");
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(0);
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg", "logvg"]);
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
  });

  test("a boot that was cut off after the first import goes on at the next", async () => {
    const aix = createCaptured();
    let count = 0;
    const { exec } = aix.system;
    const system = {
      ...aix.system,
      exec: {
        query: exec.query,
        run: async (...call: Parameters<typeof exec.run>) => {
          count += call[0][0] === "/usr/sbin/importvg" ? 1 : 0;
          if (count === 2) {
            throw new Error("The power went");
          }
          return exec.run(...call);
        },
      },
    };
    await runBoot({ system });
    expect(mappingOf(aix)).toBe(TWO_GROUPS_MAPPING);
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg"]);
    aix.reboot();
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(0);
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg", "logvg"]);
    expect(mappingOf(aix)).toBeUndefined();
  });
});

describe("the mapping file", () => {
  test("None and rootvg lines, repeated ones and wrong ones are judged one by one", async () => {
    const lines = [
      `rootvg 00f9c1af1b2c3d4e`,
      `None ${PVIDS.logs}`,
      "datavg",
      `datavg ${PVIDS.data1}`,
      `datavg ${PVIDS.data1}`,
      "",
      `-f ${PVIDS.data2}`,
      `othervg ${PVIDS.data1}`,
      "logvg none",
    ];
    const aix = createCaptured({ mapping: `${lines.join("\n")}\n` });
    expect(await runStages(aix, ABOUT)).toEqual(failedInit(5, IMPORT_DATA, MOUNT));
    expect(await activeGroups(aix)).toEqual(["rootvg", "datavg"]);
    expect(statusOf(aix)["init"]?.errors.map((line) => /mappings:(\d+):/u.exec(line)?.[1])).toEqual(
      ["1", "3", "7", "8", "9"],
    );
    const wrong = [0, 2, 6, 7, 8].map((index) => `${lines[index]}\n`).join("");
    expect(mappingOf(aix)).toBe(wrong);
    await expectSameAfterReboot(aix);
    await expectSecondRunFails(aix, MODULE);
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, MOUNT));
  });

  test("with binary junk: what is a line is done, the rest stays byte for byte", async () => {
    const junk = Uint8Array.from({ length: 400 }, (_, index) => (index * 37 + 11) % 256);
    const good = new TextEncoder().encode(`\n${TWO_GROUPS_MAPPING}`);
    const aix = createCaptured({ mapping: Uint8Array.from([...junk, ...good]) });
    const report = await runStages(aix, ABOUT);
    expect(report.ran).toEqual([IMPORT_DATA, IMPORT_LOGS, MOUNT]);
    expect(report.codes["init"]).toBeGreaterThan(0);
    const kept = aix.system.fs.readBytes(VOLUME_GROUP_MAPPING_PATH);
    expect([...kept]).toEqual([...junk, 10]);
    for (const line of messagesAt(aix, "ERROR")) {
      expect(line).not.toMatch(/[^\n\x20-\x7e…]/u);
    }
    await expectSameAfterReboot(aix);
    await expectSecondRunFails(aix, MODULE);
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
  });

  test("of 10,000 lines asks the machine a few times, and says only so much", async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, index) => `vg${index} f${index.toString(16).padStart(15, "0")}\n`,
    ).join("");
    const aix = createCaptured({ mapping: lines + TWO_GROUPS_MAPPING });
    const mark = aix.commands.length;
    const report = await runStages(aix, ABOUT);
    expect(report.ran).toEqual([CFGMGR, IMPORT_DATA, IMPORT_LOGS, MOUNT]);
    expect(aix.commands.length - mark).toBeLessThan(200);
    expect(statusOf(aix)["init"]?.errors.length).toBeLessThan(25);
    expect(mountedOver(aix)).toEqual(["/data", "/logs"]);
    expect(mappingOf(aix)).toBe(lines);
    await expectSameAfterReboot(aix);
    await expectSecondRunFails(aix, MODULE);
    expect(await redeploy(aix, ABOUT)).toEqual(cleanBoot(IMPORT_DATA, IMPORT_LOGS, MOUNT));
  });

  test("that is not there is nothing to restore, without a warning", async () => {
    const aix = createCaptured();
    aix.system.fs.remove(VOLUME_GROUP_MAPPING_PATH);
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot());
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    await expectSettled(aix);
  });
});

test("a reboot with a disk that is gone since leaves the module alone", async () => {
  const aix = createCaptured();
  await runStages(aix, ABOUT);
  detach(aix, "hdisk3");
  expect(await bootAgain(aix, ABOUT)).toEqual(cleanBoot());
});
