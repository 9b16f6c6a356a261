import { expect, test } from "bun:test";
import { createLinuxStorage } from "../../../src/distros/linux/storage.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { DiscSearch, WantedLabels } from "../../../src/distros/distro.ts";
import { FileError } from "../../../src/system/file-error.ts";
import { buildIso } from "../../support/build-iso.ts";
import { buildVfat } from "../../support/build-vfat.ts";
import { createRecordingLog } from "../../support/recording-log.ts";
import { relabelDisc } from "../../support/relabel-disc.ts";

const DISC = buildIso({ files: { "openstack/latest/user_data": "data" }, label: "config-2" });
const OTHER_DISC = buildIso({ files: {}, label: "Debian 12" });

async function findDiscs(
  files: Readonly<Record<string, string | Uint8Array>>,
  refused: Readonly<Record<string, string>> = {},
  labels: WantedLabels = ["Config-2"],
): Promise<DiscSearch> {
  const { system, commands, changes } = createScriptedSystem({ files });
  const sys = {
    ...system,
    fs: {
      ...system.fs,
      open(path: string) {
        const code = refused[path];
        if (code !== undefined) {
          throw new FileError("open", path, code);
        }
        return system.fs.open(path);
      },
    },
  };
  const storage = createLinuxStorage({ sys, log: createRecordingLog(), systemInfo: {} });
  const search = await storage.findDiscs(labels);
  expect(commands).toEqual([]);
  expect(changes).toEqual([]);
  return search;
}

test("Discs are found on block devices of any kind, optical drives first, and read", async () => {
  const search = await findDiscs({
    "/sys/class/block/vda/size": "100",
    "/sys/class/block/vdb10/size": "8",
    "/sys/class/block/vdb2/size": "8",
    "/sys/class/block/sr0/size": "4194302",
    "/dev/vda": "a boot record",
    "/dev/vdb2": DISC,
    "/dev/vdb10": DISC,
    "/dev/sr0": DISC,
  });
  expect(search.discs.map(({ device }) => device)).toEqual(["/dev/sr0", "/dev/vdb2", "/dev/vdb10"]);
  expect(search.problems).toEqual([]);
  const bytes = await search.discs[0]?.read((tree) => tree.readBytes("openstack/latest/user_data"));
  expect(new TextDecoder().decode(bytes)).toBe("data");
});

test("Devices without a disc are passed over, those that fail are a problem", async () => {
  const search = await findDiscs(
    {
      "/sys/class/block/sda/size": "8",
      "/sys/class/block/sdb/size": "8",
      "/sys/class/block/sdc/size": "8",
      "/sys/class/block/sr0/size": "8",
      "/sys/class/block/sr1/size": "8",
      "/sys/class/block/loop0/size": "0\n",
      "/sys/class/block/ram0/size": "8",
      "/sys/class/block/fd0/size": "8",
      "/dev/sdb": OTHER_DISC,
      "/dev/loop0": DISC,
      "/dev/ram0": DISC,
      "/dev/fd0": DISC,
    },
    { "/dev/sr0": "ENOMEDIUM", "/dev/sr1": "EIO", "/dev/sdc": "EACCES" },
  );
  expect(search.discs).toEqual([]);
  expect(search.looked).toEqual([
    "/dev/sr1 (unreadable)",
    '/dev/sdb (labelled "Debian 12")',
    "/dev/sdc (unreadable)",
  ]);
  expect(search.problems.map(({ message }) => message)).toEqual([
    'Cannot use "/dev/sr1": Cannot open "/dev/sr1": input/output error (EIO)',
    'Cannot use "/dev/sdc": Cannot open "/dev/sdc": permission denied (EACCES)',
  ]);
});

test("Devices are looked for in /dev where there is no /sys", async () => {
  const search = await findDiscs({
    "/dev/tty": DISC,
    "/dev/sda1": DISC,
    "/dev/nvme0n1p1": DISC,
    "/dev/sr0": DISC,
  });
  expect(search.discs.map(({ device }) => device)).toEqual([
    "/dev/sr0",
    "/dev/nvme0n1p1",
    "/dev/sda1",
  ]);
});

test("A damaged disc is a problem, and names with a slash are found", async () => {
  const damaged = DISC.slice();
  damaged[16 * 2048 + 156] = 0;
  const search = await findDiscs({
    "/sys/class/block/cciss!c0d0/size": "8",
    "/sys/class/block/sr0/size": "8",
    "/dev/sr0": damaged,
    "/dev/cciss/c0d0": DISC,
  });
  expect(search.discs.map(({ device }) => device)).toEqual(["/dev/cciss/c0d0"]);
  expect(search.problems[0]?.message).toStartWith('Cannot use "/dev/sr0": Cannot read the disc: ');
});

test("A machine without block devices has no discs", async () => {
  expect(await findDiscs({})).toEqual({ discs: [], problems: [], looked: [] });
});

test("Discs with FAT are found on whole disks and partitions, by either label", async () => {
  const files = { "openstack/latest/user_data": "data" };
  const search = await findDiscs({
    "/sys/class/block/vda/size": "100",
    "/sys/class/block/vda1/size": "8",
    "/sys/class/block/vdb/size": "8",
    "/sys/class/block/vdc/size": "8",
    "/dev/vda": "a boot record",
    "/dev/vda1": buildVfat({ files: {}, label: "EFI" }),
    "/dev/vdb": buildVfat({ files, label: "NEW", bootLabel: "CONFIG-2", fatBits: 32 }),
    "/dev/vdc": buildVfat({ files, label: "config-2", fatBits: 16 }),
  });
  expect(search.discs.map(({ device, label }) => [device, label])).toEqual([
    ["/dev/vdb", "CONFIG-2"],
    ["/dev/vdc", "config-2"],
  ]);
  for (const disc of search.discs) {
    const bytes = await disc.read((tree) => tree.readBytes("openstack/latest/user_data"));
    expect(new TextDecoder().decode(bytes)).toBe("data");
  }
  expect(search.looked).toContain('/dev/vda1 (labelled "EFI")');
});

test("A FAT disc that is damaged is a problem", async () => {
  const damaged = buildVfat({ files: {}, fatBits: 32 });
  new DataView(damaged.buffer).setUint32(44, 0xffff, true);
  const search = await findDiscs({ "/sys/class/block/vdb/size": "8", "/dev/vdb": damaged });
  expect(search.problems.map(({ message }) => message)).toEqual([
    'Cannot use "/dev/vdb": Cannot read the root directory: its chain of clusters leads to cluster 65535, expected 2 to 6',
  ]);
});

test("Any disc is one in an optical drive, or ISO 9660 wherever it is: not a FAT partition", async () => {
  const fat = buildVfat({ files: { "context.sh": "" }, label: "EFI" });
  const search = await findDiscs(
    { "/dev/sda1": fat, "/dev/sr0": fat, "/dev/sr1": OTHER_DISC, "/dev/vdb": OTHER_DISC },
    {},
    "any",
  );
  expect(search.discs.map(({ device }) => device)).toEqual(["/dev/sr0", "/dev/sr1", "/dev/vdb"]);
});

test("A label that a terminal would obey is shown, and not obeyed", async () => {
  const search = await findDiscs({ "/dev/sr0": relabelDisc(OTHER_DISC, "Debian", "D\n\u001B[1m") });
  expect(search.looked).toEqual([String.raw`/dev/sr0 (labelled "D\x0a\x1b[1m 12")`]);
});

test("What is on a device is looked up once for datasources that follow each other", async () => {
  const { system } = createScriptedSystem({ files: { "/dev/sda": "no disc", "/dev/sr0": DISC } });
  const opened: string[] = [];
  const open = (path: string): ReturnType<typeof system.fs.open> => {
    opened.push(path);
    return system.fs.open(path);
  };
  const sys = { ...system, fs: { ...system.fs, open } };
  const storage = createLinuxStorage({ sys, log: createRecordingLog(), systemInfo: {} });
  const first = await storage.findDiscs(["config-2"]);
  expect((await storage.findDiscs("any")).looked).toEqual(first.looked);
  expect(opened).toEqual(["/dev/sr0", "/dev/sda"]);
  await system.clock.sleep(3000);
  await storage.findDiscs("any");
  expect(opened).toHaveLength(4);
});

test("A device that never answers is told and not opened; each one is asked once", async () => {
  const asked: string[] = [];
  const { system } = createScriptedSystem({
    files: {
      "/sys/class/block/sr0/size": "100",
      "/sys/class/block/sda/size": "100",
      "/dev/sr0": DISC,
      "/dev/sda": DISC,
    },
    devices: {
      async findSilent(devices, timeoutMs) {
        expect(timeoutMs).toBeLessThanOrEqual(30_000);
        asked.push(...devices.flat());
        return new Set(["/dev/sr0"]);
      },
    },
  });
  const opened: string[] = [];
  const fs = { ...system.fs, open: (path: string) => (opened.push(path), system.fs.open(path)) };
  const log = createRecordingLog();
  const storage = createLinuxStorage({ sys: { ...system, fs }, log, systemInfo: {} });
  const search = await storage.findDiscs(["config-2"]);
  await storage.findDiscs(["cidata"]);
  expect(search.discs.map(({ device }) => device)).toEqual(["/dev/sda"]);
  expect(search.problems.map(({ message }) => message)).toEqual([
    'Cannot use "/dev/sr0": Cannot read "/dev/sr0": it gave nothing within 30 s, it or its server hangs',
  ]);
  expect(search.looked).toContain("/dev/sr0 (does not answer)");
  expect(opened).not.toContain("/dev/sr0");
  expect(asked).toEqual(["/dev/sr0", "/dev/sda"]);
});
