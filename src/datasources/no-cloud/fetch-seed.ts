import { createDirectoryTree } from "../../system/directory-tree.ts";
import { HttpError } from "../../system/http-error.ts";
import type { DatasourceContext } from "../datasource.ts";
import {
  parseSeed,
  readSeedFiles,
  type Seed,
  SEED_BYTES_MAX,
  SEED_FILES,
  type SeedFiles,
} from "./seed.ts";
import { type SeedAddress, seedFileAddress } from "./seed-address.ts";

/**
 * The seed that `seedfrom` names, from files or from a server, or that nobody answers there. Throws
 * an Error that says which of the files it must have is missing or cannot be read; the others are
 * optional.
 */
export async function fetchSeed(
  ctx: DatasourceContext,
  address: Extract<SeedAddress, { kind: "path" | "url" }>,
): Promise<Seed | { readonly silence: string }> {
  const { base, kind, shown } = address;
  let files: SeedFiles | { readonly missing: string };
  try {
    files = kind === "path" ? readLocal(ctx, base) : await fetchFiles(ctx, base);
  } catch (error) {
    if (error instanceof HttpError && !error.isAnswered) {
      return { silence: `nobody answers for the seed "${shown}": ${error.message}` };
    }
    throw error;
  }
  if ("missing" in files) {
    throw new Error(`Cannot read the seed "${shown}": there is no "${files.missing}"`);
  }
  const seed = await parseSeed(shown, files);
  if ("reason" in seed) {
    throw new Error(`Cannot use the seed "${shown}": ${seed.reason}`);
  }
  return seed;
}

const TIMEOUT_MS = 30_000;
const RETRIES = 10;
/** For all four files. */
const TOTAL_MS = 300_000;

function readLocal(ctx: DatasourceContext, base: string): SeedFiles | { readonly missing: string } {
  return readSeedFiles((kind) => {
    const path = seedFileAddress(base, SEED_FILES[kind]);
    const at = path.lastIndexOf("/");
    const tree = createDirectoryTree(ctx.sys.fs, path.slice(0, at) || "/", { followLinks: true });
    return tree.readBytes(path.slice(at + 1), SEED_BYTES_MAX[kind]);
  });
}

/** In the order in which upstream asks, on which servers may count. */
async function fetchFiles(
  ctx: DatasourceContext,
  base: string,
): Promise<SeedFiles | { readonly missing: string }> {
  const { createMetadataClient } = await import("../http/metadata-client.ts");
  const client = createMetadataClient(ctx.sys, {
    timeoutMs: TIMEOUT_MS,
    retries: RETRIES,
    totalMs: TOTAL_MS,
    log: ctx.log,
  });
  const get = async (kind: keyof typeof SEED_FILES): Promise<Uint8Array | undefined> =>
    client.get(seedFileAddress(base, SEED_FILES[kind]), { maxBodyBytes: SEED_BYTES_MAX[kind] });
  const getOptional = async (kind: keyof typeof SEED_FILES): Promise<Uint8Array | undefined> => {
    try {
      return await get(kind);
    } catch (error) {
      ctx.log.debug(`The seed has no "${SEED_FILES[kind]}": ${String(error)}`);
      return undefined;
    }
  };
  const networkConfig = await getOptional("networkConfig");
  const metaData = await get("metaData");
  if (metaData === undefined) {
    return { missing: SEED_FILES.metaData };
  }
  const userData = await get("userData");
  if (userData === undefined) {
    return { missing: SEED_FILES.userData };
  }
  const vendorData = await getOptional("vendorData");
  return {
    metaData,
    userData,
    ...(vendorData === undefined ? {} : { vendorData }),
    ...(networkConfig === undefined ? {} : { networkConfig }),
  };
}
