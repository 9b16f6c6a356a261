import { Buffer } from "node:buffer";
import { describe, expect, test } from "bun:test";
import { createAix } from "../../../src/distros/aix/aix.ts";
import { VOLUME_GROUP_MAPPING_PATH } from "../../../src/distros/aix/volume-group-mapping.ts";
import type { SeedFaults } from "../../../src/simulator/aix/seed.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import type { System } from "../../../src/system/system.ts";
import { formatProblem } from "../../../src/text/problem.ts";
import { failDisk } from "../../support/failing-disk.ts";
import { createTestLogger } from "../../support/module-context.ts";
import {
  activeGroups,
  mappingOf,
  mountedOver,
  PVIDS,
  TWO_GROUPS,
  TWO_GROUPS_MAPPING,
} from "../../support/storage-scenario.ts";

/** Two volume groups on three disks, which a cleared database has forgotten. */
function setUp(mapping: string | Uint8Array = TWO_GROUPS_MAPPING, faults: SeedFaults = {}) {
  const aix = bootSimulatedAix({
    storage: TWO_GROUPS,
    files: { [VOLUME_GROUP_MAPPING_PATH]: mapping },
    faults,
  });
  const log: string[] = [];
  return {
    aix,
    log,
    restore: (system: System = aix.system) => restoreOn(system, log),
    mapping: () => mappingOf(aix),
    ran: (program: string) =>
      aix.changes.flatMap((change) =>
        change.kind === "command" && change.argv[0]?.endsWith(`/${program}`) === true
          ? [change.argv.slice(1).join(" ")]
          : [],
      ),
    /** Takes a disk away, as if it had never been attached. */
    detach(disk: string) {
      aix.machine.devices = aix.machine.devices.filter(({ name }) => name !== disk);
    },
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
    const machine = setUp();
    expect(await machine.restore()).toEqual({ failures: [], warnings: [] });
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1", "-y logvg hdisk3"]);
    expect(machine.ran("cfgmgr")).toEqual([]);
    expect(await activeGroups(machine.aix)).toEqual(["rootvg", "datavg", "logvg"]);
    expect(mountedOver(machine.aix)).toEqual(["/data", "/logs"]);
    expect(machine.mapping()).toBeUndefined();
    machine.aix.changes.length = 0;
    expect(await machine.restore()).toEqual({ failures: [], warnings: [] });
    expect(machine.aix.changes).toEqual([]);
  });

  test("a missing disk fails its volume group alone, after a deadline, and its line stays", async () => {
    const machine = setUp();
    machine.detach("hdisk3");
    const start = machine.aix.system.clock.monotonicMs();
    expect(await machine.restore()).toEqual({
      failures: [
        '3: Volume group "logvg" is not present. None of its disks is there to import it from',
      ],
      warnings: [
        `3: The physical volume with ID "${PVIDS.logs}" was not found, so it cannot be associated with volume group "logvg".`,
        '/etc/filesystems: "/logs" (/dev/loglv) is not mounted, though it is to be: try "mount /logs"; fsck may be needed',
      ],
    });
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1"]);
    expect(machine.mapping()).toBe(`logvg ${PVIDS.logs}\n`);
    expect(machine.aix.system.clock.monotonicMs() - start).toBeLessThan(60_000);
  });

  test("an importvg that fails is told with its reason, and the next one runs", async () => {
    const machine = setUp(TWO_GROUPS_MAPPING, { importvgFailures: 2 });
    const { failures } = await machine.restore();
    expect(failures).toEqual([
      '1: Volume group "datavg" is not present. Command "/usr/sbin/importvg -y datavg hdisk1" ended with exit code 1: 0516-776 importvg: Cannot import hdisk1 as datavg.',
      expect.stringContaining('3: Volume group "logvg" is not present. Command'),
    ]);
    expect(machine.mapping()).toBe(TWO_GROUPS_MAPPING);
    expect((await machine.restore()).failures).toEqual([]);
  });

  test("one that stays off is varied on, or told what remains", async () => {
    const machine = setUp(TWO_GROUPS_MAPPING, { importvgDefinesIncomplete: true });
    machine.detach("hdisk1");
    expect((await machine.restore()).failures).toEqual([
      '1: Volume group "datavg" is not present. It is defined, and cannot be varied on: Command "/usr/sbin/importvg -y datavg hdisk2" ended with exit code 1: 0516-056 varyonvg: The volume group is not varied on because a physical volume is marked missing. Run diagnostics. Command "/usr/sbin/varyonvg datavg" ended with exit code 1: 0516-052 varyonvg: Volume group cannot be varied on without a quorum. More physical volumes in the group must be active.',
    ]);
    expect(machine.mapping()).toBe(`datavg ${PVIDS.data1}\ndatavg ${PVIDS.data2}\n`);
    // With the first of two disks there is a quorum: varyonvg does what importvg did not.
    const other = setUp(TWO_GROUPS_MAPPING, { importvgDefinesIncomplete: true });
    other.detach("hdisk2");
    const { failures, warnings } = await other.restore();
    expect(failures).toEqual([]);
    expect(warnings[0]).toContain(`"${PVIDS.data2}" was not found`);
    expect(other.ran("varyonvg")).toEqual(["datavg"]);
    expect(other.mapping()).toBe(`datavg ${PVIDS.data2}\n`);
  });

  test("a disk that is in another volume group is left alone", async () => {
    const machine = setUp(`datavg ${PVIDS.data1}\nothervg ${PVIDS.data2}\n`);
    const { failures, warnings } = await machine.restore();
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1"]);
    expect(failures).toEqual([
      expect.stringContaining('2: Volume group "othervg" is not present.'),
    ]);
    expect(warnings[0]).toBe(
      '2: Disk "hdisk2" belongs to volume group "datavg", not to "othervg": it is left alone',
    );
    expect(machine.mapping()).toBe(`othervg ${PVIDS.data2}\n`);
  });

  test("wrong lines stay in the file byte for byte, the others are done", async () => {
    const junk = Uint8Array.of(0xff, 0xfe, 0, 0x20, 0x80);
    const root = "\nrootvg 00f9c1af1b2c3d4e";
    const rest = `${root}\nNone ${PVIDS.logs}\ndatavg ${PVIDS.data1}`;
    const machine = setUp(new Uint8Array(Buffer.concat([junk, Buffer.from(rest)])));
    expect((await machine.restore()).failures).toHaveLength(2);
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1"]);
    const kept = machine.aix.system.fs.readBytes(VOLUME_GROUP_MAPPING_PATH);
    expect(Buffer.from(kept)).toEqual(Buffer.concat([junk, Buffer.from(`${root}\n`)]));
  });

  test("10,000 lines of disks that are not there ask the machine a few times, not per line", async () => {
    const hex = (index: number): string => `f${index.toString(16).padStart(15, "0")}`;
    const lines = Array.from({ length: 10_000 }, (_, index) => `vg${index} ${hex(index)}\n`);
    const machine = setUp(lines.join("") + TWO_GROUPS_MAPPING);
    const { failures } = await machine.restore();
    expect(failures).toHaveLength(21);
    expect(failures.at(-1)).toContain("more lines or volume groups have such problems");
    expect(machine.ran("importvg")).toEqual(["-y datavg hdisk1", "-y logvg hdisk3"]);
    expect(machine.aix.commands.length).toBeLessThan(60);
    expect(machine.mapping()).toBe(lines.join(""));
  });

  test("a file that cannot be changed is told, beside what is wrong with the volume groups", async () => {
    for (const importvgFailures of [0, 1]) {
      const machine = setUp(TWO_GROUPS_MAPPING, { importvgFailures });
      const { system } = failDisk(machine.aix.system, { code: "EROFS", fails: () => true });
      const { failures } = await machine.restore(system);
      expect(failures).toHaveLength(importvgFailures + 1);
      expect(failures.at(-1)).toMatch(/^Cannot take the lines that are done out of .*read-only/u);
      expect(machine.mapping()).toBe(TWO_GROUPS_MAPPING);
      expect(mountedOver(machine.aix)).toContain("/logs");
      expect((await machine.restore()).failures).toEqual([]);
      expect(machine.mapping()).toBeUndefined();
    }
  });

  test("an /etc/filesystems that cannot be read is told, and the lines of what is imported go", async () => {
    const machine = setUp();
    machine.aix.system.fs.remove("/etc/filesystems");
    machine.aix.system.fs.makeDirectory("/etc/filesystems");
    machine.aix.machine.storage.volumeGroups.forEach((group) => {
      group.volumes = group.name === "rootvg" ? group.volumes : [];
    });
    expect((await machine.restore()).failures).toEqual([
      expect.stringContaining("Cannot mount what /etc/filesystems wants mounted"),
    ]);
    expect(machine.mapping()).toBeUndefined();
  });

  test("a plan shows what would be done, waits for nothing and changes nothing", async () => {
    const machine = setUp();
    machine.detach("hdisk3");
    const { system, changes } = planSystem(machine.aix.system);
    const before = machine.aix.changes.length;
    const start = system.clock.now().getTime();
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
    expect(machine.aix.changes).toHaveLength(before);
    expect(system.clock.now().getTime() - start).toBeLessThan(1_000);
  });

  test("no file is nothing to do; one that cannot be used is told", async () => {
    const none = createScriptedSystem({ platform: "aix" });
    const log: string[] = [];
    expect(await restoreOn(none.system, log)).toEqual({ failures: [], warnings: [] });
    expect(log).toEqual([
      `INFO No volume groups to restore: there is no "${VOLUME_GROUP_MAPPING_PATH}"`,
    ]);
    const large = setUp("x".repeat(1024 * 1024 + 1));
    const { warnings } = await large.restore();
    expect(warnings).toEqual([expect.stringContaining("it has 1048577 bytes, more than 1048576")]);
    expect(large.aix.commands).toEqual([]);
    none.system.fs.makeDirectory(VOLUME_GROUP_MAPPING_PATH);
    expect((await restoreOn(none.system, log)).warnings).toEqual([
      expect.stringContaining("it is a directory"),
    ]);
  });
});
