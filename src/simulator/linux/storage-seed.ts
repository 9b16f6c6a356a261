import { addContent, findDevice, pathsOf, SECTOR_BYTES } from "./block-devices.ts";
import { lastUsableSector, LINUX_GUID } from "./partition-table.ts";
import type {
  LinuxDisk,
  LinuxMount,
  LinuxStorage,
  PartitionTable,
  SeedContent,
  SeedLinuxDisk,
  SeedLinuxMount,
  SeedLinuxStorage,
} from "./storage.ts";

const MIB = 1_048_576;
const GIB = 1_024 * MIB;
const SECTORS_PER_MIB = MIB / SECTOR_BYTES;
const MOUNT_OPTIONS = "rw,relatime";

const ROOT_DISK: SeedLinuxDisk = {
  name: "sda",
  sizeBytes: 20 * GIB,
  grownFromBytes: 4 * GIB + 2 * MIB,
  table: "gpt",
  partitions: [
    {
      sizeBytes: 4 * GIB,
      content: { type: "ext4", label: "rootfs", usedBytes: 1_200 * MIB, data: "held data" },
    },
  ],
};

/** What the disk with the root is called: the first of these that no seed has. */
const ROOT_NAMES = [ROOT_DISK.name, "vda", "xvda", "nvme0n1"];

/** What every machine mounts before anything else. */
const KERNEL_MOUNTS: readonly LinuxMount[] = [
  { source: "proc", target: "/proc", type: "proc", options: "rw,nosuid,nodev,noexec,relatime" },
  { source: "sysfs", target: "/sys", type: "sysfs", options: "rw,nosuid,nodev,noexec,relatime" },
  { source: "udev", target: "/dev", type: "devtmpfs", options: "rw,nosuid,relatime,mode=755" },
  { source: "tmpfs", target: "/run", type: "tmpfs", options: "rw,nosuid,nodev,mode=755" },
];

/** Storage of a machine that has just booted. */
export function createLinuxStorage(seed: SeedLinuxStorage = {}): LinuxStorage {
  const next = { id: 0 };
  const seeds = seed.disks ?? [];
  const rootMount = seed.mounts?.find(({ target }) => target === "/");
  const isRootSeeded = seeds.some(
    (each) =>
      rootMount?.device.startsWith(`/dev/${each.name}`) === true ||
      (each.name === ROOT_DISK.name && isBootable(each)),
  );
  const taken = new Set(seeds.map(({ name }) => name));
  const rootName = ROOT_NAMES.find((name) => !taken.has(name)) ?? ROOT_DISK.name;
  const disks = [...(isRootSeeded ? [] : [{ ...ROOT_DISK, name: rootName }]), ...seeds].map(
    (each) => createDisk(each, next),
  );
  const storage: LinuxStorage = {
    disks,
    mounts: [],
    swaps: [],
    nfsExports: [...(seed.nfsExports ?? [])],
    noCopyOnWrite: [],
    faults: {
      missingTools: [],
      failingTools: {},
      heldOpen: [],
      isFallocateUnsupported: false,
      doesFallocateLeaveHoles: false,
      linksNeedSettle: false,
      ...seed.faults,
    },
  };
  const root = rootMount ?? { device: firstFileSystem(storage), target: "/" };
  const others = (seed.mounts ?? []).filter(({ target }) => target !== "/");
  storage.mounts = [
    ...structuredClone(KERNEL_MOUNTS),
    ...[root, ...others].map((mount) => createMount(storage, mount)),
  ];
  storage.swaps = (seed.swaps ?? []).map((path, index) => ({
    path,
    kind: "partition",
    sizeKb: Math.floor((findDevice(storage, path)?.sizeBytes ?? 0) / 1_024) - 4,
    priority: -2 - index,
  }));
  return storage;
}

/** fstab(5) of an image: its root by UUID. */
export function seedFstab(storage: LinuxStorage): string {
  const root = storage.mounts.find(({ target }) => target === "/");
  const content = root === undefined ? undefined : findDevice(storage, root.source)?.content;
  return content === undefined
    ? "# <file system> <mount point> <type> <options> <dump> <pass>\n"
    : `# <file system> <mount point> <type> <options> <dump> <pass>\nUUID=${content.uuid} / ${content.type} ${content.type === "ext4" ? "defaults,errors=remount-ro" : "defaults"} 0 1\n`;
}

const ROOT_TYPES = /^(?:ext\d|xfs|btrfs)$/u;

/** Something to boot from is on it. */
function isBootable({ content, partitions = [] }: SeedLinuxDisk): boolean {
  return [content, ...partitions.map((each) => each.content)].some(
    (each) => each !== undefined && ROOT_TYPES.test(each.type),
  );
}

function firstFileSystem(storage: LinuxStorage): string {
  const paths = storage.disks.flatMap((disk) => pathsOf(disk));
  const root = paths.find((path) =>
    ROOT_TYPES.test(findDevice(storage, path)?.content?.type ?? ""),
  );
  if (root === undefined) {
    throw new Error(`No file system to boot from on ${paths.join(", ")}`);
  }
  return root;
}

function createMount(storage: LinuxStorage, seed: SeedLinuxMount): LinuxMount {
  const type = seed.type ?? findDevice(storage, seed.device)?.content?.type;
  if (type === undefined) {
    throw new Error(`Cannot mount "${seed.device}" on "${seed.target}": nothing is on it`);
  }
  return {
    source: seed.device,
    target: seed.target,
    type,
    options: seed.options ?? MOUNT_OPTIONS,
  };
}

function createDisk(seed: SeedLinuxDisk, next: { id: number }): LinuxDisk {
  const disk: LinuxDisk = {
    name: seed.name,
    sizeBytes: seed.sizeBytes,
    isReadOnly: seed.isReadOnly ?? false,
    kind: "disk",
    contents: [],
    kernel: [],
  };
  if (seed.table !== undefined || seed.partitions !== undefined) {
    disk.table = createTable(disk, seed, next);
    const shown = seed.isTableHidden === true ? [] : disk.table.partitions;
    disk.kernel = shown.map(({ number, startSector, sectors }) => ({
      number,
      startSector,
      sectors,
    }));
  }
  if (seed.content !== undefined) {
    addContent(disk, 0, fill(seed.content, seed.grownFromBytes ?? seed.sizeBytes, next));
  }
  return disk;
}

function createTable(disk: LinuxDisk, seed: SeedLinuxDisk, next: { id: number }): PartitionTable {
  const isGpt = seed.table !== "mbr";
  const table: PartitionTable = {
    type: isGpt ? "gpt" : "dos",
    id: isGpt ? uuidOf(next).toUpperCase() : `0x${uuidOf(next).slice(-8)}`,
    lastUsable: lastUsableSector(isGpt ? "gpt" : "dos", seed.grownFromBytes ?? seed.sizeBytes),
    partitions: [],
  };
  let startSector = SECTORS_PER_MIB;
  for (const [index, each] of (seed.partitions ?? []).entries()) {
    startSector = each.startSector ?? startSector;
    const sectors = Math.floor(each.sizeBytes / SECTOR_BYTES);
    table.partitions.push({
      number: each.number ?? index + 1,
      startSector,
      sectors,
      type: each.type ?? (isGpt ? LINUX_GUID : "83"),
      uuid: isGpt ? uuidOf(next).toUpperCase() : "",
      name: each.name ?? "",
      isBootable: each.isBootable ?? false,
    });
    if (each.content !== undefined) {
      addContent(disk, startSector, fill(each.content, each.sizeBytes, next));
    }
    startSector = Math.ceil((startSector + sectors) / SECTORS_PER_MIB) * SECTORS_PER_MIB;
  }
  return table;
}

function fill(seed: SeedContent, deviceBytes: number, next: { id: number }) {
  return {
    label: "",
    uuid: uuidOf(next),
    sizeBytes: deviceBytes,
    usedBytes: MIB,
    ...seed,
  };
}

/** One after the other, so that two runs are alike. */
function uuidOf(next: { id: number }): string {
  next.id += 1;
  return `5eed0000-0000-4000-8000-${next.id.toString(16).padStart(12, "0")}`;
}
