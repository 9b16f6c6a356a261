/** How much of a disc is read before it counts as hostile. Each limit passed is an Error. */
export interface Iso9660Limits {
  /** One file, all its extents together. */
  readonly fileBytesMax: number;
  /** One directory. */
  readonly directoryBytesMax: number;
  /** Records of all directories that were read, together. */
  readonly entryCountMax: number;
  /** Names in a path. */
  readonly pathDepthMax: number;
  /** Continuation areas of one directory record. */
  readonly continuationHopsMax: number;
  /** Continuation areas of all directory records, together. */
  readonly continuationCountMax: number;
  /** One continuation area. */
  readonly continuationBytesMax: number;
  readonly descriptorCountMax: number;
}

/** Far above what a config drive or an installation disc has, and read within seconds. */
export const ISO9660_LIMITS: Iso9660Limits = {
  fileBytesMax: 256 * 1024 * 1024,
  directoryBytesMax: 16 * 1024 * 1024,
  entryCountMax: 100_000,
  pathDepthMax: 64,
  continuationHopsMax: 16,
  continuationCountMax: 100_000,
  continuationBytesMax: 32 * 1024,
  descriptorCountMax: 64,
};
