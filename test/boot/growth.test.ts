// Disks that have grown and file systems that shall, over first boot, reboot, re-deploy and second run.
import { describe, expect, test } from "bun:test";
import { VOLUME_GROUP_MAPPING_PATH } from "../../src/distros/aix/volume-group-mapping.ts";
import { findVolume, freePps, membersOf } from "../../src/simulator/aix/lvm.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { runBoot } from "../support/boot-scenario.ts";
import {
  buildDrive,
  CLOUD_DIR,
  commandLines,
  createMachine,
  DRIVE_ID,
  logMark,
  type MachineOptions,
  messagesAt,
  textAt,
} from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const NEXT = { uuid: "0a1b2c3d-0000-4000-8000-000000000002" };
/** 20 GB in the image, 30 GB now: 320 partitions of 32 MB more than the 205 that are free. */
const BIGGER = { disks: [{ name: "hdisk0", sizeMb: 30_720, grownFromMb: 20_480 }] };

function machineWith(lines: readonly string[], options: MachineOptions = {}): SimulatedAix {
  const userData = ["#cloud-config", ...lines, ""].join("\n");
  return createMachine({
    drive: buildDrive(lines.length === 0 ? {} : { userData }),
    ...options,
  });
}

function redeploy(aix: SimulatedAix, lines: readonly string[]): void {
  const userData = ["#cloud-config", ...lines, ""].join("\n");
  aix.media.set("cd0", buildDrive({ metaData: NEXT, userData }));
  aix.reboot();
}

/** Megabytes of the file system on a logical volume. */
function sizeOf(aix: SimulatedAix, volume: string): number {
  return (findVolume(aix.machine, volume)?.volume.fileSystem?.blocks ?? 0) / 2_048;
}

function freeMb(aix: SimulatedAix): number {
  const [root] = aix.machine.storage.volumeGroups;
  if (root === undefined) {
    throw new Error("The machine has no rootvg");
  }
  return membersOf(aix.machine.storage, root).reduce(
    (sum, disk) => sum + freePps(root, disk) * root.ppMb,
    0,
  );
}

/** Command lines of LVM since `mark`; `which` says of what kind. */
function lvm(aix: SimulatedAix, mark = 0, which = /\/(?:chvg|chfs|chlv) /u): readonly string[] {
  return commandLines(aix, mark).filter((line) => which.test(line));
}

const CHANGES = /\/(?:chvg|chfs|chlv) /u;
const QUESTIONS = /\/(?:lspv|lsvg|lslv|lsfs|bootinfo|getconf)\b/u;

/** Questions that growing asks: those of the whole boot without what resizing the boot list asks. */
function questions(aix: SimulatedAix, mark: number): readonly string[] {
  return lvm(aix, mark, QUESTIONS).filter((line) => !line.endsWith("bootinfo -b"));
}

async function boot(aix: SimulatedAix) {
  const commands = aix.commands.length;
  const log = logMark(aix);
  const codes = await runBoot(aix);
  expect(aix.gaps).toEqual([]);
  return {
    codes,
    changes: lvm(aix, commands, CHANGES),
    questions: questions(aix, commands),
    warnings: messagesAt(aix, "WARNING", log),
  };
}

describe("a boot disk that is larger than in the image", () => {
  const GROWFS = ["growfs:", "  /: 50%FREE", "  /opt: +2G", "  /home: 4G"];

  test("its volume group and the file systems that are named grow at the first boot; a reboot asks a few questions and changes nothing", async () => {
    const aix = machineWith(GROWFS, { storage: BIGGER });
    const first = await boot(aix);
    expect(first.codes).toEqual(CLEAN);
    expect(first.warnings).toEqual([]);
    // 16,800 MB are free then; after /opt (2 GB) and /home (3 GB) half of 11,680 MB.
    expect(first.changes).toEqual([
      "/usr/sbin/chvg -g rootvg",
      "/usr/sbin/chfs -a size=4096M /opt",
      "/usr/sbin/chfs -a size=4096M /home",
      "/usr/sbin/chfs -a size=7872M /",
    ]);
    expect([sizeOf(aix, "hd4"), sizeOf(aix, "hd10opt"), sizeOf(aix, "hd1")]).toEqual([
      7_872, 4_096, 4_096,
    ]);
    expect(freeMb(aix)).toBe(5_856);
    expect(messagesAt(aix, "INFO")).toContain(
      "Volume group rootvg has 959 partitions of 32 MB, 320 more than before (10240 MB)",
    );

    aix.reboot();
    const second = await boot(aix);
    expect({ ...second, questions: [] }).toEqual({
      codes: CLEAN,
      changes: [],
      questions: [],
      warnings: [],
    });
    expect(second.questions).toEqual([
      "/usr/sbin/lspv",
      "/usr/sbin/bootinfo -s hdisk0",
      "/usr/sbin/lsfs -c /home",
      "/usr/sbin/lsvg -L rootvg",
    ]);
  });

  test("without growfs only the volume group grows, and a reboot asks only for disks and sizes", async () => {
    const aix = machineWith([], { storage: BIGGER });
    expect((await boot(aix)).changes).toEqual(["/usr/sbin/chvg -g rootvg"]);
    expect(freeMb(aix)).toBe(16_800);
    aix.reboot();
    const second = await boot(aix);
    expect(second.changes).toEqual([]);
    expect(second.questions).toEqual(["/usr/sbin/lspv", "/usr/sbin/bootinfo -s hdisk0"]);
  });

  test("the next deploy adds +2G once more, and a stage that runs again adds nothing", async () => {
    const lines = ["growfs: {/opt: +2G}"];
    const aix = machineWith(lines, { storage: BIGGER });
    await boot(aix);
    const mark = aix.commands.length;
    await runStage("init", aix.system, { configFiles: [], force: false, debug: false });
    expect(lvm(aix, mark)).toEqual([]);
    redeploy(aix, lines);
    const next = await boot(aix);
    expect(next.changes).toEqual(["/usr/sbin/chfs -a size=6144M /opt"]);
    expect(sizeOf(aix, "hd10opt")).toBe(6_144);
    aix.reboot();
    expect((await boot(aix)).changes).toEqual([]);
  });

  test("a share of what is free comes again once the disk grows again, not before", async () => {
    const aix = machineWith(["growfs: {/var: 100%FREE}"]);
    await boot(aix);
    expect([freeMb(aix), sizeOf(aix, "hd9var")]).toEqual([0, 2_048 + 6_560]);
    const [disk] = aix.machine.storage.disks;
    if (disk === undefined) {
      throw new Error("The machine has no disk");
    }
    disk.sizeMb = 30_720;
    aix.reboot();
    const grown = await boot(aix);
    expect(grown.changes).toEqual([
      "/usr/sbin/chvg -g rootvg",
      "/usr/sbin/chlv -x 589 hd9var",
      "/usr/sbin/chfs -a size=18848M /var",
    ]);
    expect([freeMb(aix), sizeOf(aix, "hd9var")]).toEqual([0, 18_848]);
    aix.reboot();
    expect((await boot(aix)).changes).toEqual([]);
  });

  test("beyond 1016 partitions the factor is raised first, with what that costs", async () => {
    const aix = machineWith([], {
      storage: { disks: [{ name: "hdisk0", sizeMb: 65_536, grownFromMb: 20_480 }] },
    });
    const first = await boot(aix);
    expect(first.codes).toEqual(CLEAN);
    expect(first.changes).toEqual(["/usr/sbin/chvg -t 3 rootvg", "/usr/sbin/chvg -g rootvg"]);
    expect(messagesAt(aix, "INFO")).toContain(
      "Volume group rootvg may count 3048 partitions of a disk, and have 10 disks",
    );
  });

  test("growpart off leaves the volume group as it is", async () => {
    const aix = machineWith(["growpart: {mode: off}"], { storage: BIGGER });
    expect((await boot(aix)).changes).toEqual([]);
  });

  test("resize_rootfs: false turns growfs off; true alone grows nothing and says why", async () => {
    const off = machineWith(["resize_rootfs: false", "growfs: {/opt: +2G}"]);
    expect((await boot(off)).changes).toEqual([]);
    const on = machineWith(["resize_rootfs: true"]);
    expect((await boot(on)).changes).toEqual([]);
    expect(messagesAt(on, "INFO").join("\n")).toContain("Name them in growfs");
  });
});

describe("a volume group that does not grow", () => {
  test("a lock that goes is waited for", async () => {
    const aix = machineWith([], { storage: BIGGER, faults: { lockedVolumeGroups: { rootvg: 2 } } });
    const first = await boot(aix);
    expect(first.codes).toEqual(CLEAN);
    expect(first.changes).toHaveLength(3);
    expect(freeMb(aix)).toBe(16_800);
  });

  test("a lock that stays is a failure that says so, and is never taken away; the next boot grows it", async () => {
    const lines = ["growfs: {/opt: +8G, /home: +1G}"];
    const aix = machineWith(lines, {
      storage: BIGGER,
      faults: { lockedVolumeGroups: { rootvg: 1_000 } },
    });
    const { clock } = aix.system;
    const startMs = clock.monotonicMs();
    const first = await boot(aix);
    // Half a minute for all of them together.
    expect(clock.monotonicMs() - startMs).toBeLessThan(40_000);
    expect(first.codes).toEqual({ ...CLEAN, init: 3 });
    expect(first.warnings[0]).toContain(
      'Cannot grow volume group "rootvg": "/usr/sbin/chvg -g rootvg" ended with exit code 1: 0516-266 chvg: The volume group rootvg is locked by another process.',
    );
    expect(first.warnings[0]).toContain(
      "hdisk0 has 30720 MB, of which 20448 MB are counted (639 partitions of 32 MB)",
    );
    expect(first.warnings[0]).toContain("the next boot tries again");
    expect(first.changes.join("\n")).not.toContain("-u");
    expect([sizeOf(aix, "hd10opt"), sizeOf(aix, "hd1")]).toEqual([2_048, 1_024]);

    aix.machine.faults.lockedVolumeGroups = {};
    aix.reboot();
    const second = await boot(aix);
    expect(second.codes).toEqual(CLEAN);
    expect(second.changes).toEqual([
      "/usr/sbin/chvg -g rootvg",
      "/usr/sbin/chfs -a size=10240M /opt",
      "/usr/sbin/chfs -a size=2048M /home",
    ]);
  });

  test("where chvg sees nothing it is tried at one more boot, then left alone", async () => {
    const aix = machineWith([], { storage: BIGGER, faults: { growthNotSeen: ["rootvg"] } });
    const first = await boot(aix);
    expect(first.codes).toEqual(CLEAN);
    expect(first.warnings.join("\n")).toContain('"rootvg" did not take all of its disks');
    aix.reboot();
    expect((await boot(aix)).changes).toEqual(["/usr/sbin/chvg -g rootvg"]);
    aix.reboot();
    expect(await boot(aix)).toEqual({
      codes: CLEAN,
      changes: [],
      questions: ["/usr/sbin/lspv", "/usr/sbin/bootinfo -s hdisk0"],
      warnings: [],
    });
  });

  test("devices name volume groups, one that was just imported too, and disks; names of Linux are refused with a hint", async () => {
    const aix = machineWith(
      ["growpart:", "  devices: [/, /dev/sda1, datavg, hdisk1, nosuchvg, hdisk2]"],
      {
        storage: {
          disks: [
            ...BIGGER.disks,
            { name: "hdisk1", pvid: "00f9c1af00000001", sizeMb: 20_480, grownFromMb: 10_240 },
            { name: "hdisk2" },
          ],
          volumeGroups: [{ name: "datavg", disks: ["hdisk1"] }],
        },
        files: { [VOLUME_GROUP_MAPPING_PATH]: "datavg 00f9c1af00000001\n" },
      },
    );
    const first = await boot(aix);
    expect(first.codes).toEqual({ ...CLEAN, init: 3 });
    expect(first.changes).toEqual(["/usr/sbin/chvg -g rootvg", "/usr/sbin/chvg -g datavg"]);
    expect(first.warnings).toContain(
      'Running growpart (growpart) failed: user-data:3: Cannot grow "/dev/sda1": that is a name of Linux. AIX has no partitions; "/" means rootvg, another volume group is named as "datavg" or by a disk of it, "hdisk1". Volume groups of this machine: datavg, rootvg',
    );
    expect(first.warnings).toContain(
      'Running growpart (growpart) failed: user-data:3: Cannot grow "nosuchvg": expected "/", a volume group or a disk. Volume groups of this machine: datavg, rootvg',
    );
    expect(first.warnings).toContain(
      'Running growpart (growpart) failed: user-data:3: Cannot grow "hdisk2": the disk belongs to no volume group',
    );
  });
});

describe("sizes and file systems that cannot be", () => {
  test("each is refused with its numbers, and the others grow", async () => {
    const aix = machineWith([
      "growfs:",
      "  /usr: lots",
      "  /var: -5G",
      "  /tmp: 10T",
      "  /opt: 1G",
      "  /nosuch: +1G",
      "  relative: +1G",
      "  /proc: +1G",
      "  /dev/hd4: +1G",
      '  "/a\\nb": +1G',
      "  /home: 2049M",
    ]);
    const first = await boot(aix);
    expect(first.codes).toEqual({ ...CLEAN, init: 8 });
    expect(first.changes).toEqual(["/usr/sbin/chfs -a size=2080M /home"]);
    const said = first.warnings.map((line) => line.replace(/^user-data:\d+(?::\d+)?: /u, ""));
    const has = (text: string): boolean => said.some((line) => line.includes(text));
    expect(has('"/usr": expected a size ("4G")')).toBe(true);
    expect(has('"/var": file systems only grow')).toBe(true);
    expect(
      has(
        'Cannot grow file system "/tmp" (10T): it has 2048 MB, 10483712 MB more are needed, and volume group "rootvg" has 6560 MB free. Nothing is changed',
      ),
    ).toBe(true);
    expect(has('File system "/opt" has 2048 MB and is not made smaller (1G)')).toBe(true);
    expect(has('"/nosuch" (+1G): there is no such file system')).toBe(true);
    expect(has('Cannot grow "relative": expected an absolute mount point')).toBe(true);
    expect(has('"/proc" (+1G)')).toBe(true);
    expect(has('Cannot grow "/dev/hd4": that is a device')).toBe(true);
    expect(has("/a\\nb")).toBe(true);
    expect(said).toHaveLength(9);
  });

  test("a size of smaller alone is no failure, and said once", async () => {
    const aix = machineWith(["growfs: {/opt: 1G}"]);
    const first = await boot(aix);
    expect(first.codes).toEqual(CLEAN);
    expect(first.warnings.join("\n")).toContain("is not made smaller");
    aix.reboot();
    expect((await boot(aix)).warnings).toEqual([]);
  });

  test("the limit of a logical volume is raised, and put back where chfs then fails", async () => {
    const aix = machineWith(["growfs: {/opt: 3G}"]);
    const found = findVolume(aix.machine, "hd10opt");
    if (found === undefined) {
      throw new Error("The machine has no hd10opt");
    }
    found.volume.maxLps = 70;
    // chlv is refused none of its work, chfs all.
    const { exec } = aix.system;
    const system = {
      ...aix.system,
      exec: {
        ...exec,
        run: (argv: readonly string[], options = {}) =>
          argv[0] === "/usr/sbin/chfs"
            ? Promise.resolve({
                exitCode: 1,
                stdout: "",
                stderr: "chfs: 0506-999 Refused",
                timedOut: false,
                durationMs: 1,
              })
            : exec.run(argv, options),
      },
    };
    const codes = await runBoot({ system });
    expect(codes).toEqual({ ...CLEAN, init: 1 });
    expect(lvm(aix)).toEqual(["/usr/sbin/chlv -x 96 hd10opt", "/usr/sbin/chlv -x 70 hd10opt"]);
    expect(messagesAt(aix, "WARNING").join("\n")).toContain(
      '"/usr/sbin/chfs -a size=3072M /opt" ended with exit code 1: chfs: 0506-999 Refused. It has 2048 MB as before',
    );
    aix.reboot();
    expect((await boot(aix)).changes).toEqual([
      "/usr/sbin/chlv -x 96 hd10opt",
      "/usr/sbin/chfs -a size=3072M /opt",
    ]);
  });

  test("two shares of everything: the first gets it, the second is told", async () => {
    const aix = machineWith(["growfs: {/opt: 75%FREE, /home: 50%FREE, /tmp: 10%FREE}"]);
    const first = await boot(aix);
    expect(first.codes).toEqual(CLEAN);
    expect(freeMb(aix)).toBe(0);
    expect([sizeOf(aix, "hd10opt"), sizeOf(aix, "hd1"), sizeOf(aix, "hd3")]).toEqual([
      2_048 + 153 * 32,
      1_024 + 52 * 32,
      2_048,
    ]);
    expect(first.warnings.join("\n")).toContain('"/home" gets 1664 MB and not 3264 MB (50%FREE)');
    aix.reboot();
    expect(await boot(aix)).toMatchObject({ codes: CLEAN, changes: [], warnings: [] });
  });
});

test("a machine that went down between chfs and its note does not add +2G twice", async () => {
  const aix = machineWith(["growfs: {/opt: +2G}"]);
  await boot(aix);
  const path = `${CLOUD_DIR}/instances/${DRIVE_ID}/growth.json`;
  aix.system.fs.write(path, textAt(aix, path).replace('"isDone": true', '"isDone": false'));
  aix.reboot();
  expect((await boot(aix)).changes).toEqual([]);
  expect(sizeOf(aix, "hd10opt")).toBe(4_096);
});
