import type { Disc } from "../../distros/distro.ts";
import { createDirectoryTree } from "../../system/directory-tree.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { isDirectory } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import { formatProblem } from "../../text/problem.ts";
import type { DatasourceContext } from "../datasource.ts";
import {
  CONTEXT_BYTES_MAX,
  CONTEXT_SOURCE,
  parseContext,
  type ParsedContext,
} from "./parse-context.ts";

/** A context that can be used. */
export interface FoundContext {
  /** Directory or device, as the datasource's description shows it. */
  readonly seed: string;
  readonly context: Exclude<ParsedContext, { readonly fault: string }>;
}

/** What the search came to; `broken` are contexts that are there and cannot be used. */
export type ContextSearch =
  | { readonly found: FoundContext; readonly broken: readonly string[] }
  | { readonly reason: string; readonly broken: readonly string[] };

/** The second is how ISO 9660 spells it without Rock Ridge. */
const FILE_NAMES = [CONTEXT_SOURCE, "CONTEXT.SH"];
/** In this order before all other discs. */
const LABELS = ["CONTEXT", "CDROM"];

/**
 * Looks for `context.sh`: in the seed directory, then on discs labelled CONTEXT, on those labelled
 * CDROM and on all others (compat datasources-clouds.md §10.1).
 */
export async function findOpenNebulaContext(ctx: DatasourceContext): Promise<ContextSearch> {
  const broken: string[] = [];
  const directory = `${ctx.paths.seedDir}/opennebula`;
  if (isDirectory(ctx.sys.fs, directory)) {
    const found = await readContext(directory, broken, async () =>
      readFile(createDirectoryTree(ctx.sys.fs, directory, { followLinks: true })),
    );
    if (found !== undefined) {
      return { found, broken };
    }
  }
  const search = await ctx.distro.storage.findDiscs("any");
  const discs = new Map(search.discs.map((disc) => [disc.device, disc]));
  if (ctx.distro.family !== "aix") {
    // Those of any kind that have our label, on whatever device.
    for (const disc of (await ctx.distro.storage.findDiscs(LABELS)).discs) {
      discs.set(disc.device, disc);
    }
  }
  for (const disc of [...discs.values()].sort((left, right) => rank(left) - rank(right))) {
    const found = await readContext(disc.device, broken, () => disc.read(readFile));
    if (found !== undefined) {
      return { found, broken };
    }
  }
  const looked = search.looked ?? [];
  const where = looked.length === 0 ? "no device to look at" : `looked at ${looked.join(", ")}`;
  const faults = search.problems.map((problem) => `; ${formatProblem(problem)}`).join("");
  return { reason: `no disc with "${CONTEXT_SOURCE}" (${where})${faults}`, broken };
}

function rank({ label }: Disc): number {
  const place = LABELS.indexOf(label.toUpperCase());
  return place === -1 ? LABELS.length : place;
}

function readFile(tree: FileTree): Uint8Array | undefined {
  for (const name of FILE_NAMES) {
    const bytes = tree.readBytes(name, CONTEXT_BYTES_MAX);
    if (bytes !== undefined) {
      return bytes;
    }
  }
  return undefined;
}

async function readContext(
  seed: string,
  broken: string[],
  read: () => Promise<Uint8Array | undefined>,
): Promise<FoundContext | undefined> {
  try {
    const bytes = await read();
    if (bytes === undefined) {
      return undefined;
    }
    const context = parseContext(bytes);
    if (!("fault" in context)) {
      return { seed, context };
    }
    const line = context.line === undefined ? "" : ` line ${context.line}:`;
    broken.push(`${seed}: Error processing ${CONTEXT_SOURCE}:${line} ${context.fault}`);
  } catch (error) {
    broken.push(`${seed}: ${errorMessage(error)}`);
  }
  return undefined;
}
