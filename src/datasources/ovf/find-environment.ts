import type { Disc } from "../../distros/distro.ts";
import { createDirectoryTree } from "../../system/directory-tree.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { isDirectory } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import { parseXml } from "../../text/parse-xml.ts";
import { printable } from "../../text/printable.ts";
import { formatProblem } from "../../text/problem.ts";
import type { DatasourceContext } from "../datasource.ts";
import { type OvfProperties, parseOvfEnvironment } from "./parse-environment.ts";
import { readOvfFile } from "./read-file.ts";
import { hasPlainKey } from "./read-settings.ts";
import { readVsae, type VsaeSettings } from "./vsae.ts";

/** An environment that is for us. */
export interface FoundEnvironment {
  /** File, device or transport, as the datasource's description shows it. */
  readonly source: string;
  readonly transport: "seed" | "disc" | "guestinfo";
  readonly properties: OvfProperties;
  /** Undefined where it says nothing of that kind, or is not to be read. */
  readonly vsae?: VsaeSettings;
}

/** What the search came to. */
export type EnvironmentSearch =
  | { readonly environment: FoundEnvironment; readonly broken: readonly string[] }
  /** Where there is none; `broken` are documents that cannot be read. */
  | { readonly reason: string; readonly broken: readonly string[] };

/** Discs of other datasources, by label. */
const FOREIGN_LABELS = /^(?:config-2|cidata|rd_rdfe_stable.*)$/iu;
/** As cloud-init's descriptions name it. */
const GUEST_INFO = "com.vmware.guestInfo";
/** Of AIX's own Activation Engine, which is none of ours. */
const AE_TEMPLATE = "ae_template.xml";

/**
 * Looks for an OVF environment for cloud-init or VSAE: seed directories, then VMware's guestinfo on
 * Linux, then every disc. What is there and is another's is passed over with a line at DEBUG.
 */
export async function findOvfEnvironment(ctx: DatasourceContext): Promise<EnvironmentSearch> {
  const broken: string[] = [];
  const take = async (candidate: Candidate): Promise<FoundEnvironment | undefined> => {
    const answer = await readCandidate(ctx, candidate);
    if ("fault" in answer) {
      broken.push(`${candidate.source}: ${answer.fault}`);
    } else if ("reason" in answer) {
      ctx.log.debug(`${candidate.source} is no seed for OVF: ${answer.reason}`);
    }
    return "properties" in answer ? answer : undefined;
  };
  for (const seed of readSeeds(ctx, broken)) {
    const environment = await take(seed);
    if (environment !== undefined) {
      return { environment, broken };
    }
  }
  const guestInfo = await ctx.distro.readGuestInfo?.("ovfEnv");
  if (guestInfo !== undefined) {
    const bytes = new TextEncoder().encode(guestInfo);
    const environment = await take({ source: GUEST_INFO, transport: "guestinfo", bytes });
    if (environment !== undefined) {
      return { environment, broken };
    }
  }
  const search = await ctx.distro.storage.findDiscs("any");
  for (const disc of search.discs) {
    const candidate = await readDisc(ctx, disc, broken);
    const environment = candidate === undefined ? undefined : await take(candidate);
    if (environment !== undefined) {
      return { environment, broken };
    }
  }
  const looked = search.looked ?? [];
  const where = looked.length === 0 ? "no device to look at" : `looked at ${looked.join(", ")}`;
  const faults = search.problems.map((problem) => `; ${formatProblem(problem)}`).join("");
  return { reason: `no disc with an OVF environment for us (${where})${faults}`, broken };
}

interface Candidate {
  readonly source: string;
  readonly transport: FoundEnvironment["transport"];
  readonly bytes: Uint8Array;
}

function readSeeds(ctx: DatasourceContext, broken: string[]): readonly Candidate[] {
  const { fs } = ctx.sys;
  const found: Candidate[] = [];
  for (const directory of [`${ctx.paths.seedDir}/ovf`, ctx.paths.seedDir]) {
    if (!isDirectory(fs, directory)) {
      continue;
    }
    try {
      const file = readOvfFile(createDirectoryTree(fs, directory, { followLinks: true }));
      if (file !== undefined) {
        found.push({
          source: `${directory}/${file.name}`,
          transport: "seed",
          bytes: file.bytes,
        });
      }
    } catch (error) {
      broken.push(`${directory}: ${errorMessage(error)}`);
    }
  }
  return found;
}

async function readDisc(
  ctx: DatasourceContext,
  disc: Disc,
  broken: string[],
): Promise<Candidate | undefined> {
  if (FOREIGN_LABELS.test(disc.label)) {
    ctx.log.debug(
      `${disc.device} is no seed for OVF: a disc labelled "${printable(disc.label)}" is another's`,
    );
    return undefined;
  }
  try {
    const answer = await disc.read((tree) => {
      const damage = findDamage(tree);
      if (damage !== undefined) {
        return { foreign: damage };
      }
      const file = readOvfFile(tree);
      const foreign = file === undefined ? undefined : describeForeign(tree);
      const hasTemplate = file === undefined && hasFile(tree, AE_TEMPLATE);
      return { file, foreign, hasTemplate };
    });
    if (answer.hasTemplate === true) {
      ctx.log.debug(
        `${disc.device} is no seed: "${AE_TEMPLATE}" in it is for AIX's Activation Engine (/usr/sbin/ae)`,
      );
    }
    if (answer.foreign !== undefined) {
      ctx.log.debug(`${disc.device} is no seed for OVF: ${answer.foreign}`);
      return undefined;
    }
    return answer.file === undefined
      ? undefined
      : { source: disc.device, transport: "disc", bytes: answer.file.bytes };
  } catch (error) {
    broken.push(`${disc.device}: ${errorMessage(error)}`);
    return undefined;
  }
}

/** A disc whose root cannot be read is not known to be for us. */
function findDamage(tree: FileTree): string | undefined {
  try {
    tree.list("");
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/** By what else is on it (compat datasources-clouds.md §9.1). */
function describeForeign(tree: FileTree): string | undefined {
  if (tree.list("openstack").length > 0) {
    return "it is a config drive";
  }
  return hasFile(tree, "meta-data") && hasFile(tree, "user-data")
    ? "it is a disc for NoCloud"
    : undefined;
}

function hasFile(tree: FileTree, name: string): boolean {
  return tree.list("").some((entry) => entry.toLowerCase() === name);
}

async function readCandidate(
  ctx: DatasourceContext,
  { source, transport, bytes }: Candidate,
): Promise<FoundEnvironment | { readonly fault: string } | { readonly reason: string }> {
  const parsed = await parseXml(bytes);
  if ("fault" in parsed) {
    return { fault: `Cannot read the OVF environment: ${parsed.fault}` };
  }
  const environment = parseOvfEnvironment(parsed.root);
  if ("reason" in environment) {
    return environment;
  }
  const { properties, notes } = environment;
  for (const note of notes) {
    ctx.log.debug(`${source}: ${note}`);
  }
  const vsae = isVsaeWanted(ctx) ? readVsae(properties) : undefined;
  if (!hasPlainKey(properties) && vsae === undefined) {
    return { reason: "none of its properties is for cloud-init or VSAE" };
  }
  return { source, transport, properties, ...(vsae === undefined ? {} : { vsae }) };
}

/** `datasource.OVF.vsae`: "auto" or "off"; YAML reads a bare off as false. */
function isVsaeWanted({ config, log }: DatasourceContext): boolean {
  const value = config["vsae"];
  if (value === "off" || value === false) {
    return false;
  }
  if (value !== undefined && value !== null && value !== "auto" && value !== true) {
    log.warn('Cannot use "datasource.OVF.vsae", auto is used: expected auto or off');
  }
  return true;
}
