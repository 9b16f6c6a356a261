import type { Problem } from "../text/problem.ts";

/** File systems and swap as a configuration wants them. Never destroys data. */
export interface VolumeAdapter {
  /** What `mount_default_fields` is where the configuration does not say it. Absent: nothing. */
  mountDefaults?(): readonly (string | undefined)[];
  /**
   * Entries for the boot, and mounted now; at least so much swap. Asks first and changes only what
   * differs; a problem of severity "warning" is told and is no failure.
   */
  ensure(wanted: VolumeWishes): Promise<readonly Problem[]>;
}

/** The keys `mounts` and `swap` together: Linux keeps both in one file. */
export interface VolumeWishes {
  /** Absent where the configuration has no `mounts`. */
  readonly mounts?: readonly MountEntry[];
  /** Devices whose mount point is null: not even what is mounted by default. */
  readonly removedDevices?: readonly string[];
  readonly swap?: SwapRequest;
  /** Linux: options of what is mounted by default. */
  readonly defaultOptions?: string;
  /** Names that the cloud and `device_aliases` give devices: "ephemeral0" → "sdb". */
  readonly deviceNames?: ReadonlyMap<string, string>;
}

/** One entry of `mounts`, its missing fields filled from `mount_default_fields`. */
export interface MountEntry {
  /** "/dev/datalv", "server:/export", "ephemeral0". */
  readonly device: string;
  readonly mountPoint: string;
  /** "jfs2", "nfs"; "auto" where nothing is said. */
  readonly type: string;
  /** Comma-separated; "" where nothing is said. */
  readonly options: string;
  /** Linux, fstab(5): whether dump(8) wants it. Absent where nothing is said. */
  readonly dump?: string;
  /** Linux, fstab(5): in which pass it is checked at boot. Absent where nothing is said. */
  readonly pass?: string;
  /** Where it stands in the configuration. */
  readonly path: readonly (string | number)[];
}

/** The key `swap`. */
export interface SwapRequest {
  /** Linux; "/swap.img" where nothing is said. */
  readonly filename?: string;
  /** AIX; rootvg where nothing is said. */
  readonly volumeGroup?: string;
  /** "auto": as much as suits the memory and what is free. */
  readonly sizeBytes: number | "auto";
  /** The most that "auto" may come to. */
  readonly maxBytes?: number;
}
