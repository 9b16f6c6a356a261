import { Buffer } from "node:buffer";
import { describe, expect, test } from "bun:test";
import { createAix } from "../../../src/distros/aix/aix.ts";
import { VOLUME_GROUP_MAPPING_PATH } from "../../../src/distros/aix/volume-group-mapping.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../../src/system/files.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import type { System } from "../../../src/system/system.ts";
import { formatProblem } from "../../../src/text/problem.ts";
import { createFakeVolumes, type FakeDisk, type FakeVolumes } from "../../support/fake-volumes.ts";
import { createTestLogger } from "../../support/module-context.ts";

const PVIDS = ["00fa00d6b552f400", "00fa00d6b552f401", "00fa00d6b552f402", "00fa00d6b552f403"];
const ROOT: FakeDisk = { disk: "hdisk0", pvid: pvid(0), volumeGroup: "rootvg", content: "root" };
const STANZA =
  "/data:\n\tdev\t= /dev/datalv\n\tvfs\t= jfs2\n\tlog\t= INLINE\n\tmount\t= true\n\toptions\t= rw\n";

function pvid(index: number): string {
  return PVIDS[index] ?? "";
}

/** Two volume groups on three disks. */
function threeDisks(): FakeDisk[] {
  return [
    { ...ROOT },
    { disk: "hdisk1", pvid: pvid(1), content: "data" },
    { disk: "hdisk2", pvid: pvid(2), content: "data" },
    { disk: "hdisk3", pvid: pvid(3), content: "logs" },
  ];
}

const MAPPING = `datavg ${pvid(1)}\ndatavg ${pvid(2)}\nlogvg ${pvid(3)}\n`;

function setUp(fake: FakeVolumes, mapping: string | Uint8Array, filesystems = "") {
  const scripted = createScriptedSystem({
    platform: "aix",
    files: { [VOLUME_GROUP_MAPPING_PATH]: mapping, "/etc/filesystems": filesystems },
    commands: fake.commands,
  });
  const log: string[] = [];
  return {
    ...scripted,
    log,
    restore: (system: System = scripted.system) => restoreOn(system, log),
    mapping: () => readTextIfExists(scripted.system.fs, VOLUME_GROUP_MAPPING_PATH),
    ran: (program: string) =>
      scripted.commands
        .filter(([path = ""]) => path.endsWith(`/${program}`))
        .map((argv) => argv.slice(1).join(" ")),
  };
}

async function restoreOn(system: System, log: string[]) {
  const distro = createAix({ sys: system, log: createTestLogger(log), systemInfo: {} });
  const problems = (await distro.power?.ensureVolumeGroups?.()) ?? [];
  const text = (isWarning: boolean): readonly string[] =>
    problems
      .filter(({ severity }) => (severity === "warning") === isWarning)
      .map((problem) => formatProblem(problem).replace(`${VOLUME_GROUP_MAPPING_PATH}:`, ""));
  return { failures: text(false), warnings: text(true) };
}

describe("volume groups of the captured machine", () => {
  test("each is imported once, mounted, and the file goes; a second run does nothing", async () => {
    const fake = createFakeVolumes(threeDisks(), ["/data"]);
    const machine = setUp(fake, MAPPING, STANZA);
    expect(await machine.restore()).toEqual({ failures: [], warnings: [] });
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1", "-y logvg hdisk3"]);
    expect(machine.ran("cfgmgr")).toEqual([]);
    expect([...fake.active]).toEqual(["rootvg", "datavg", "logvg"]);
    expect([...fake.mounted]).toEqual(["/data"]);
    expect(machine.mapping()).toBeUndefined();
    machine.changes.length = 0;
    expect(await machine.restore()).toEqual({ failures: [], warnings: [] });
    expect(machine.changes).toEqual([]);
  });

  test("those that are there are left alone, on and off", async () => {
    const disks = threeDisks();
    for (const disk of disks) {
      disk.volumeGroup ??= disk.content === "data" ? "datavg" : "logvg";
    }
    const fake = createFakeVolumes(disks);
    fake.active.delete("logvg");
    const machine = setUp(fake, MAPPING);
    expect(await machine.restore()).toEqual({
      failures: [],
      warnings: [
        '3: Volume group "logvg" is there and varied off, and is left so: varyonvg turns it on',
      ],
    });
    expect(machine.changes.filter(({ kind }) => kind === "command")).toEqual([]);
    expect(machine.mapping()).toBeUndefined();
  });

  test("a disk that is attached late is found after one cfgmgr", async () => {
    const fake = createFakeVolumes([
      ...threeDisks().slice(0, 3),
      { disk: "hdisk3", pvid: pvid(3), content: "logs", isLate: true },
    ]);
    const machine = setUp(fake, MAPPING);
    expect((await machine.restore()).failures).toEqual([]);
    expect(machine.ran("cfgmgr")).toEqual([""]);
    expect(fake.active.has("logvg")).toBe(true);
  });

  test("a missing disk fails its volume group alone, after a deadline, and its line stays", async () => {
    const fake = createFakeVolumes(threeDisks().slice(0, 3));
    const machine = setUp(fake, MAPPING);
    expect(await machine.restore()).toEqual({
      failures: [
        '3: Volume group "logvg" is not present. None of its disks is there to import it from',
      ],
      warnings: [
        `3: The physical volume with ID "${pvid(3)}" was not found, so it cannot be associated with volume group "logvg".`,
      ],
    });
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1"]);
    expect(machine.mapping()).toBe(`logvg ${pvid(3)}\n`);
    expect(machine.system.clock.monotonicMs()).toBeLessThanOrEqual(30_000);
    fake.disks.push({ disk: "hdisk9", pvid: pvid(3), content: "logs" });
    expect((await machine.restore()).failures).toEqual([]);
    expect(machine.ran("importvg").at(-1)).toBe("-y logvg hdisk9");
    expect(machine.mapping()).toBeUndefined();
  });

  test("one missing disk of several is told; its volume group is imported from another", async () => {
    const fake = createFakeVolumes(threeDisks().filter(({ disk }) => disk !== "hdisk1"));
    const machine = setUp(fake, `datavg ${pvid(1)}\ndatavg ${pvid(2)}\n`);
    const { failures, warnings } = await machine.restore();
    expect(failures).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk2"]);
    expect(machine.mapping()).toBe(`datavg ${pvid(1)}\n`);
  });

  test("an importvg that fails is told with its reason, and the next one runs", async () => {
    const fake = createFakeVolumes(threeDisks());
    fake.importFault = "fails";
    const machine = setUp(fake, MAPPING);
    const { failures } = await machine.restore();
    expect(failures).toEqual([
      '1: Volume group "datavg" is not present. Command "/usr/sbin/importvg -y datavg hdisk1" ended with exit code 1: 0516-776 importvg: Cannot import hdisk1 as datavg.',
      expect.stringContaining('3: Volume group "logvg" is not present. Command'),
    ]);
    expect(machine.mapping()).toBe(MAPPING);
  });

  test("one that stays off is varied on, or told what remains", async () => {
    const fake = createFakeVolumes(threeDisks());
    fake.importFault = "stays off";
    const machine = setUp(fake, `datavg ${pvid(1)}\n`);
    expect((await machine.restore()).failures).toEqual([
      '1: Volume group "datavg" is not present. It is defined, and cannot be varied on: Command "/usr/sbin/varyonvg datavg" ended with exit code 1: 0516-052 varyonvg: Volume group cannot be varied on.',
    ]);
    expect(machine.mapping()).toBe(`datavg ${pvid(1)}\n`);
  });

  test("a name that another volume group has is not imported over", async () => {
    const disks = [
      { ...ROOT },
      { disk: "hdisk1", pvid: pvid(1), content: "data" },
      { disk: "hdisk2", pvid: pvid(2), content: "else", volumeGroup: "datavg" },
    ];
    const machine = setUp(createFakeVolumes(disks), `datavg ${pvid(1)}\n`);
    expect((await machine.restore()).failures).toEqual([
      expect.stringContaining(
        '1: Volume group "datavg" is not present. Its disk "hdisk1" belongs to none, and another volume group has its name',
      ),
    ]);
    expect(machine.ran("importvg")).toEqual([]);
  });

  test("a disk that is in another volume group, and two with one PVID, are left alone", async () => {
    const disks = [
      { ...ROOT },
      { disk: "hdisk1", pvid: pvid(1), volumeGroup: "othervg", content: "data" },
      { disk: "hdisk2", pvid: pvid(2), content: "copy" },
      { disk: "hdisk3", pvid: pvid(2), content: "copy" },
    ];
    const machine = setUp(createFakeVolumes(disks), `datavg ${pvid(1)}\nlogvg ${pvid(2)}\n`);
    const { failures, warnings } = await machine.restore();
    expect(failures).toHaveLength(2);
    expect(warnings).toEqual([
      '1: Disk "hdisk1" belongs to volume group "othervg", not to "datavg": it is left alone',
      `2: The disks "hdisk2", "hdisk3" have the same PVID "${pvid(2)}": none of them is used for volume group "logvg"`,
    ]);
    expect(machine.ran("importvg")).toEqual([]);
  });

  test("two names for one volume group: the disks come with the first, and the second is told", async () => {
    const machine = setUp(
      createFakeVolumes(threeDisks()),
      `datavg ${pvid(1)}\nothervg ${pvid(2)}\n`,
    );
    const { failures, warnings } = await machine.restore();
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1"]);
    expect(failures).toEqual([
      expect.stringContaining('2: Volume group "othervg" is not present.'),
    ]);
    expect(warnings).toEqual([
      '2: Disk "hdisk2" belongs to volume group "datavg", not to "othervg": it is left alone',
    ]);
  });

  test("wrong lines stay in the file byte for byte, the others are done", async () => {
    const junk = Uint8Array.of(0xff, 0xfe, 0, 0x20, 0x80);
    const file = Buffer.concat([
      junk,
      Buffer.from(`\nrootvg ${pvid(0)}\nNone ${pvid(3)}\ndatavg ${pvid(1)}`),
    ]);
    const machine = setUp(createFakeVolumes(threeDisks()), new Uint8Array(file));
    const { failures, warnings } = await machine.restore();
    expect([failures.length, warnings.length]).toEqual([2, 1]);
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1"]);
    const kept = machine.system.fs.readBytes(VOLUME_GROUP_MAPPING_PATH);
    expect(Buffer.from(kept)).toEqual(Buffer.concat([junk, Buffer.from(`\nrootvg ${pvid(0)}\n`)]));
  });

  test("10,000 lines of disks that are not there ask the machine a few times, not per line", async () => {
    const hex = (index: number): string => `f${index.toString(16).padStart(15, "0")}`;
    const lines = Array.from({ length: 10_000 }, (_, index) => `vg${index} ${hex(index)}\n`);
    const machine = setUp(createFakeVolumes(threeDisks()), lines.join("") + MAPPING);
    const { failures } = await machine.restore();
    expect(failures).toHaveLength(21);
    expect(failures.at(-1)).toContain("more lines or volume groups have such problems");
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1", "-y logvg hdisk3"]);
    expect(machine.commands.length).toBeLessThan(60);
    expect(machine.mapping()).toBe(lines.join(""));
  });

  test("what is still not mounted then is told", async () => {
    const machine = setUp(createFakeVolumes(threeDisks(), []), `datavg ${pvid(1)}\n`, STANZA);
    const { failures, warnings } = await machine.restore();
    expect(failures).toEqual([]);
    expect(warnings).toEqual([
      '/etc/filesystems: "/data" (/dev/datalv) is not mounted, though it is to be: try "mount /data"; fsck may be needed',
    ]);
  });

  test("a plan shows what would be done, waits for nothing and changes nothing", async () => {
    const fake = createFakeVolumes(threeDisks().slice(0, 3));
    const machine = setUp(fake, MAPPING);
    const { system, changes } = planSystem(machine.system);
    await machine.restore(system);
    expect(
      changes.flatMap((change) =>
        change.kind === "command" ? [change.argv.join(" ")] : [change.kind],
      ),
    ).toEqual([
      "/usr/sbin/cfgmgr",
      "/usr/sbin/importvg -y datavg hdisk1",
      "/usr/sbin/mount all",
      "write",
    ]);
    expect(machine.changes).toEqual([]);
    expect(machine.system.clock.monotonicMs()).toBe(0);
  });

  test("no file is nothing to do; one that cannot be used is told", async () => {
    const none = createScriptedSystem({ platform: "aix" });
    const log: string[] = [];
    expect(await restoreOn(none.system, log)).toEqual({ failures: [], warnings: [] });
    expect(log).toEqual([
      `INFO No volume groups to restore: there is no "${VOLUME_GROUP_MAPPING_PATH}"`,
    ]);
    const large = setUp(createFakeVolumes([]), "x".repeat(1024 * 1024 + 1));
    const { warnings } = await large.restore();
    expect(warnings).toEqual([expect.stringContaining("it has 1048577 bytes, more than 1048576")]);
    expect(large.commands).toEqual([]);
    none.system.fs.makeDirectory(VOLUME_GROUP_MAPPING_PATH);
    expect((await restoreOn(none.system, log)).warnings).toEqual([
      expect.stringContaining("it is a directory"),
    ]);
  });
});
