/** How much of a disc is read before it counts as hostile. Each limit passed is an Error. */
export interface VfatLimits {
  /** One file. */
  readonly fileBytesMax: number;
  /** One directory; the format itself stops at 65,536 entries of 32 bytes. */
  readonly directoryBytesMax: number;
  /** Entries of all directories that were read, together. */
  readonly entryCountMax: number;
  /** Names in a path. */
  readonly pathDepthMax: number;
}

/** Far above what a seed disc has, and read within seconds. */
export const VFAT_LIMITS: VfatLimits = {
  fileBytesMax: 256 * 1024 * 1024,
  directoryBytesMax: 2 * 1024 * 1024,
  entryCountMax: 200_000,
  pathDepthMax: 64,
};
