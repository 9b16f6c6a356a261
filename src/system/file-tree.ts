/** A seed directory or a disc, read alike. Relative paths with "/" between names, no leading "/". */
export interface FileTree {
  /** Undefined where there is no such file. Throws where it is there and cannot be read whole, or is longer than `maxBytes`. */
  readBytes(path: string, maxBytes?: number): Uint8Array | undefined;
  /** Sorted names; empty for a directory that is not there. */
  list(path: string): readonly string[];
}
