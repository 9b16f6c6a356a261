/**
 * The storage of a simulated machine: disks and what is written on them, which of it the device
 * database knows, and the settings of POWER firmware and RSCT. Plain data, kept with the machine.
 */
export interface AixStorage {
  disks: PhysicalVolume[];
  /** Every volume group on any disk, also those that the database does not know. */
  volumeGroups: VolumeGroup[];
  pagingSpaces: PagingSpace[];
  paths: DiskPath[];
  bootList: Record<"normal" | "service", BootEntry[]>;
  /** The disk that the machine was booted from. */
  bootDisk: string;
  peerDomain?: PeerDomain;
}

export interface PhysicalVolume {
  /** "hdisk1" */
  name: string;
  /** 16 hexadecimal digits; "" for a disk that has none. */
  pvid: string;
  sizeMb: number;
  /** The size that its volume group counts with: smaller than `sizeMb` until `chvg -g`. */
  seenMb: number;
  /** What something other than LVM wrote on it, and is lost with the next mkvg. */
  foreignData?: string;
}

export interface VolumeGroup {
  /** In the database; for an unknown one the name that it last had. */
  name: string;
  /** 32 hexadecimal digits. */
  id: string;
  /** PVIDs of its members. */
  members: string[];
  ppMb: number;
  type: "normal" | "big" | "scalable";
  /** 1016 partitions of a disk, times this; absent: 1. Scalable ones have no such limit. */
  factor?: number;
  /** Varied on at boot. */
  autoOn: boolean;
  /** "unknown": on its disks only, as after exportvg or a cleared database. */
  state: "active" | "varied-off" | "unknown";
  volumes: LogicalVolume[];
}

export interface LogicalVolume {
  name: string;
  /** "jfs2", "paging", "boot", "jfs2log", … */
  type: string;
  lps: number;
  maxLps: number;
  copies: 1 | 2 | 3;
  /** Physical partitions by the PVID of the disk. */
  extents: Record<string, number>;
  fileSystem?: Jfs2;
}

export interface Jfs2 {
  mountPoint: string;
  /** May be smaller than the logical volume. */
  blocks: number;
  log: string;
}

export interface PagingSpace {
  volume: string;
  isActive: boolean;
  isAuto: boolean;
}

export interface DiskPath {
  disk: string;
  /** "fscsi0", "vscsi0" */
  parent: string;
  connection: string;
  pathId: number;
  status: "Enabled" | "Disabled" | "Failed" | "Missing" | "Defined";
}

export interface BootEntry {
  device: string;
  blv?: string;
  pathId?: number;
}

export interface PeerDomain {
  name: string;
  isOnline: boolean;
  nodes: string[];
}

/** What a test says about storage. Absent: hdisk0 with rootvg, one path. */
export interface SeedStorage {
  /** Beside hdisk0, or in its place where the name is "hdisk0". */
  readonly disks?: readonly SeedDisk[];
  /** Beside rootvg. A first boot with `clouddev` forgets them: they stay on their disks. */
  readonly volumeGroups?: readonly SeedVolumeGroup[];
  readonly normalBootList?: readonly BootEntry[];
  readonly peerDomain?: PeerDomain;
}

export interface SeedDisk {
  readonly name: string;
  /** Default 10240. */
  readonly sizeMb?: number;
  /** The disk has grown since its volume group last looked. */
  readonly grownFromMb?: number;
  /** 16 hexadecimal digits. Absent: none. */
  readonly pvid?: string;
  /** Known only after cfgmgr. */
  readonly isLate?: boolean;
  /** Written by something other than LVM: "ORCLDISK". */
  readonly foreignData?: string;
  /** Number of paths, default 1. More than one: through fscsi0 and fscsi1. */
  readonly paths?: number;
}

export interface SeedVolumeGroup {
  readonly name: string;
  /** Names of disks; each needs a PVID. */
  readonly disks: readonly string[];
  /** Default 32. */
  readonly ppMb?: number;
  /** Default "normal". */
  readonly type?: VolumeGroup["type"];
  readonly autoOn?: boolean;
  /** Default "active". */
  readonly state?: VolumeGroup["state"];
  readonly volumes?: readonly SeedLogicalVolume[];
}

export interface SeedLogicalVolume {
  readonly name: string;
  readonly lps: number;
  /** Default "jfs2". */
  readonly type?: string;
  /** Default 512. */
  readonly maxLps?: number;
  readonly copies?: 1 | 2 | 3;
  /** Of a jfs2 file system in it. */
  readonly mountPoint?: string;
  /** The stanza in /etc/filesystems: its `mount`, default "true"; "absent" for no stanza. */
  readonly mount?: "true" | "false" | "automatic" | "absent";
}
