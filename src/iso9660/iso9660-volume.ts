import type { Iso9660Limits } from "./iso9660-limits.ts";
import type { SectorReader } from "../system/sector-reader.ts";
import type { ContinuationArea } from "./system-use.ts";
import type { VolumeDescriptor } from "./volume-descriptor.ts";

/** One file tree of a disc, and what was read of it so far. */
export interface Iso9660Volume {
  readonly reader: SectorReader;
  readonly limits: Iso9660Limits;
  readonly descriptor: VolumeDescriptor;
  readonly naming: Naming;
  /** Counted up to the limits over all directories. */
  readonly used: { entries: number; continuations: number };
}

/** Where the names of entries come from. */
export type Naming =
  | { readonly kind: "rock-ridge"; readonly skipBytes: number }
  | { readonly kind: "joliet" | "plain" };

/** Reads a continuation area, within the limits (IEEE P1281 §5.1). */
export function readContinuation(
  volume: Omit<Iso9660Volume, "naming">,
  area: ContinuationArea,
): Uint8Array {
  const { limits, used, descriptor } = volume;
  used.continuations += 1;
  if (used.continuations > limits.continuationCountMax) {
    throw new Error(
      `Cannot read the disc: its directories have more than ${limits.continuationCountMax} continuation areas`,
    );
  }
  if (area.lengthBytes > limits.continuationBytesMax) {
    throw new Error(
      `Cannot read the disc: a continuation area has ${area.lengthBytes} bytes, at most ${limits.continuationBytesMax} are read`,
    );
  }
  return volume.reader.read(
    area.block * descriptor.blockBytes + area.offsetBytes,
    area.lengthBytes,
    "a continuation area",
  );
}
