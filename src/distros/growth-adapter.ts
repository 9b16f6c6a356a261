import type { Problem } from "../text/problem.ts";

/**
 * Room that disks have gained, given to what is on them. Each method asks first and changes only
 * what differs; nothing is ever made smaller. A problem of severity "warning" is told and is no
 * failure.
 */
export interface GrowthAdapter {
  /** Partitions (Linux) or volume groups (AIX) take the room that their disks have gained. */
  growDisks(request: DiskGrowth): Promise<readonly Problem[]>;
  /** File systems take the room of their partition (Linux), or of their volume group (AIX). */
  growFileSystems(request: FileSystemGrowth): Promise<readonly Problem[]>;
}

/** The key `growpart`. */
export interface DiskGrowth {
  /** Which tool. "auto": whichever there is, and none is no failure. */
  readonly mode: "auto" | "growpart" | "gpart";
  /** Absent where nothing is said: the root's partition on Linux, every volume group on AIX. */
  readonly devices?: readonly NamedDevice[];
  /** /etc/growroot-disabled does not count. */
  readonly ignoresGrowrootDisabled: boolean;
  /** Of this instance: what has been done and seen. */
  readonly memoryFile: string;
}

/** One entry of `growpart.devices`. */
export interface NamedDevice {
  /** "/", "/dev/sda1", "rootvg", "hdisk1". */
  readonly name: string;
  /** Where it stands in the configuration. */
  readonly path: readonly (string | number)[];
}

/** The keys `resize_rootfs` and `growfs`. */
export interface FileSystemGrowth {
  /** The boot does not wait for it. */
  readonly inBackground: boolean;
  /** The configuration has `resize_rootfs`. */
  readonly isRootNamed: boolean;
  /** In the order of `growfs`. */
  readonly wishes: readonly GrowthWish[];
  /** Of this instance: what has been done and seen. */
  readonly memoryFile: string;
}

/** One entry of `growfs`. */
export interface GrowthWish {
  /** Absolute, without "/" at its end. */
  readonly mountPoint: string;
  readonly size: GrowthSize;
  /** As it is written: "+2G". */
  readonly text: string;
  /** Where it stands in the configuration. */
  readonly path: readonly (string | number)[];
}

/** "4G", "+2G", "50%FREE". */
export type GrowthSize =
  | { readonly kind: "at-least" | "more"; readonly bytes: number }
  | { readonly kind: "share"; readonly percent: number };
