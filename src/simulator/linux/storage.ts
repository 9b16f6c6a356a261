/**
 * The storage of a simulated Linux: disks, what is written on them, what its kernel knows of it, and
 * what is mounted. Plain data, changed by the commands that work on block devices.
 */
export interface LinuxStorage {
  disks: LinuxDisk[];
  mounts: LinuxMount[];
  swaps: LinuxSwap[];
  /** "server:/directory" of NFS servers that answer. */
  nfsExports: string[];
  /** Files that btrfs writes in place (`chattr +C`): swap files have to be. */
  noCopyOnWrite: string[];
  faults: LinuxStorageFaults;
}

export interface LinuxDisk {
  /** "sda", "nvme0n1" */
  name: string;
  sizeBytes: number;
  isReadOnly: boolean;
  /** "rom": an optical drive. */
  kind: "disk" | "rom";
  table?: PartitionTable;
  /** What is written where; at sector 0: over the whole disk. Partitions show what begins where they do. */
  contents: PlacedContent[];
  /** Partitions as the kernel last read them. */
  kernel: KernelPartition[];
}

export interface PartitionTable {
  type: "dos" | "gpt";
  /** "0x2d9b5ff2", or a GUID in upper case. */
  id: string;
  /** GPT: last sector that partitions may use; a disk that has grown keeps it until it is told. */
  lastUsable: number;
  partitions: LinuxPartition[];
}

export interface KernelPartition {
  number: number;
  startSector: number;
  sectors: number;
}

export interface LinuxPartition extends KernelPartition {
  /** "83", or a GUID in upper case. */
  type: string;
  /** GPT: in upper case. */
  uuid: string;
  name: string;
  isBootable: boolean;
}

export interface PlacedContent {
  startSector: number;
  content: BlockContent;
}

/** A file system, a swap area, or whatever else was written onto a block device. */
export interface BlockContent {
  /** As blkid names it: "ext4", "xfs", "swap", "LVM2_member", "iso9660"; "raw" for what it does not know. */
  type: string;
  label: string;
  uuid: string;
  /** May be smaller than the device: until it is grown. */
  sizeBytes: number;
  usedBytes: number;
  /** Marks what must not get lost: "held data". */
  data?: string;
  /** With type "raw": a partition table that Linux does not read, as "aix", or "gpt" inside of a partition. */
  tableType?: string;
}

export interface LinuxMount {
  /** "/dev/sda1", "server:/export", "tmpfs" */
  source: string;
  target: string;
  type: string;
  options: string;
}

export interface LinuxSwap {
  /** "/dev/sda2", "/swapfile" */
  path: string;
  kind: "partition" | "file";
  sizeKb: number;
  priority: number;
}

/** What goes wrong. */
export interface LinuxStorageFaults {
  /** Names of commands that the image does not have: "growpart". */
  missingTools: string[];
  /** By name of a command: it fails with this message and exit code 1, and has done nothing. */
  failingTools: Record<string, string>;
  /** Devices that some program holds open: "/dev/sdb". */
  heldOpen: string[];
  /** The file system cannot reserve room: `fallocate` fails. */
  isFallocateUnsupported: boolean;
  /** What `fallocate` reserves has holes for swapon, as on XFS before Linux 4.18. */
  doesFallocateLeaveHoles: boolean;
  /** udev is slow: links in /dev/disk are there only after `udevadm settle`. */
  linksNeedSettle: boolean;
}

/** What a test says about storage. Absent: sda of 20 GiB, with ext4 of 4 GiB as root on partition 1. */
export interface SeedLinuxStorage {
  /** Beside sda, or in its place where one named "sda" has a file system, or where one holds what is mounted on "/". An empty "sda" makes the default one "vda". */
  readonly disks?: readonly SeedLinuxDisk[];
  /** Beside the root, or in its place where the target is "/". */
  readonly mounts?: readonly SeedLinuxMount[];
  /** Active from the start: "/dev/sda2". */
  readonly swaps?: readonly string[];
  readonly nfsExports?: readonly string[];
  readonly faults?: Partial<LinuxStorageFaults>;
}

export interface SeedLinuxDisk {
  readonly name: string;
  readonly sizeBytes: number;
  /** Its size when it was partitioned. */
  readonly grownFromBytes?: number;
  /** Absent: none, or "gpt" where partitions are named. */
  readonly table?: "mbr" | "gpt";
  readonly partitions?: readonly SeedLinuxPartition[];
  /** On the whole disk; only without a table. */
  readonly content?: SeedContent;
  readonly isReadOnly?: boolean;
  /** The kernel has not read the table: no partition is shown. */
  readonly isTableHidden?: boolean;
}

export interface SeedLinuxPartition {
  readonly sizeBytes: number;
  /** Default: the next free one. */
  readonly number?: number;
  /** Default: after the one before, at a full MiB. */
  readonly startSector?: number;
  /** Default "83", or Linux's own GUID. */
  readonly type?: string;
  readonly isBootable?: boolean;
  readonly name?: string;
  readonly content?: SeedContent;
}

export interface SeedContent {
  readonly type: string;
  readonly label?: string;
  readonly uuid?: string;
  /** Default: the whole device. */
  readonly sizeBytes?: number;
  readonly usedBytes?: number;
  readonly data?: string;
  readonly tableType?: string;
}

export interface SeedLinuxMount {
  readonly device: string;
  readonly target: string;
  /** Default: what is on the device. */
  readonly type?: string;
  /** Default "rw,relatime". */
  readonly options?: string;
}
