import type { Disc, DiscSearch } from "../distros/distro.ts";
import type { Instance } from "../instance/instance.ts";
import { createDirectoryTree } from "../system/directory-tree.ts";
import type { FileTree } from "../system/file-tree.ts";
import { isDirectory } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import { chooseNetwork, type NetworkSource } from "./choose-network.ts";
import { parseConfigDriveV1 } from "./config-drive-v1.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import {
  type OpenStackAnswer,
  type OpenStackMetadata,
  parseOpenStackMetadata,
} from "./openstack-metadata.ts";

/**
 * ConfigDrive: a disc that nova or PowerVC attaches, or a seed directory with its content (compat
 * datasources.md §3). A drive that is broken is passed over for the next one.
 */
export const configDrive: Datasource = {
  name: "ConfigDrive",
  needs: "filesystem",
  async find(ctx) {
    const broken: string[] = [];
    const seeded = readSeeds(ctx, broken);
    if (seeded !== undefined) {
      return claim(ctx, seeded, broken);
    }
    const search = await ctx.distro.storage.findDiscs([LABEL]);
    for (const disc of search.discs) {
      const answer = await readDisc(disc);
      if (answer.kind === "found") {
        return claim(ctx, { source: disc.device, metadata: answer.metadata }, broken);
      }
      // A disc whose label is not known may be any other.
      if (answer.kind === "broken") {
        broken.push(`${disc.device}: ${answer.reason}`);
      } else if (disc.label !== "") {
        broken.push(`${disc.device}: ${nothingFound(`the disc labelled "${disc.label}"`)}`);
      }
    }
    if (broken.length > 0) {
      throw new Error(`Broken config drive: ${broken.join("; ")}`);
    }
    return { found: false, reason: describeSearch(search) };
  },
};

const LABEL = "config-2";
/** Besides `seed/config_drive` below cloud_dir. */
const SEED_DIRECTORY = "/config-drive";

interface Claimed {
  /** A device or a directory, as the description shows it. */
  readonly source: string;
  readonly metadata: OpenStackMetadata;
}

function readSeeds(ctx: DatasourceContext, broken: string[]): Claimed | undefined {
  const { fs } = ctx.sys;
  for (const source of [`${ctx.paths.seedDir}/config_drive`, SEED_DIRECTORY]) {
    if (!isDirectory(fs, source) || fs.list(source).length === 0) {
      continue;
    }
    const answer = parseDrive(createDirectoryTree(fs, source, { followLinks: true }));
    if (answer.kind === "found") {
      return { source, metadata: answer.metadata };
    }
    const reason = answer.kind === "broken" ? answer.reason : nothingFound("the seed directory");
    broken.push(`${source}: ${reason}`);
  }
  return undefined;
}

async function readDisc(disc: Disc): Promise<OpenStackAnswer> {
  try {
    return await disc.read(parseDrive);
  } catch (error) {
    return { kind: "broken", reason: errorMessage(error) };
  }
}

function parseDrive(tree: FileTree): OpenStackAnswer {
  const answer = parseOpenStackMetadata(tree);
  return answer.kind === "none" ? parseConfigDriveV1(tree) : answer;
}

function nothingFound(what: string): string {
  return `expected "openstack/latest/meta_data.json" in ${what}, found neither it nor an older layout`;
}

function describeSearch({ looked = [], problems }: DiscSearch): string {
  const where = looked.length === 0 ? "no device to look at" : `looked at ${looked.join(", ")}`;
  const faults = problems.map((problem) => `; ${formatProblem(problem)}`).join("");
  return `no disc labelled ${LABEL} (${where})${faults}`;
}

async function claim(
  ctx: DatasourceContext,
  { source, metadata }: Claimed,
  broken: readonly string[],
): Promise<DatasourceAnswer> {
  for (const reason of broken) {
    ctx.log.warn(`Broken config drive: ${reason}`);
  }
  for (const problem of metadata.problems) {
    ctx.log.warn(`${source}: ${describeProblem(problem)}`);
  }
  const dsmode = chooseMode(ctx, metadata);
  if (dsmode === "disabled") {
    return { found: false, reason: `dsmode is disabled (${source})` };
  }
  const { problems, ...network } = await readNetwork(ctx, source, metadata);
  const {
    layout,
    dsmode: _given,
    networkData: _data,
    interfaces: _text,
    problems: _,
    ...rest
  } = metadata;
  const className = dsmode === "net" ? "DataSourceConfigDriveNet" : "DataSourceConfigDrive";
  return {
    found: true,
    instance: {
      ...rest,
      datasource: "ConfigDrive",
      description: `${className} [${dsmode},ver=${layout}][source=${source}]`,
      platform: "openstack",
      dsmode,
      ...network,
    },
    problems: [...metadata.problems, ...problems],
  };
}

/** With the file that it is in, unless the message names that itself. */
function describeProblem(problem: Problem): string {
  const { message, source } = problem;
  return source !== undefined && message.includes(source) ? message : formatProblem(problem);
}

type Mode = Instance["dsmode"] | "disabled";

/** The drive's word, else the configuration's, else what the layout had always (§3.5). */
function chooseMode(ctx: DatasourceContext, metadata: OpenStackMetadata): Mode {
  const given = metadata.dsmode;
  if (given !== undefined) {
    if (isMode(given)) {
      return given;
    }
    ctx.log.warn(
      `User specified invalid mode: ${JSON.stringify(given)} (expected local, net, pass or disabled)`,
    );
  }
  const fallback: Mode = metadata.layout === 1 ? "pass" : "net";
  const configured = ctx.config["dsmode"];
  if (configured === undefined || configured === null) {
    return fallback;
  }
  if (isMode(configured)) {
    return configured;
  }
  ctx.log.warn(
    `Invalid dsmode ${JSON.stringify(configured)} in "datasource.ConfigDrive" (expected local, net, pass or disabled), using default=${fallback}`,
  );
  return fallback;
}

function isMode(value: unknown): value is Mode {
  return value === "local" || value === "net" || value === "pass" || value === "disabled";
}

async function readNetwork(
  ctx: DatasourceContext,
  source: string,
  metadata: OpenStackMetadata,
): Promise<Pick<Instance, "network"> & { readonly problems: readonly Problem[] }> {
  const chosen = await chooseNetwork(metadata, chooseNetworkSource(ctx), (wanted) =>
    ctx.distro.network.adapters(wanted),
  );
  for (const problem of chosen.problems) {
    ctx.log.warn(`${source}: ${describeProblem(problem)}`);
  }
  for (const note of chosen.notes) {
    ctx.log.info(`${source}: ${note}`);
  }
  for (const detail of chosen.details) {
    ctx.log.debug(`${source}: ${detail}`);
  }
  const { network, problems } = chosen;
  return { ...(network === undefined ? {} : { network }), problems };
}

function chooseNetworkSource(ctx: DatasourceContext): NetworkSource {
  const value = ctx.config["network_source"];
  if (value === "auto" || value === "network_data" || value === "eni") {
    return value;
  }
  if (value !== undefined && value !== null) {
    ctx.log.warn(
      `Invalid network_source ${JSON.stringify(value)} in "datasource.ConfigDrive" (expected auto, network_data or eni), using default=auto`,
    );
  }
  return "auto";
}
