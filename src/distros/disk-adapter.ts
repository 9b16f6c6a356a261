import type { Problem } from "../text/problem.ts";
import type { MountEntry } from "./volume-adapter.ts";

/**
 * Disks and the file systems on them, as a configuration wants them. Asks first and changes only what
 * differs. Data that is there is lost only where a request says `overwrite` (or, on Linux, names the
 * kind of file system with `replace_fs`), and never where it is in use. A problem of severity
 * "warning" is told and is no failure.
 */
export interface DiskAdapter {
  ensureDisks(setup: DiskSetup): Promise<readonly Problem[]>;
}

/** The keys `disk_setup` and `fs_setup`, aliases resolved. */
export interface DiskSetup {
  readonly disks: readonly DiskRequest[];
  readonly fileSystems: readonly FileSystemRequest[];
  /** Entries of `mounts`: where a file system that does not say it itself is to be mounted. */
  readonly mounts: readonly MountEntry[];
}

type Path = readonly (string | number)[];

/** One entry of `disk_setup`. */
export interface DiskRequest {
  /** As the configuration names it, for messages. */
  readonly name: string;
  /** "hdisk1", "/dev/sdb", a PVID. */
  readonly device: string;
  readonly overwrite: boolean;
  /** Linux: "mbr" or "gpt". */
  readonly tableType?: string;
  /** Linux. */
  readonly layout?: DiskLayout;
  /** AIX. */
  readonly volumeGroup?: string;
  /** AIX: a power of two of megabytes. */
  readonly partitionSizeMb?: number;
  /** AIX. */
  readonly volumeGroupType?: VolumeGroupType;
  /** Where it stands in the configuration. */
  readonly path: Path;
}

/** What a volume group can grow to (mkvg: -S, -B, neither). */
export type VolumeGroupType = "scalable" | "big" | "normal";

/** False: no partitions are made. True: one over the whole disk. */
export type DiskLayout = boolean | "remove" | readonly PartitionShare[];

/** A partition of a layout. */
export interface PartitionShare {
  readonly percent: number;
  /** "82", "8300", a GUID. */
  readonly type?: string;
}

/** One entry of `fs_setup`. */
export interface FileSystemRequest {
  /** As the configuration names it, for messages. */
  readonly name: string;
  /** "/dev/sdb", "/dev/datalv", "datalv". */
  readonly device: string;
  readonly overwrite: boolean;
  /** Absent: `device` itself. */
  readonly partition?: "auto" | "any" | number;
  readonly label?: string;
  /** "ext4", "jfs2". */
  readonly type?: string;
  /** Linux: file systems of this type may be replaced. */
  readonly replaceType?: string;
  /** Linux: in place of mkfs; a string is for the shell. */
  readonly command?: string | readonly string[];
  readonly extraOptions: readonly string[];
  /** AIX. */
  readonly volumeGroup?: string;
  /** AIX. */
  readonly size?: VolumeSize;
  /** AIX. */
  readonly mountPoint?: string;
  /** AIX: of the mount, comma-separated. */
  readonly options?: string;
  readonly path: Path;
}

/** Of a logical volume: so large, or so much of what is free in its volume group. */
export type VolumeSize =
  | { readonly kind: "bytes"; readonly bytes: number }
  | { readonly kind: "percent-free"; readonly percent: number };
