import type { SectorReader } from "../system/sector-reader.ts";
import type { BootSector } from "./boot-sector.ts";
import type { VfatLimits } from "./vfat-limits.ts";

/** One FAT file system, and how much of it was read so far. */
export interface VfatVolume {
  readonly reader: SectorReader;
  readonly limits: VfatLimits;
  readonly boot: BootSector;
  /** Counted up to the limits over all directories. */
  readonly used: { entries: number };
}

/** A part of the disc, in bytes. */
export interface Run {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}
