import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createAix } from "../../src/distros/aix/aix.ts";
import { mounts } from "../../src/modules/mounts.ts";
import { parseMountDefaults, parseMountList } from "../../src/modules/mount-list.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createTestLogger, runModule } from "../support/module-context.ts";

const FILESYSTEMS = [
  "* Keep this comment",
  "/:",
  "\tdev\t\t= /dev/hd4",
  "\tvfs\t\t= jfs2",
  "\tmount\t\t= automatic",
  "",
  "/made:",
  "\tdev\t\t= /dev/madelv",
  "\tvfs\t\t= jfs2",
  "\tlog\t\t= INLINE",
  "\tmount\t\t= false",
  "",
].join("\n");

const MOUNT = [
  "  node       mounted        mounted over    vfs       date        options      ",
  "-------- ---------------  ---------------  ------ ------------ --------------- ",
  "         /dev/hd4         /                jfs2   Nov 07 19:11 rw,log=/dev/hd8 ",
  "192.0.2.9 /stage          /stage           nfs3   Jul 17 13:24 ro,bg,hard,intr",
  "",
].join("\n");

const LSVG_DATA = [
  "datavg:",
  "LV NAME             TYPE       LPs   PPs   PVs  LV STATE      MOUNT POINT",
  "loglv00             jfs2log    1     1     1    closed/syncd  N/A",
  "datalv              jfs2       10    10    1    closed/syncd  N/A",
  "madelv              jfs2       10    10    1    closed/syncd  /made",
  "rawlv               raw        10    10    1    closed/syncd  N/A",
  "",
].join("\n");

const LSVG_ROOT = [
  "rootvg:",
  "LV NAME             TYPE       LPs   PPs   PVs  LV STATE      MOUNT POINT",
  "hd6                 paging     16    32    2    open/syncd    N/A",
  "hd4                 jfs2       5     5     1    open/syncd    /",
  "",
].join("\n");

const LSPS = [
  "Page Space      Physical Volume   Volume Group    Size %Used   Active    Auto    Type   Chksum",
  "hd6             hdisk0            rootvg         512MB     1     yes     yes      lv       0",
  "",
].join("\n");

function detailsOf(group: string): string {
  return [
    `VOLUME GROUP:       ${group}                   VG IDENTIFIER:  00fa00d600004c000000017d43623707`,
    "VG STATE:           active                   PP SIZE:        32 megabyte(s)",
    "MAX LVs:            256                      FREE PPs:       100 (3200 megabytes)",
    "",
  ].join("\n");
}

async function run(config: Record<string, unknown>, mountFails = false, realmem = "1048576") {
  const machine = createScriptedSystem({
    platform: "aix",
    files: {
      "/etc/filesystems": FILESYSTEMS,
      "/dev/cd0": "",
      "/file": "",
      "/data/.keep": "",
    },
    commands: {
      "/usr/sbin/mount": ([, directory]) => {
        if (directory === undefined) {
          return MOUNT;
        }
        return mountFails ? { exitCode: 1, stderr: "mount: 0506-324 Cannot mount\n" } : "";
      },
      "/usr/sbin/lsvg -o": "datavg\nrootvg\n",
      "/usr/sbin/lsvg -l datavg": LSVG_DATA,
      "/usr/sbin/lsvg -l rootvg": LSVG_ROOT,
      "/usr/sbin/lsvg rootvg": detailsOf("rootvg"),
      "/usr/sbin/lsvg datavg": detailsOf("datavg"),
      "/usr/sbin/lsvg goneg": { exitCode: 1, stderr: "0516-306 lsvg: Unable to find" },
      "/usr/sbin/lsps -a": LSPS,
      "/usr/sbin/lsattr -El sys0 -a realmem -F value": `${realmem}\n`,
      "/usr/sbin/chps": "",
      "/usr/sbin/mkps": "paging00\n",
    },
  });
  const { system } = machine;
  const distro = createAix({ sys: system, log: createTestLogger([]), systemInfo: {} });
  const result = await runModule(mounts, { config, system, distro });
  return {
    failures: result.failures,
    text: new TextDecoder().decode(system.fs.readBytes("/etc/filesystems")),
    changed: machine.commands.filter(
      ([program, ...args]) =>
        /(?:chps|mkps)$/u.test(program ?? "") || (program === "/usr/sbin/mount" && args.length > 0),
    ),
    hasDirectory: (path: string) => system.fs.stat(path)?.kind === "directory",
    system,
    distro,
    machine,
  };
}

describe("mounts on AIX", () => {
  test("adds a stanza with the log of the volume group, makes the directory and mounts", async () => {
    const result = await run({
      mounts: [["/dev/datalv", "/new/data/", "auto", "defaults,nofail,rw"]],
    });
    expect(result.failures).toEqual([]);
    expect(result.text).toBe(
      `${FILESYSTEMS}\n/new/data:\n\tdev = /dev/datalv\n\tvfs = jfs2\n\tlog = /dev/loglv00\n\tmount = true\n\ttype = cloudconfig\n\toptions = rw\n\taccount = false\n`,
    );
    expect(result.hasDirectory("/new/data")).toBe(true);
    expect(result.changed).toEqual([["/usr/sbin/mount", "/new/data"]]);
  });

  test("changes nothing in the file a second time", async () => {
    const result = await run({ mounts: [["/dev/datalv", "/data"]] });
    const writes = () => result.machine.changes.filter(({ kind }) => kind !== "command").length;
    const before = writes();
    await runModule(mounts, {
      config: { mounts: [["/dev/datalv", "/data"]] },
      system: result.system,
      distro: result.distro,
    });
    expect(writes()).toBe(before);
  });

  test("knows servers of NFS, with options that do not hold up the boot", async () => {
    const result = await run({ mounts: [["192.0.2.10:/export", "/data", "nfs4"]] });
    expect(result.failures).toEqual([]);
    expect(result.text).toContain(
      "\n/data:\n\tdev = /export\n\tvfs = nfs\n\tnodename = 192.0.2.10\n\tmount = true\n\ttype = cloudconfig\n\toptions = bg,hard,intr,vers=4\n",
    );
  });

  test.each([
    ["rw,hard", "bg,rw,hard"],
    ["rw,fg", "rw,fg"],
    ["hard,bg", "hard,bg"],
  ])("NFS with the options %s is mounted with %s", async (given, written) => {
    const result = await run({ mounts: [["192.0.2.10:/export", "/data", "nfs", given]] });
    expect(result.failures).toEqual([]);
    expect(result.text).toContain(`\toptions = ${written}\n`);
  });

  test("keeps the stanza that crfs made and only turns its mount on", async () => {
    const result = await run({ mounts: [["/dev/madelv", "/made"]] });
    expect(result.failures).toEqual([]);
    expect(result.text).toBe(FILESYSTEMS.replace("\tmount\t\t= false", "\tmount = true"));
  });

  test("takes defaults from mount_default_fields and leaves noauto unmounted", async () => {
    const result = await run({
      mounts: [["/dev/datalv", "/data"]],
      mount_default_fields: [null, null, "jfs2", "noauto,ro"],
    });
    expect(result.text).toContain("\tmount = false\n");
    expect(result.text).toContain("\toptions = ro\n");
    expect(result.changed).toEqual([]);
  });

  test("says what stays where mount fails", async () => {
    const result = await run({ mounts: [["/dev/datalv", "/data"]] }, true);
    expect(result.failures).toEqual([
      '"/usr/sbin/mount /data" ended with exit code 1: mount: 0506-324 Cannot mount. Its entry in /etc/filesystems and its directory stay, the next boot tries again',
    ]);
  });

  const bad: readonly (readonly [readonly unknown[], string])[] = [
    [["ephemeral0", "/data"], "a name of clouds that run Linux"],
    [["/dev/sdb", "/data"], "a disk's name on Linux"],
    [["/dev/nvme0n1p1", "/data"], "a disk's name on Linux"],
    [["LABEL=data", "/data"], "no file system by label or UUID"],
    [["UUID=1234", "/data"], "no file system by label or UUID"],
    [["hdisk1", "/data"], "a disk holds no file system itself"],
    [["/dev/gonelv", "/data"], "no volume group that is varied on"],
    [["/dev/rawlv", "/data"], 'of type "raw"'],
    [["/dev/hd4", "/data"], 'belongs to "/"'],
    [["/dev/datalv", "/"], "belongs to the system"],
    [["/dev/datalv", "//"], "belongs to the system"],
    [["/dev/datalv", "data"], 'begins with "/"'],
    [["/dev/datalv", "/data/../etc"], "/../"],
    [["/dev/datalv", "/a b"], "without blanks"],
    [["/dev/datalv", "/data\n/x"], "without line ends"],
    [["/dev/datalv", "/file"], "the mount point is a file"],
    [["/dev/datalv", "/made"], "has another file system for it"],
    [["192.0.2.10:/x", "/stage"], '"192.0.2.9:/stage" is mounted there'],
    [["/dev/datalv", "/data", "ext4"], "no type that AIX has"],
    [["/dev/datalv"], "its mount point is missing"],
    [["/dev/datalv", "/data", "jfs2", "rw;id"], 'option "rw;id"'],
  ];
  for (const [entry, words] of bad) {
    test(`${JSON.stringify(entry)} is refused and nothing is changed`, async () => {
      const result = await run({ mounts: [entry] });
      expect(result.failures).toHaveLength(1);
      expect(result.failures[0]).toContain(words);
      expect(result.text).toBe(FILESYSTEMS);
      expect(result.changed).toEqual([]);
    });
  }

  test("uses the good entries beside bad ones, and the first of two for one mount point", async () => {
    const result = await run({
      mounts: ["text", ["192.0.2.10:/a", "/data"], ["192.0.2.10:/b", "/data"]],
    });
    expect(result.failures).toEqual([
      "Mount option 1 not a list, got a str instead",
      'Cannot mount "192.0.2.10:/b" on "/data": an entry before it mounts "192.0.2.10:/a" there',
    ]);
    expect(result.changed).toEqual([["/usr/sbin/mount", "/data"]]);
  });

  test("no text of an entry gets another stanza into the file", async () => {
    const field = fc.oneof(fc.string(), fc.constantFrom("/dev/datalv", "/data", "jfs2", "rw"));
    await fc.assert(
      fc.asyncProperty(fc.tuple(field, field, field, field), async (entry) => {
        const { text } = await run({ mounts: [entry] });
        expect(text.startsWith(FILESYSTEMS.slice(0, 80))).toBe(true);
        const added = text.slice(FILESYSTEMS.length).split("\n");
        expect(added.filter((line) => /^\S/u.test(line)).length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});

describe("swap on AIX", () => {
  test("grows the paging space that is there by whole partitions", async () => {
    const { failures, changed } = await run({ swap: { size: "1G" } });
    expect(failures).toEqual([]);
    expect(changed).toEqual([["/usr/sbin/chps", "-s", "16", "hd6"]]);
  });

  test("is done where there is enough, and never gets smaller", async () => {
    for (const size of ["512M", "100M"]) {
      expect(await run({ swap: { size } })).toMatchObject({ failures: [], changed: [] });
    }
  });

  test("counts by the memory where the size is auto, within maxsize", async () => {
    // 1 GB of memory wants 2 GB; free with what is there are 3712 MB: a quarter, in partitions of 32 MB.
    const { changed, failures } = await run({ swap: { size: "auto" } });
    expect(failures).toEqual([]);
    expect(changed).toEqual([["/usr/sbin/chps", "-s", "13", "hd6"]]);
    const limited = await run({ swap: { size: "Auto", maxsize: "640M" } });
    expect(limited.changed).toEqual([["/usr/sbin/chps", "-s", "4", "hd6"]]);
  });

  test("says what it needs where the system does not tell its memory", async () => {
    const { changed, failures } = await run({ swap: { size: "auto" } }, false, "x");
    expect(failures).toEqual([
      'Cannot tell how large the paging space should be: expected the memory in KB in "realmem" of sys0, got "x". Say "size" as a number',
    ]);
    expect(changed).toEqual([]);
  });

  test("makes nothing of size 0", async () => {
    expect(await run({ swap: { size: 0 } })).toMatchObject({ failures: [], changed: [] });
  });

  test("makes a paging space in a volume group that has none", async () => {
    const { changed } = await run({ swap: { size: "65M", volume_group: "datavg" } });
    expect(changed).toEqual([["/usr/sbin/mkps", "-a", "-n", "-s", "3", "datavg"]]);
  });

  const bad: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ size: "1G", filename: "/swap.img" }, "never a file"],
    [{ size: "lots" }, 'got "lots"'],
    [{ size: "-5G" }, 'got "-5G"'],
    [{ size: "auto", maxsize: "much" }, 'got "much"'],
    [{}, "got nothing"],
    [{ size: "10T" }, "3200 MB are free"],
    // The mirrored hd6 takes two partitions for each: 64 × 2 are more than 100.
    [{ size: "2560M" }, "4096 MB more are needed"],
    [{ size: "1G", volume_group: "goneg" }, "not there or not varied on"],
    [{ size: "1G", volume_group: "-x" }, "no volume group's name"],
  ];
  for (const [swap, words] of bad) {
    test(`${JSON.stringify(swap)} is refused and nothing is changed`, async () => {
      const { failures, changed } = await run({ swap });
      expect(failures).toHaveLength(1);
      expect(failures[0]).toContain(words);
      expect(changed).toEqual([]);
    });
  }
});

test("a mount point of null takes back the device's earlier entries", () => {
  const { entries, removed, problems } = parseMountList(
    [
      ["/dev/a", "/a"],
      ["/dev/b", "/b"],
      ["/dev/a", null],
    ],
    parseMountDefaults([null, null, "jfs2"]),
  );
  expect(problems).toEqual([]);
  expect(removed).toEqual(["/dev/a"]);
  expect(entries.map(({ device, type }) => [device, type])).toEqual([["/dev/b", "jfs2"]]);
});

test("on a system whose file systems nothing is known of says so", async () => {
  const { log, failures } = await runModule(mounts, {
    config: { mounts: [] },
    entryName: "mounts",
  });
  expect(failures).toEqual([]);
  expect(log[0]).toStartWith(
    "INFO Skipping module named mounts, nothing is known of the file systems",
  );
});
