import type { RandomAccessFile } from "../../src/system/system.ts";

/** A disc in memory that counts what is read from it. */
export interface DiscFile extends RandomAccessFile {
  readonly reads: { readonly offsetBytes: number; readonly lengthBytes: number }[];
}

/**
 * An open image. As a device it does not tell its size, and refuses reads that do not begin and end
 * on a sector boundary, as raw devices do. `readCountMax` ends a reader that never comes to an end.
 */
export function openDiscFile(
  image: Uint8Array,
  options: { readonly isDevice?: boolean; readonly readCountMax?: number } = {},
): DiscFile {
  const reads: { offsetBytes: number; lengthBytes: number }[] = [];
  return {
    sizeBytes: options.isDevice === true ? undefined : image.length,
    reads,
    read(offsetBytes, lengthBytes) {
      reads.push({ offsetBytes, lengthBytes });
      if (reads.length > (options.readCountMax ?? Number.POSITIVE_INFINITY)) {
        throw new TypeError(`More than ${options.readCountMax} reads`);
      }
      if (options.isDevice === true && (offsetBytes % 2048 !== 0 || lengthBytes % 2048 !== 0)) {
        throw new TypeError(`Unaligned read of ${lengthBytes} bytes at ${offsetBytes}`);
      }
      return image.slice(offsetBytes, offsetBytes + lengthBytes);
    },
    close() {
      // Nothing is open.
    },
  };
}

/** Path → text of every file below `path`, and "path/" → "" for directories without entries. */
export function readWholeTree(
  tree: {
    list(path: string): readonly string[];
    readBytes(path: string): Uint8Array | undefined;
  },
  path = "",
): Record<string, string> {
  const found: Record<string, string> = {};
  const names = tree.list(path);
  if (names.length === 0 && path !== "") {
    found[`${path}/`] = "";
  }
  for (const name of names) {
    const below = path === "" ? name : `${path}/${name}`;
    const bytes = tree.readBytes(below);
    if (bytes === undefined) {
      Object.assign(found, readWholeTree(tree, below));
    } else {
      found[below] = Buffer.from(bytes).toString("latin1");
    }
  }
  return found;
}
