// disk_setup while another LVM command has the lock of the volume group: the module runs once, so it waits.
import { describe, expect, test } from "bun:test";
import type { AixFaults } from "../../src/simulator/aix/faults.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { SeedStorage } from "../../src/simulator/aix/volumes.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { buildDrive, commandLines, createMachine, statusOf } from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };

function machineWith(
  storage: SeedStorage,
  lines: readonly string[],
  faults: Partial<AixFaults> = {},
): SimulatedAix {
  const drive = buildDrive({ userData: `#cloud-config\n${lines.join("\n")}\n` });
  return createMachine({ drive, storage, faults, firstBoot: "captured" });
}

async function boot(aix: SimulatedAix): Promise<{ codes: unknown; ran: readonly string[] }> {
  const mark = aix.commands.length;
  const codes = await runBoot(aix);
  expect(aix.gaps).toEqual([]);
  const ran = commandLines(aix, mark).filter((line) =>
    /^\/usr\/sbin\/(?:mkvg|extendvg|mklv|crfs)/u.test(line),
  );
  return { codes, ran };
}

function mountPoints(aix: SimulatedAix): readonly string[] {
  return aix.machine.mounts.map(({ directory }) => directory);
}

function errorsOf(aix: SimulatedAix): readonly string[] {
  return statusOf(aix)["modules-config"]?.errors ?? [];
}

describe("while another command has the lock of the volume group", () => {
  const TWO: SeedStorage = {
    disks: [
      { name: "hdisk1", sizeMb: 8_192 },
      { name: "hdisk2", sizeMb: 8_192 },
    ],
  };
  const LINES = [
    "disk_setup: {hdisk1: {volume_group: datavg}, hdisk2: {volume_group: datavg}}",
    "fs_setup:",
    "  - {device: /dev/datalv, size: 100%FREE, mount_point: /data}",
  ];

  test("extendvg, mklv and the rest are tried again until it is free", async () => {
    const aix = machineWith(TWO, LINES, { lockedVolumeGroups: { datavg: 3 } });
    const { codes, ran } = await boot(aix);
    expect(codes).toEqual(CLEAN);
    expect(ran.filter((line) => line.startsWith("/usr/sbin/extendvg"))).toHaveLength(4);
    const datavg = aix.machine.storage.volumeGroups.find(({ name }) => name === "datavg");
    expect(datavg?.members).toHaveLength(2);
    expect(datavg?.volumes.map(({ lps }) => lps)).toEqual([510]);
    expect(mountPoints(aix)).toContain("/data");
  });

  test("that never becomes free: it ends, names the remedy, and makes no share of half a volume group", async () => {
    const aix = machineWith(TWO, LINES, { lockedVolumeGroups: { datavg: 9_999 } });
    const start = aix.system.clock.monotonicMs();
    const { codes, ran } = await boot(aix);
    expect(aix.system.clock.monotonicMs() - start).toBeLessThan(300_000);
    expect(codes).toEqual({ ...CLEAN, "modules-config": 2 });
    expect(ran.filter((line) => /mklv|crfs/u.test(line))).toEqual([]);
    const [extend, share] = errorsOf(aix);
    expect(extend).toContain('"cloud-init single --name disk_setup --frequency always"');
    expect(share).toContain('not all disks of "disk_setup" are in volume group "datavg"');
  });

  const READY: SeedStorage = {
    disks: [{ name: "hdisk1", sizeMb: 8_192, pvid: "00f9c1af00000001" }],
    volumeGroups: [{ name: "datavg", disks: ["hdisk1"], volumes: [] }],
  };
  const VOLUME = [
    "fs_setup: [{device: datalv, volume_group: datavg, size: 1G, mount_point: /data}]",
  ];

  test("mklv is tried again", async () => {
    const aix = machineWith(READY, VOLUME, { lockedVolumeGroups: { datavg: 3 } });
    const { codes, ran } = await boot(aix);
    expect(codes).toEqual(CLEAN);
    expect(ran.filter((line) => line.startsWith("/usr/sbin/mklv"))).toHaveLength(4);
    expect(mountPoints(aix)).toContain("/data");
  });

  test.each(["crfs", "rmlv"])("%s is tried again", async (program) => {
    const aix = machineWith(READY, VOLUME, program === "rmlv" ? { crfsFailures: 1 } : {});
    const { exec } = aix.system;
    let left = 2;
    const run: typeof exec.run = async (argv, options) => {
      if (argv[0] !== `/usr/sbin/${program}` || left === 0) {
        return exec.run(argv, options);
      }
      left -= 1;
      const stderr = `0516-266 ${program}: The volume group datavg is locked by another process.\n`;
      return { exitCode: 1, stdout: "", stderr, timedOut: false, durationMs: 1 };
    };
    await runBoot({ system: { ...aix.system, exec: { ...exec, run } } });
    expect(left).toBe(0);
    expect(mountPoints(aix).includes("/data")).toBe(program === "crfs");
    expect(errorsOf(aix)).toEqual(
      program === "crfs" ? [] : [expect.stringContaining("that mklv made is removed again")],
    );
  });

  test("a size in bytes is made all the same", async () => {
    const lines = LINES.map((line) => line.replace("100%FREE", "1G"));
    const aix = machineWith(TWO, lines);
    const { exec } = aix.system;
    const run = (argv: readonly string[], options = {}) =>
      exec.run(argv[0] === "/usr/sbin/extendvg" ? ["/usr/sbin/extendvg", "none"] : argv, options);
    await runBoot({ system: { ...aix.system, exec: { ...exec, run } } });
    expect(errorsOf(aix)).toEqual([expect.stringContaining('Cannot add disk "hdisk2"')]);
    expect(mountPoints(aix)).toContain("/data");
  });
});
