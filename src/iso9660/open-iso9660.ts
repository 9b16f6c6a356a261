import type { FileTree } from "../system/file-tree.ts";
import type { RandomAccessFile } from "../system/system.ts";
import { parseDirectoryRecord } from "./directory-record.ts";
import { ISO9660_LIMITS, type Iso9660Limits } from "./iso9660-limits.ts";
import { createIso9660Tree } from "./iso9660-tree.ts";
import { type Iso9660Volume, type Naming, readContinuation } from "./iso9660-volume.ts";
import { extentOf } from "./read-directory.ts";
import { findSystemUseStart, usesRockRidge } from "./rock-ridge.ts";
import { createSectorReader } from "../system/sector-reader.ts";
import { readSystemUse } from "./system-use.ts";
import { readVolumeDescriptors } from "./volume-descriptor.ts";

/** A disc or an image of one, open for reading. */
export interface Iso9660Image {
  /** The volume label as written, e.g. "config-2"; "" where there is none. */
  readonly label: string;
  /** Which of the disc's file trees is read. */
  readonly naming: Naming["kind"];
  /** Reads from the file that was given; no longer usable once that is closed. */
  readonly tree: FileTree;
}

/**
 * Opens an ISO 9660 file system (ECMA-119) without mounting it, reading whole sectors only, so that
 * raw devices do. Names come from Rock Ridge (IEEE P1282), else Joliet, else the plain tree.
 * Throws a NotIso9660Error where there is no such file system, an Error where it is damaged or
 * passes a limit; so does the tree. The file stays the caller's to close.
 */
export function openIso9660(
  file: RandomAccessFile,
  limits: Iso9660Limits = ISO9660_LIMITS,
): Iso9660Image {
  const reader = createSectorReader(file);
  const { primary, joliet } = readVolumeDescriptors(reader, limits);
  reader.allowReadAhead(primary.volumeBytes);
  const used = { entries: 0, continuations: 0 };
  const main = { reader, limits, descriptor: primary, used };
  const rockRidge = findRockRidge(main);
  const volume: Iso9660Volume =
    rockRidge === undefined && joliet !== undefined
      ? { ...main, descriptor: joliet, naming: { kind: "joliet" } }
      : { ...main, naming: rockRidge ?? { kind: "plain" } };
  return {
    label: primary.label === "" ? (joliet?.label ?? "") : primary.label,
    naming: volume.naming.kind,
    tree: createIso9660Tree(volume),
  };
}

/** Looks at the "." record of the primary root directory, which comes first in it (§6.8.2.2). */
function findRockRidge(volume: Omit<Iso9660Volume, "naming">): Naming | undefined {
  const { offsetBytes } = extentOf(volume, volume.descriptor.root);
  const bytes = volume.reader.read(offsetBytes, volume.descriptor.blockBytes, "the root directory");
  const area = parseDirectoryRecord(bytes, 0)?.systemUse ?? new Uint8Array();
  const start = findSystemUseStart(area);
  if (start === undefined) {
    return undefined;
  }
  const entries = readSystemUse(
    area.subarray(start.rootBytes),
    (next) => readContinuation(volume, next),
    volume.limits,
  );
  return usesRockRidge(entries) ? { kind: "rock-ridge", skipBytes: start.skipBytes } : undefined;
}
