import { FIRST_CLUSTER } from "./boot-sector.ts";
import type { Run, VfatVolume } from "./vfat-volume.ts";

/** How far a chain of clusters is followed. */
export interface ChainRange {
  /** Further clusters are not looked for. */
  readonly bytesMax: number;
  /** For messages: `"user-data"`. */
  readonly what: string;
}

/**
 * Where the clusters of a file or a directory lie, in its order, neighbours as one run. Throws where
 * the chain leads out of the volume or into itself.
 */
export function readClusterChain(
  volume: VfatVolume,
  firstCluster: number,
  { bytesMax, what }: ChainRange,
): readonly Run[] {
  const { clusterBytes } = volume.boot;
  const runs: { offsetBytes: number; lengthBytes: number }[] = [];
  const seen = new Set<number>();
  let cluster = firstCluster;
  let totalBytes = 0;
  while (totalBytes < bytesMax) {
    checkCluster(volume, cluster, what);
    if (seen.has(cluster)) {
      throw new Error(
        `Cannot read ${what}: its chain of clusters leads back to cluster ${cluster}`,
      );
    }
    seen.add(cluster);
    const offsetBytes = clusterOffset(volume, cluster);
    const last = runs.at(-1);
    if (last !== undefined && last.offsetBytes + last.lengthBytes === offsetBytes) {
      last.lengthBytes += clusterBytes;
    } else {
      runs.push({ offsetBytes, lengthBytes: clusterBytes });
    }
    totalBytes += clusterBytes;
    const next = totalBytes < bytesMax ? readFatEntry(volume, cluster, what) : undefined;
    if (next === undefined) {
      break;
    }
    cluster = next;
  }
  return runs;
}

function checkCluster(volume: VfatVolume, cluster: number, what: string): void {
  const last = volume.boot.clusterCount + FIRST_CLUSTER - 1;
  if (cluster < FIRST_CLUSTER || cluster > last) {
    throw new Error(
      `Cannot read ${what}: its chain of clusters leads to cluster ${cluster}, expected ${FIRST_CLUSTER} to ${last}`,
    );
  }
}

function clusterOffset({ boot }: VfatVolume, cluster: number): number {
  return boot.dataOffsetBytes + (cluster - FIRST_CLUSTER) * boot.clusterBytes;
}

/** The cluster that comes after this one; undefined at the end of the chain. */
function readFatEntry(volume: VfatVolume, cluster: number, what: string): number | undefined {
  const value = readRawEntry(volume, cluster, what);
  const end = END_OF_CHAIN[volume.boot.fatBits];
  return value >= end ? undefined : value;
}

/** From here on a value ends the chain; the one before it, a bad cluster, is in no chain. */
const END_OF_CHAIN = { 12: 0xff8, 16: 0xfff8, 32: 0x0fff_fff8 } as const;

function readRawEntry({ boot, reader }: VfatVolume, cluster: number, what: string): number {
  const where = `the allocation table for ${what}`;
  switch (boot.fatBits) {
    case 12: {
      const offset = boot.fatOffsetBytes + cluster + Math.floor(cluster / 2);
      const pair = viewOf(reader.read(offset, 2, where)).getUint16(0, true);
      return cluster % 2 === 0 ? pair & 0xfff : pair >> 4;
    }
    case 16:
      return viewOf(reader.read(boot.fatOffsetBytes + cluster * 2, 2, where)).getUint16(0, true);
    case 32: {
      const bytes = reader.read(boot.fatOffsetBytes + cluster * 4, 4, where);
      return viewOf(bytes).getUint32(0, true) & 0x0fff_ffff;
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
