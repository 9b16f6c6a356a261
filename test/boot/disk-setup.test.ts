// A new data disk becomes a volume group, a logical volume and a mounted jfs2 file system, through
// whole boots of a simulated AIX; and what must not be touched is not.
import { describe, expect, test } from "bun:test";
import type { AixFaults } from "../../src/simulator/aix/faults.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { SeedStorage } from "../../src/simulator/aix/volumes.ts";
import { runBoot } from "../support/boot-scenario.ts";
import {
  buildDrive,
  commandLines,
  createMachine,
  messagesAt,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const DATA_DISK: SeedStorage = { disks: [{ name: "hdisk1", sizeMb: 8_192 }] };
const USER_DATA = [
  "disk_setup:",
  "  hdisk1: {volume_group: datavg, pp_size: 64M}",
  "fs_setup:",
  "  - {device: /dev/datalv, size: 2G, filesystem: jfs2, mount_point: /data}",
  "  - {device: loglv, size: 100%FREE}",
  "mounts:",
  "  - [/dev/loglv, /logs, jfs2, rbrw]",
];
const CHANGES =
  /^\/usr\/sbin\/(?:mkvg|extendvg|mklv|crfs|rmlv|mount \S+$|chvg|chfs|rmfs|exportvg|reducevg)/u;

function machineWith(
  storage: SeedStorage,
  lines: readonly string[],
  faults: Partial<AixFaults> = {},
  files: Readonly<Record<string, string>> = {},
): SimulatedAix {
  const drive = buildDrive({ userData: `#cloud-config\n${lines.join("\n")}\n` });
  return createMachine({ drive, storage, faults, files, firstBoot: "captured" });
}

/** Exit codes, and the commands that changed storage. */
async function boot(aix: SimulatedAix): Promise<{ codes: unknown; ran: readonly string[] }> {
  const mark = aix.commands.length;
  const codes = await runBoot(aix);
  expect(aix.gaps).toEqual([]);
  const ran = commandLines(aix, mark).filter(
    (line) => CHANGES.test(line) && !line.includes("/dev/cd"),
  );
  return { codes, ran };
}

function redeploy(aix: SimulatedAix, lines: readonly string[]): void {
  const metaData = { uuid: "0a1b2c3d-0000-4000-8000-000000000002" };
  const userData = `#cloud-config\n${lines.join("\n")}\n`;
  aix.media.set("cd0", buildDrive({ metaData, userData }));
  aix.reboot();
}

function group(aix: SimulatedAix, name = "datavg") {
  return aix.machine.storage.volumeGroups.find((each) => each.name === name);
}

function mountPoints(aix: SimulatedAix): readonly string[] {
  return aix.machine.mounts.map(({ directory }) => directory);
}

function errorsOf(aix: SimulatedAix): readonly string[] {
  return statusOf(aix)["modules-config"]?.errors ?? [];
}

describe("a new data disk", () => {
  test("becomes a volume group with two mounted file systems; a reboot, a new deploy and a second run change nothing", async () => {
    const aix = machineWith(DATA_DISK, USER_DATA);
    expect(await boot(aix)).toEqual({
      codes: CLEAN,
      ran: [
        "/usr/sbin/mkvg -S -s 64 -y datavg hdisk1",
        "/usr/sbin/mklv -y datalv -t jfs2 datavg 32",
        "/usr/sbin/crfs -v jfs2 -d datalv -m /data -A yes -p rw -t no -a logname=INLINE",
        "/usr/sbin/mount /data",
        "/usr/sbin/mklv -y loglv -t jfs2 datavg 95",
        "/usr/sbin/crfs -v jfs2 -d loglv -m /logs -A yes -p rw -t no -a logname=INLINE",
        "/usr/sbin/mount /logs",
      ],
    });
    expect(group(aix)?.volumes.map(({ name, lps }) => [name, lps])).toEqual([
      ["datalv", 32],
      ["loglv", 95],
    ]);
    expect(mountPoints(aix)).toEqual(expect.arrayContaining(["/data", "/logs"]));
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    const stanzas = textAt(aix, "/etc/filesystems");
    expect(stanzas).toMatch(/\n\/logs:\n(?:\t.*\n)*\toptions\s*= rbrw\n/u);

    aix.system.fs.write("/data/kept", "data");
    aix.reboot();
    expect(await boot(aix)).toEqual({ codes: CLEAN, ran: [] });
    expect(mountPoints(aix)).toEqual(expect.arrayContaining(["/data", "/logs"]));

    redeploy(aix, USER_DATA);
    expect(await boot(aix)).toEqual({ codes: CLEAN, ran: [] });
    expect(textAt(aix, "/data/kept")).toBe("data");
    expect(textAt(aix, "/etc/filesystems")).toBe(stanzas);
    expect(messagesAt(aix, "WARNING")).toEqual([]);

    aix.machine.storage.disks.push({ name: "hdisk9", pvid: "", sizeMb: 8_192, seenMb: 8_192 });
    redeploy(aix, USER_DATA);
    expect((await boot(aix)).ran).toEqual([]);
  });

  test("whose volume group the next machine's database forgot keeps its data, and the message says how it comes back", async () => {
    const aix = machineWith(DATA_DISK, USER_DATA);
    await boot(aix);
    aix.system.fs.write("/data/kept", "data");
    const datavg = group(aix);
    if (datavg !== undefined) {
      datavg.state = "unknown";
    }
    redeploy(aix, USER_DATA);
    const { codes, ran } = await boot(aix);
    expect(ran.filter((line) => !line.startsWith("/usr/sbin/mount"))).toEqual([]);
    expect(codes).not.toEqual(CLEAN);
    expect(errorsOf(aix).join("\n")).toContain("importvg brings it back");
    expect(group(aix)?.volumes).toHaveLength(2);
  });

  test("and a second one make one volume group; a third joins it later", async () => {
    const storage: SeedStorage = {
      disks: [
        { name: "hdisk1", sizeMb: 8_192, pvid: "00f9c1af00000001" },
        { name: "hdisk2", sizeMb: 8_192 },
        { name: "hdisk3", sizeMb: 8_192 },
      ],
    };
    const two = [
      "disk_setup:",
      "  00F9C1AF00000001: {volume_group: datavg, type: big, overwrite: true}",
      "  /dev/hdisk2: {volume_group: datavg}",
    ];
    const aix = machineWith(storage, two);
    expect(await boot(aix)).toEqual({
      codes: CLEAN,
      ran: ["/usr/sbin/mkvg -B -s 32 -y datavg hdisk1", "/usr/sbin/extendvg datavg hdisk2"],
    });
    redeploy(aix, [...two, "  hdisk3: {volume_group: datavg}"]);
    expect(await boot(aix)).toEqual({ codes: CLEAN, ran: ["/usr/sbin/extendvg datavg hdisk3"] });
    expect(group(aix)?.members).toHaveLength(3);
  });
});

describe("what fails leaves nothing half made", () => {
  test("a crfs that fails: the logical volume is removed again, and the rest is done", async () => {
    const aix = machineWith(DATA_DISK, USER_DATA, { crfsFailures: 1 });
    const { codes, ran } = await boot(aix);
    expect(codes).toEqual({ ...CLEAN, "modules-config": 1 });
    expect(ran).toContain("/usr/sbin/rmlv -f datalv");
    expect(group(aix)?.volumes.map(({ name }) => name)).toEqual(["loglv"]);
    expect(errorsOf(aix)[0]).toContain('"datalv" that mklv made is removed again');
    redeploy(aix, USER_DATA);
    await boot(aix);
    expect(errorsOf(aix)[0]).toContain("0 MB are free");
  });

  test("a crfs that fails where rmlv does too: the message says what remains", async () => {
    const aix = machineWith(DATA_DISK, USER_DATA.slice(0, 4), { crfsFailures: 1 });
    const { exec } = aix.system;
    const system = {
      ...aix.system,
      exec: {
        ...exec,
        run: (argv: readonly string[], options = {}) =>
          exec.run(argv[0] === "/usr/sbin/rmlv" ? ["/usr/sbin/rmlv", "none"] : argv, options),
      },
    };
    await runBoot({ system });
    expect(errorsOf(aix)[0]).toContain('"datalv" that mklv made remains in volume group "datavg"');
  });

  test("a disk that is not there: no volume group, no file system, each with its reason", async () => {
    const aix = machineWith(DATA_DISK, [
      "disk_setup:",
      "  hdisk1: {volume_group: datavg}",
      "  hdisk7: {volume_group: datavg}",
      "fs_setup:",
      "  - {device: datalv, volume_group: datavg, size: 1G, mount_point: /data}",
    ]);
    const { codes, ran } = await boot(aix);
    expect(ran).toEqual([]);
    expect(codes).toEqual({ ...CLEAN, "modules-config": 3 });
    const [missing, refused, none] = errorsOf(aix);
    expect(missing).toContain(
      'Cannot use disk "hdisk7": there is no such disk; there are "hdisk0", "hdisk1"',
    );
    expect(refused).toContain("not all of its disks can be used");
    expect(none).toContain('volume group "datavg" is not there or not varied on');
  });

  test("a volume group's name that is taken by one that is varied off", async () => {
    const storage: SeedStorage = {
      disks: [
        { name: "hdisk1", sizeMb: 8_192 },
        { name: "hdisk2", pvid: "00f9c1af00000002" },
      ],
      volumeGroups: [{ name: "datavg", disks: ["hdisk2"], state: "varied-off", autoOn: false }],
    };
    const aix = machineWith(storage, USER_DATA);
    const { ran } = await boot(aix);
    expect(ran).toEqual([]);
    expect(errorsOf(aix)[0]).toContain('Cannot use volume group "datavg": it is varied off');
  });
});

describe("what is there stays", () => {
  const cases: readonly (readonly [string, SeedStorage, Partial<AixFaults>, string])[] = [
    [
      "data that is not LVM's",
      { disks: [{ name: "hdisk1", foreignData: "ORCLDISK" }] },
      {},
      "it holds data (byte 4096 is the first)",
    ],
    [
      "a disk with a PVID and nothing else",
      { disks: [{ name: "hdisk1", pvid: "00f9c1af00000001" }] },
      {},
      'it has a PVID ("00f9c1af00000001"), so that LVM has had it, here or on another machine. It is left alone; "overwrite: true" gives up',
    ],
    [
      "a disk that another machine reserved",
      DATA_DISK,
      { reservedDisks: ["hdisk1"] },
      "what is on it cannot be told",
    ],
    [
      "a disk of a volume group that nobody knows",
      {
        disks: [{ name: "hdisk1", pvid: "00f9c1af00000001" }],
        volumeGroups: [{ name: "oldvg", disks: ["hdisk1"], state: "unknown" }],
      },
      {},
      "it holds a volume group that the system does not know",
    ],
    [
      "a disk of another volume group",
      {
        disks: [{ name: "hdisk1", pvid: "00f9c1af00000001" }],
        volumeGroups: [{ name: "oldvg", disks: ["hdisk1"] }],
      },
      {},
      'it belongs to volume group "oldvg"',
    ],
  ];
  test.each(cases)("%s", async (_name, storage, faults, message) => {
    const aix = machineWith(storage, USER_DATA.slice(0, 4), faults);
    const before = structuredClone(aix.machine.storage);
    const { ran } = await boot(aix);
    expect(ran).toEqual([]);
    expect(errorsOf(aix)[0]).toContain(message);
    expect(aix.machine.storage).toEqual(before);
  });

  test("a disk that is named by its own PVID", async () => {
    const storage: SeedStorage = { disks: [{ name: "hdisk1", pvid: "00f9c1af00000001" }] };
    const aix = machineWith(storage, ["disk_setup: {00f9c1af00000001: {volume_group: datavg}}"]);
    expect((await boot(aix)).ran).toEqual([]);
    expect(errorsOf(aix)[0]).toContain('"overwrite: true" gives up what is on it');
  });

  test("`overwrite: true` gives up a volume group that nobody knows and foreign data, never what is known", async () => {
    const lines = (disk: string) => [
      "disk_setup:",
      `  ${disk}: {volume_group: datavg, overwrite: true}`,
    ];
    const storage: SeedStorage = {
      disks: [
        { name: "hdisk1", pvid: "00f9c1af00000001" },
        { name: "hdisk2", foreignData: "ORCLDISK" },
        { name: "hdisk3", pvid: "00f9c1af00000003" },
        { name: "hdisk4", pvid: "00f9c1af00000004" },
        { name: "hdisk5", pvid: "00f9c1af00000005" },
      ],
      volumeGroups: [
        { name: "oldvg", disks: ["hdisk1"], state: "unknown" },
        { name: "offvg", disks: ["hdisk3"], state: "varied-off", autoOn: false },
        { name: "onvg", disks: ["hdisk4"] },
      ],
    };
    for (const [disk, isUsed] of [
      ["hdisk0", false],
      ["hdisk1", true],
      ["hdisk2", true],
      ["hdisk3", false],
      ["hdisk4", false],
      ["hdisk5", true],
    ] as const) {
      const aix = machineWith(storage, lines(disk));
      const { ran } = await boot(aix);
      expect([disk, ran]).toEqual([
        disk,
        isUsed
          ? [`/usr/sbin/mkvg -S${disk === "hdisk5" ? "" : " -f"} -s 32 -y datavg ${disk}`]
          : [],
      ]);
    }
  });

  test("a logical volume of the name, with or without a file system", async () => {
    const storage: SeedStorage = {
      disks: [{ name: "hdisk1", pvid: "00f9c1af00000001" }],
      volumeGroups: [
        {
          name: "datavg",
          disks: ["hdisk1"],
          volumes: [
            { name: "oldlv", lps: 4, mountPoint: "/old" },
            { name: "rawlv", lps: 4 },
          ],
        },
      ],
    };
    const aix = machineWith(storage, [
      "fs_setup:",
      "  - {device: oldlv, size: 1G, volume_group: datavg, mount_point: /data, overwrite: true}",
      "  - {device: rawlv, size: 1G, volume_group: datavg, mount_point: /raw}",
      "  - {device: newlv, size: 1G, mount_point: /new}",
      "  - {device: hd4, size: 1G, mount_point: /new}",
    ]);
    const { ran } = await boot(aix);
    expect(ran).toEqual([]);
    expect(errorsOf(aix).map((line) => line.replace(/^.*?file system /u, ""))).toEqual([
      expect.stringContaining(
        '"oldlv": the logical volume is there, with the file system of "/old"',
      ),
      expect.stringContaining('"overwrite: true" makes a file system in it'),
      expect.stringContaining("rootvg is not used unless it is named"),
      expect.stringContaining('with the file system of "/"'),
    ]);
  });
});

describe("bad input", () => {
  const sizes = ["lots", "-5G", "0", "10T", "0%FREE", "[1]"];
  test.each(sizes)("a size %s makes nothing but the volume group", async (size) => {
    const aix = machineWith(DATA_DISK, [
      "disk_setup: {hdisk1: {volume_group: datavg}}",
      `fs_setup: [{device: datalv, size: ${size}, mount_point: /data}]`,
    ]);
    const { codes, ran } = await boot(aix);
    expect(ran).toEqual(["/usr/sbin/mkvg -S -s 32 -y datavg hdisk1"]);
    expect(codes).toEqual({ ...CLEAN, "modules-config": 1 });
    expect(errorsOf(aix)[0]).toMatch(/expected a size like|MB are free/u);
  });

  const directories = [
    ["/etc/motd", "is a file"],
    ["/", "belongs to the system"],
    ["/usr/", "belongs to the system"],
    ["data", 'begins with "/"'],
    ["/data/../etc", "without"],
    ["/da ta", "without blanks"],
    ['"/da\\nta"', "without line ends"],
    ["/tmp", 'has "/tmp" already'],
  ] as const;
  test.each(directories)("a mount point %s", async (directory, message) => {
    const aix = machineWith(
      DATA_DISK,
      [
        "disk_setup: {hdisk1: {volume_group: datavg}}",
        `fs_setup: [{device: datalv, size: 1G, mount_point: ${directory}}]`,
      ],
      {},
      { "/etc/motd": "hello\n" },
    );
    const { ran } = await boot(aix);
    expect(ran).toEqual(["/usr/sbin/mkvg -S -s 32 -y datavg hdisk1"]);
    expect(errorsOf(aix)).toEqual([expect.stringContaining(message)]);
  });

  const foreign = ["ephemeral0", "/dev/sdb", "LABEL=data", "UUID=1234", "/dev/hd4"];
  test.each(foreign)("a disk named %s", async (name) => {
    const aix = machineWith(DATA_DISK, [`disk_setup: {${name}: {volume_group: datavg}}`]);
    expect((await boot(aix)).ran).toEqual([]);
    expect(errorsOf(aix)[0]).toContain('say "hdisk1"');
  });

  test("Linux's keys are told to have no meaning, and a disk without a volume group is refused", async () => {
    const aix = machineWith(DATA_DISK, [
      "disk_setup: {hdisk1: {table_type: gpt, layout: [50, [50, 82]]}}",
      "fs_setup: [{device: hdisk1, filesystem: ext4, label: data, partition: auto}]",
    ]);
    expect((await boot(aix)).ran).toEqual([]);
    expect(errorsOf(aix)).toEqual([
      expect.stringContaining('say "volume_group: NAME"'),
      expect.stringContaining("a disk holds no file system itself on AIX"),
    ]);
    expect(messagesAt(aix, "WARNING").filter((line) => line.includes("no meaning"))).toHaveLength(
      4,
    );
  });
});
