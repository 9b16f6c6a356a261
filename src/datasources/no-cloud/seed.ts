import type { FileTree } from "../../system/file-tree.ts";
import { describeKind } from "../../text/describe-kind.ts";
import { formatProblem, type Problem } from "../../text/problem.ts";
import { readYaml } from "../../text/read-yaml.ts";
import { isRecord } from "../../text/record.ts";

/** What one source of NoCloud gives; what is absent, it says nothing of. */
export interface Seed {
  /** For the description: a directory, a device, "ds_config". */
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly userData?: Uint8Array;
  readonly vendorData?: Uint8Array;
  /** Parsed, not looked at yet. */
  readonly network?: { readonly source: string; readonly data: unknown };
  readonly problems: readonly Problem[];
}

/** The files of a seed as they are. */
export interface SeedFiles {
  readonly metaData: Uint8Array;
  readonly userData: Uint8Array;
  readonly vendorData?: Uint8Array;
  readonly networkConfig?: Uint8Array;
}

/** Names in a directory, on a disc and below an address (compat datasources-clouds.md §11.2). */
export const SEED_FILES = {
  metaData: "meta-data",
  userData: "user-data",
  vendorData: "vendor-data",
  networkConfig: "network-config",
} as const;

/** Longest file of each kind that is read. */
export const SEED_BYTES_MAX = {
  metaData: 4 * 1024 * 1024,
  userData: 64 * 1024 * 1024,
  vendorData: 64 * 1024 * 1024,
  networkConfig: 4 * 1024 * 1024,
} as const;

/** Reads one of the files of a seed; undefined where it is not there. */
export type ReadSeedFile = (kind: keyof typeof SEED_FILES) => Uint8Array | undefined;

/**
 * The files of a seed, or which of the two that it must have is missing; they may be empty. Throws
 * where one is there and cannot be read.
 */
export function readSeedFiles(read: ReadSeedFile): SeedFiles | { readonly missing: string } {
  const metaData = read("metaData");
  const userData = read("userData");
  if (metaData === undefined || userData === undefined) {
    return { missing: metaData === undefined ? SEED_FILES.metaData : SEED_FILES.userData };
  }
  const vendorData = read("vendorData");
  const networkConfig = read("networkConfig");
  return {
    metaData,
    userData,
    ...(vendorData === undefined ? {} : { vendorData }),
    ...(networkConfig === undefined ? {} : { networkConfig }),
  };
}

/** As `readSeedFiles`, from the top of a directory or a disc. */
export function readSeedTree(tree: FileTree): ReturnType<typeof readSeedFiles> {
  return readSeedFiles((kind) => tree.readBytes(SEED_FILES[kind], SEED_BYTES_MAX[kind]));
}

/**
 * Parses the files of a seed. A meta-data that cannot be read is the reason why the seed is not
 * used: without its instance-id, everything would run again as for another instance.
 */
export async function parseSeed(
  name: string,
  files: SeedFiles,
): Promise<Seed | { readonly reason: string }> {
  const metadata = await parseMetadata(files.metaData);
  if ("reason" in metadata) {
    return metadata;
  }
  const network = await parseNetwork(files.networkConfig);
  return {
    name,
    metadata: metadata.value,
    userData: files.userData,
    ...(files.vendorData === undefined ? {} : { vendorData: files.vendorData }),
    ...(network.data === undefined
      ? {}
      : { network: { source: SEED_FILES.networkConfig, data: network.data } }),
    problems: network.problems,
  };
}

/** A mapping in YAML or JSON; an empty document is an empty mapping. */
export async function parseMetadata(
  content: string | Uint8Array,
): Promise<{ readonly value: Readonly<Record<string, unknown>> } | { readonly reason: string }> {
  const parsed = await readYaml(content, SEED_FILES.metaData);
  if (!parsed.ok) {
    return { reason: parsed.problems.map(formatProblem).join("; ") };
  }
  const value = parsed.value ?? {};
  return isRecord(value)
    ? { value }
    : {
        reason: `Cannot read "${SEED_FILES.metaData}": expected a mapping, found ${describeKind(value)}`,
      };
}

async function parseNetwork(
  content: Uint8Array | undefined,
): Promise<{ readonly data?: unknown; readonly problems: readonly Problem[] }> {
  if (content === undefined) {
    return { problems: [] };
  }
  const parsed = await readYaml(content, SEED_FILES.networkConfig);
  return parsed.ok
    ? { ...(parsed.value === null ? {} : { data: parsed.value }), problems: [] }
    : { problems: parsed.problems };
}
