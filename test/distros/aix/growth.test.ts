import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseLsfs } from "../../../src/distros/aix/growth-file-system-target.ts";
import {
  parseLogicalVolumeFacts,
  parseVolumeGroupFacts,
} from "../../../src/distros/aix/growth-lvm.ts";
import { createAix } from "../../../src/distros/aix/aix.ts";
import type { DiskGrowth, FileSystemGrowth } from "../../../src/distros/growth-adapter.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import type { System } from "../../../src/system/system.ts";
import { createTestLogger } from "../../support/module-context.ts";

const MEMORY = "/var/lib/cloud/instances/i-1/growth.json";
const DISKS: DiskGrowth = { mode: "auto", ignoresGrowrootDisabled: false, memoryFile: MEMORY };
const DETAILS = [
  "VOLUME GROUP:       rootvg                   VG IDENTIFIER:  00fa00d600004c000000017d43623707",
  "VG STATE:           active                   PP SIZE:        32 megabyte(s)",
  "VG PERMISSION:      read/write               TOTAL PPs:      639 (20448 megabytes)",
  "MAX LVs:            256                      FREE PPs:       4 (128 megabytes)",
  "MAX PPs per VG:     32512",
  "MAX PPs per PV:     1016                     MAX PVs:        32",
  "",
].join("\n");
const ROWS = [
  "rootvg:",
  "PV_NAME           PV STATE          TOTAL PPs   FREE PPs    FREE DISTRIBUTION",
  "hdisk0            active            639         4           03..00..00..01..00",
  "hdisk9            missing           100         0           00..00..00..00..00",
  "",
].join("\n");

function growthOf(sys: System) {
  const log: string[] = [];
  const { growth } = createAix({ sys, log: createTestLogger(log), systemInfo: {} });
  if (growth === undefined) {
    throw new Error("AIX has no growth adapter");
  }
  return { growth, log };
}

describe("what lsvg, lslv and lsfs print", () => {
  test("is read by its labels", () => {
    expect(parseVolumeGroupFacts("rootvg", DETAILS, ROWS)).toEqual({
      name: "rootvg",
      partitionMb: 32,
      totalPartitions: 639,
      freePartitions: 4,
      diskPartitionsMax: 1_016,
      groupPartitionsMax: 32_512,
      isConcurrent: false,
      disks: new Map([
        ["hdisk0", 639],
        ["hdisk9", 100],
      ]),
    });
    expect(
      parseLogicalVolumeFacts(
        "hd1",
        [
          "LOGICAL VOLUME:     hd1                    VOLUME GROUP:   rootvg",
          "MAX LPs:            512                    PP SIZE:        64 megabyte(s)",
          "COPIES:             2                      SCHED POLICY:   parallel",
          "LPs:                10                     PPs:            20",
          "",
        ].join("\n"),
      ),
    ).toEqual({
      name: "hd1",
      volumeGroup: "rootvg",
      partitions: 10,
      partitionsMax: 512,
      copies: 2,
      partitionMb: 64,
    });
    const rows = "#MountPoint:Device:Vfs:Nodename:Type:Size:Options:AutoMount:Acct\n";
    expect(parseLsfs(`${rows}/:/dev/hd4:jfs2::bootfs:4194304:rw:yes:no\n`, "/")).toEqual({
      device: "/dev/hd4",
      type: "jfs2",
      blocks: 4_194_304,
    });
    expect(parseLsfs(`${rows}/import:/export:nfs:srv::--:bg:yes:no\n`, "/import")).toEqual({
      device: "/export",
      type: "nfs",
      blocks: undefined,
    });
    expect(parseLsfs(rows, "/opt")).toBeUndefined();
  });

  test("of any kind never throws, and what does not tell is nothing", () => {
    const off = DETAILS.replaceAll(/\d+/gu, "?????");
    expect(parseVolumeGroupFacts("datavg", off, ROWS)).toBeUndefined();
    expect(parseLogicalVolumeFacts("hd1", "LPs: 0\nMAX LPs: 1\nCOPIES: 1\n")).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseVolumeGroupFacts("rootvg", text, text);
        parseLogicalVolumeFacts("hd1", text);
        parseLsfs(text, "/opt");
      }),
    );
  });
});

/** A machine whose rootvg is on a disk of 40 GB. */
function scripted(details: string, chvg: { exitCode: number; stderr: string }, sizeMb = 40_960) {
  return createScriptedSystem({
    platform: "aix",
    commands: {
      "/usr/sbin/lspv": "hdisk0  00fa00d6b552f41b  rootvg  active\n",
      "/usr/sbin/bootinfo -s hdisk0": { exitCode: 1 },
      "/usr/bin/getconf DISK_SIZE /dev/hdisk0": `${sizeMb}\n`,
      "/usr/sbin/lsvg -L rootvg": details,
      "/usr/sbin/lsvg -L -p rootvg": ROWS,
      "/usr/sbin/chvg -g rootvg": chvg,
      "/usr/sbin/chvg -t 2 rootvg": { exitCode: 1, stderr: "0516-732 chvg: Refused." },
    },
  });
}

describe("a volume group", () => {
  const counted = (disks: number): string =>
    `${DETAILS}TOTAL PVs:          ${disks}                        VG DESCRIPTORS: 2\n`;

  test.each([
    ["with one disk is asked for once: all partitions are that disk's", counted(1), 1],
    ["with a disk that lspv does not list is asked for its disks", counted(2), 2],
    ["that does not tell how many disks it has is asked for them", DETAILS, 2],
  ])("%s", async (_, details, asks) => {
    const machine = scripted(details, { exitCode: 0, stderr: "" }, 20_500);
    expect(await growthOf(machine.system).growth.growDisks(DISKS)).toEqual([]);
    expect(machine.commands.filter(([name]) => name === "/usr/sbin/lsvg")).toHaveLength(asks);
    expect(machine.changes.filter(({ kind }) => kind === "command")).toEqual([]);
    const grown = scripted(details, { exitCode: 1, stderr: "no" }, 20_448 + 64);
    expect(await growthOf(grown.system).growth.growDisks(DISKS)).toHaveLength(1);
  });
});

describe("chvg", () => {
  test("is not run for a group in concurrent mode, which is told at two boots", async () => {
    const details = `${DETAILS}Concurrent:         Enhanced-Capable         Auto-Concurrent: Disabled\nVG Mode:            Concurrent\n`;
    const { system, changes } = scripted(details, { exitCode: 0, stderr: "" });
    const { growth } = growthOf(system);
    const [problem] = await growth.growDisks(DISKS);
    expect(problem?.severity).toBe("warning");
    expect(problem?.message).toContain("concurrent mode");
    expect(await growth.growDisks(DISKS)).toHaveLength(1);
    expect(await growth.growDisks(DISKS)).toEqual([]);
    expect(changes.filter(({ kind }) => kind === "command")).toEqual([]);
  });

  test("that refuses is a failure with what is there and what to do", async () => {
    const { system } = scripted(
      DETAILS,
      { exitCode: 1, stderr: "0516-1380 chvg: varyoffvg and\n        varyonvg first." },
      30_720,
    );
    const [problem] = await growthOf(system).growth.growDisks(DISKS);
    expect(problem?.severity).toBeUndefined();
    expect(problem?.message).toBe(
      'Cannot grow volume group "rootvg": "/usr/sbin/chvg -g rootvg" ended with exit code 1: 0516-1380 chvg: varyoffvg and varyonvg first. hdisk0 has 30720 MB, of which 20448 MB are counted (639 partitions of 32 MB). AIX may see the new size only after varyoffvg and varyonvg, for rootvg after a restart; then "chvg -g rootvg"',
    );
  });

  test("a limit that cannot be raised is named", async () => {
    const { system, changes } = scripted(DETAILS, { exitCode: 1, stderr: "0516-1382 limit" });
    const [problem] = await growthOf(system).growth.growDisks(DISKS);
    expect(problem?.message).toContain(
      'The group counts at most 1016 partitions of 32 MB of a disk, and that could not be raised: "/usr/sbin/chvg -t 2 rootvg" ended with exit code 1: 0516-732 chvg: Refused',
    );
    expect(changes.filter(({ kind }) => kind === "command")).toHaveLength(2);
  });

  test("a scalable group that may have no more partitions is named with what allows more", async () => {
    const details = DETAILS.replace(
      "MAX PPs per VG:     32512",
      "MAX PPs per VG:     1024",
    ).replace("MAX PPs per PV:     1016 ", "");
    const { system } = scripted(details, { exitCode: 1, stderr: "0516-1100 limit" });
    const [problem] = await growthOf(system).growth.growDisks(DISKS);
    expect(problem?.message).toContain('at most 1024 partitions: "chvg -P 2 rootvg" allows more');
  });

  test("a command that hangs is waited for once, and none is begun after it", async () => {
    const { system, changes } = createScriptedSystem({
      platform: "aix",
      commands: {
        "/usr/sbin/lspv": "hdisk0  00fa00d6b552f41b  rootvg  active\n",
        "/usr/sbin/bootinfo": "30720\n",
        "/usr/sbin/lsvg -L rootvg": DETAILS,
        "/usr/sbin/lsvg -L -p rootvg": ROWS,
        "/usr/sbin/chvg": { exitCode: 124, timedOut: true },
        "/usr/sbin/lsfs": "#MountPoint\n/opt:/dev/hd10opt:jfs2:::131072:rw:yes:no\n",
        "/usr/sbin/lslv":
          "VOLUME GROUP: rootvg\nLPs: 2\nMAX LPs: 512\nCOPIES: 1\nPP SIZE: 32 megabyte(s)\n",
      },
    });
    const { growth } = growthOf(system);
    expect((await growth.growDisks(DISKS))[0]?.message).toContain("did not end in time");
    const size = { kind: "at-least", bytes: 96 * 2 ** 20 } as const;
    const [problem] = await growth.growFileSystems({
      inBackground: false,
      isRootNamed: false,
      memoryFile: MEMORY,
      wishes: [{ mountPoint: "/opt", size, text: "96M", path: ["growfs", "/opt"] }],
    });
    expect(problem?.message).toContain(
      '"/usr/sbin/chfs -a size=96M /opt" was not run, since "/usr/sbin/chvg -g rootvg" did not end in time',
    );
    expect(changes.filter(({ kind }) => kind === "command")).toHaveLength(1);
  });

  test("a factor that leaves no room for the disks there are is not set", async () => {
    const details = DETAILS.replace("32512", "2032");
    const { system, changes } = scripted(details, { exitCode: 1, stderr: "0516-1382 limit" });
    const [problem] = await growthOf(system).growth.growDisks(DISKS);
    expect(problem?.message).toContain('"chvg -B rootvg"');
    expect(changes.filter(({ kind }) => kind === "command")).toHaveLength(1);
  });
});

describe("mirrored volumes and plans", () => {
  const wish = (mountPoint: string, bytes: number): FileSystemGrowth => ({
    inBackground: false,
    isRootNamed: false,
    memoryFile: MEMORY,
    wishes: [
      { mountPoint, size: { kind: "more", bytes }, text: "+", path: ["growfs", mountPoint] },
    ],
  });

  test("each copy takes partitions of its own", async () => {
    const aix = bootSimulatedAix({
      storage: {
        disks: [{ name: "hdisk1", pvid: "00f9c1af00000001", sizeMb: 1_056 }],
        volumeGroups: [
          {
            name: "datavg",
            disks: ["hdisk1"],
            volumes: [{ name: "datalv", lps: 10, copies: 2, mountPoint: "/data" }],
          },
        ],
      },
      firstBoot: "captured",
    });
    await aix.system.exec.run(["/usr/sbin/importvg", "-y", "datavg", "hdisk1"], {
      okExitCodes: "any",
    });
    const { growth } = growthOf(aix.system);
    // 12 partitions are free: 7 more would take 14.
    const [problem] = await growth.growFileSystems(wish("/data", 7 * 32 * 2 ** 20));
    expect(problem?.message).toContain(
      'it has 320 MB, 448 MB more (2 copies) are needed, and volume group "datavg" has 384 MB free',
    );
    expect(await growth.growFileSystems(wish("/data", 6 * 32 * 2 ** 20))).toEqual([]);
  });

  test("a plan counts what chvg would give to what chfs would take, and changes nothing", async () => {
    const aix = bootSimulatedAix({
      storage: { disks: [{ name: "hdisk0", sizeMb: 30_720, grownFromMb: 20_480 }] },
    });
    const { system, changes } = planSystem(aix.system);
    const { growth } = growthOf(system);
    expect(await growth.growDisks(DISKS)).toEqual([]);
    expect(await growth.growFileSystems(wish("/opt", 12 * 2 ** 30))).toEqual([]);
    const commands = changes.flatMap((change) =>
      change.kind === "command" ? change.argv.join(" ") : [],
    );
    expect(commands).toEqual(["/usr/sbin/chvg -g rootvg", "/usr/sbin/chfs -a size=14336M /opt"]);
    expect(aix.changes).toEqual([]);
  });
});
