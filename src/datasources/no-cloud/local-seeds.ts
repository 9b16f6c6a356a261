import type { Disc } from "../../distros/distro.ts";
import { createDirectoryTree } from "../../system/directory-tree.ts";
import { isDirectory } from "../../system/files.ts";
import { describeKind } from "../../text/describe-kind.ts";
import { errorMessage } from "../../text/error-message.ts";
import { formatProblem } from "../../text/problem.ts";
import type { DatasourceContext } from "../datasource.ts";
import { readConfigSeed } from "./config-seed.ts";
import { readLineConfigs } from "./line-config.ts";
import { addSeed, type MergedSeed, NO_SEED } from "./merge-seeds.ts";
import { parseSeed, readSeedTree, type Seed } from "./seed.ts";

/** What was looked at in vain. */
export interface SeedSearch {
  /** Seeds that are there and cannot be used. */
  readonly broken: string[];
  /** Places without one. */
  readonly looked: string[];
}

/** All that this machine itself holds, the strongest metadata first; what was looked at in vain is added to `search`. */
export async function readLocalSeeds(
  ctx: DatasourceContext,
  search: SeedSearch,
): Promise<MergedSeed> {
  let merged = NO_SEED;
  const add = (seed: Seed | { readonly reason: string } | undefined, where: string): void => {
    if (seed === undefined) {
      return;
    }
    if ("reason" in seed) {
      search.broken.push(`${where}: ${seed.reason}`);
    } else {
      merged = addSeed(merged, seed);
    }
  };
  for (const line of readLineConfigs(ctx)) {
    merged = addSeed(merged, { ...line, problems: [] });
  }
  add(await readSeedDirectory(ctx, search), "the seed directory");
  const { seedfrom } = ctx.config;
  if (seedfrom !== undefined && seedfrom !== null) {
    // The configuration's address counts whatever else names one.
    const metadata = { ...merged.metadata, seedfrom };
    merged = { ...merged, metadata, names: [...merged.names, "ds_config_seedfrom"] };
  }
  add(await readConfigSeed(ctx.config), "datasource.NoCloud");
  const disc = await readDisc(ctx, search);
  add(disc, "the disc");
  return disc === undefined ? merged : { ...merged, isDelivered: true };
}

async function readSeedDirectory(
  ctx: DatasourceContext,
  search: SeedSearch,
): Promise<Seed | undefined> {
  const { fs } = ctx.sys;
  for (const name of SEED_DIRECTORIES) {
    const path = `${ctx.paths.seedDir}/${name}`;
    if (!isDirectory(fs, path)) {
      continue;
    }
    const seed = await attemptSeed(path, async () =>
      readSeedTree(createDirectoryTree(fs, path, { followLinks: true })),
    );
    if ("name" in seed) {
      return seed;
    }
    if ("reason" in seed) {
      search.broken.push(`${path}: ${seed.reason}`);
    } else {
      search.looked.push(`${path} (no "${seed.missing}")`);
    }
  }
  return undefined;
}

type SeedAttempt = Seed | { readonly reason: string } | { readonly missing: string };

async function attemptSeed(
  name: string,
  read: () => Promise<ReturnType<typeof readSeedTree>>,
): Promise<SeedAttempt> {
  try {
    const files = await read();
    return "missing" in files ? files : await parseSeed(name, files);
  } catch (error) {
    return { reason: errorMessage(error) };
  }
}

/** The first disc that holds a seed. */
async function readDisc(ctx: DatasourceContext, search: SeedSearch): Promise<Seed | undefined> {
  const label = chooseLabel(ctx);
  if (label === undefined) {
    return undefined;
  }
  const isWanted = (disc: Disc): boolean => disc.label.toLowerCase() === label.toLowerCase();
  // On AIX only optical drives are looked at: there, a disc with another label may be the seed too.
  const found = await ctx.distro.storage.findDiscs(ctx.distro.family === "aix" ? "any" : [label]);
  const rank = (disc: Disc): number => (isWanted(disc) ? 0 : disc.label === "" ? 1 : 2);
  search.looked.push(...(found.looked ?? []), ...found.problems.map(formatProblem));
  for (const disc of [...found.discs].sort((left, right) => rank(left) - rank(right))) {
    const seed = await attemptSeed(disc.device, () => disc.read(readSeedTree));
    if ("name" in seed) {
      return seed;
    }
    if ("reason" in seed) {
      search.broken.push(`${disc.device}: ${seed.reason}`);
    } else if (isWanted(disc)) {
      ctx.log.warn(`device ${disc.device} with label=${disc.label} not a valid seed.`);
      search.looked.push(`${disc.device} (no "${seed.missing}")`);
    }
  }
  return undefined;
}

/** Undefined: no disc is looked at. */
function chooseLabel(ctx: DatasourceContext): string | undefined {
  const { fs_label: given } = ctx.config;
  if (given === undefined) {
    return DEFAULT_LABEL;
  }
  if (given === null || given === false || given === "") {
    return undefined;
  }
  if (typeof given === "string") {
    return given;
  }
  ctx.log.warn(
    `Cannot use "datasource.NoCloud.fs_label": expected text or null, found ${describeKind(given)}; no disc is looked at`,
  );
  return undefined;
}

/** Why there is no seed. */
export function describeSearch(ctx: DatasourceContext, { looked }: SeedSearch): string {
  const label = chooseLabel(ctx);
  const disc = label === undefined ? "no disc is to be looked at" : `no disc labelled ${label}`;
  const where = looked.length === 0 ? "" : ` (looked at ${looked.join(", ")})`;
  return `no seed directory, and ${disc}${where}`;
}

const DEFAULT_LABEL = "cidata";
/** Below `seed` of cloud_dir; the first one that is whole counts. */
const SEED_DIRECTORIES = ["nocloud", "nocloud-net"];
