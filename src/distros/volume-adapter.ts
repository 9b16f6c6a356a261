import type { Problem } from "../text/problem.ts";

/**
 * File systems and swap as a configuration wants them. Each method asks first and changes only what
 * differs; a problem of severity "warning" is told and is no failure. Never destroys data.
 */
export interface VolumeAdapter {
  /** Entries for the boot, and mounted now. */
  ensureMounts(entries: readonly MountEntry[]): Promise<readonly Problem[]>;
  /** At least so much swap. */
  ensureSwap(swap: SwapRequest): Promise<readonly Problem[]>;
}

/** One entry of `mounts`, its missing fields filled from `mount_default_fields`. */
export interface MountEntry {
  /** "/dev/datalv", "server:/export". */
  readonly device: string;
  readonly mountPoint: string;
  /** "jfs2", "nfs"; "auto" where nothing is said. */
  readonly type: string;
  /** Comma-separated; "" where nothing is said. */
  readonly options: string;
  /** Where it stands in the configuration. */
  readonly path: readonly (string | number)[];
}

/** The key `swap`. */
export interface SwapRequest {
  readonly filename?: string;
  /** AIX; rootvg where nothing is said. */
  readonly volumeGroup?: string;
  readonly sizeBytes: number;
}
