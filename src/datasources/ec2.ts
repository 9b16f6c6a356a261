import type { InstanceNetwork } from "../instance/instance.ts";
import { isDirectory } from "../system/files.ts";
import { urlWithoutSecrets } from "../system/http-error.ts";
import { isTrue } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { readDmi } from "./dmi.ts";
import { connectEc2, type TokenUse } from "./ec2/connect.ts";
import { readEc2Network } from "./ec2/network.ts";
import { type Ec2Metadata, readEc2Metadata, toInstanceFields } from "./ec2/read-metadata.ts";
import { createMetadataClient } from "./http/metadata-client.ts";
import { readMetadataUrls } from "./http/metadata-urls.ts";
import { mayProbe } from "./may-probe.ts";
import { numberSetting } from "./number-setting.ts";

const NAME = "Ec2";
const DEFAULT_URLS = ["http://169.254.169.254", "http://[fd00:ec2::254]"];
const MAX_WAIT_S = 120;
const TIMEOUT_S = 50;
const RETRIES = 5;
/** For one request of the crawl, and for all of them. */
const READ_TIMEOUT_MS = 5000;
const CRAWL_MS_MAX = 120_000;

/** Ec2: the metadata service of AWS and of clouds that speak its protocol (compat datasources.md §5, datasources-clouds.md §4). */
export const ec2: Datasource = {
  name: NAME,
  needs: "network",
  async find(ctx) {
    const { sys, log } = ctx;
    const seeded = await readSeed(ctx);
    if (seeded !== undefined) {
      return seeded;
    }
    const refusal = findRefusal(ctx);
    if (refusal !== undefined) {
      return { found: false, reason: refusal };
    }
    const maxWaitMs = numberSetting(ctx, NAME, "max_wait", MAX_WAIT_S) * 1000;
    if (maxWaitMs <= 0) {
      return { found: false, reason: "not asked: datasource.Ec2.max_wait is 0 or less" };
    }
    const service = await connectEc2(ctx, {
      urls: readMetadataUrls(NAME, ctx, DEFAULT_URLS),
      maxWaitMs,
      timeoutMs: Math.max(1, numberSetting(ctx, NAME, "timeout", TIMEOUT_S)) * 1000,
      tokenUse: readTokenUse(ctx),
      client: () =>
        createMetadataClient(sys, {
          timeoutMs: READ_TIMEOUT_MS,
          retries: RETRIES,
          totalMs: CRAWL_MS_MAX,
          log,
        }),
    });
    if ("reason" in service) {
      return { found: false, reason: service.reason };
    }
    let read: Ec2Metadata;
    let fields: ReturnType<typeof toInstanceFields>;
    try {
      read = await readEc2Metadata(service, log);
      fields = toInstanceFields(read);
    } catch (error) {
      throw new Error(
        `Failed reading from metadata address ${urlWithoutSecrets(service.base)}: ${errorMessage(error)}`,
        { cause: error },
      );
    }
    const { problems, ...network } = await readNetwork(ctx, read);
    return {
      found: true,
      instance: {
        ...fields,
        ...CLAIM,
        ...network,
      },
      problems,
    };
  },
};

/** `seed/ec2/{meta-data,user-data}` below cloud_dir, if both are there: nobody is asked then. */
async function readSeed(ctx: DatasourceContext): Promise<DatasourceAnswer | undefined> {
  const directory = `${ctx.paths.seedDir}/ec2`;
  if (!isDirectory(ctx.sys.fs, directory)) {
    return undefined;
  }
  // The files are the same ones.
  const { readCloudStackSeed } = await import("./cloudstack/read-seed.ts");
  const seed = await readCloudStackSeed(ctx.sys.fs, directory);
  if (seed === undefined) {
    return undefined;
  }
  for (const problem of seed.problems) {
    ctx.log.warn(formatProblem(problem));
  }
  const { userData, raw, problems } = seed;
  const fields = toInstanceFields({
    metadata: raw,
    identity: {},
    ...(userData.length === 0 ? {} : { userData }),
  });
  return { found: true, instance: { ...fields, ...CLAIM }, problems };
}

const CLAIM = {
  datasource: NAME,
  description: "DataSourceEc2",
  platform: "ec2",
  dsmode: "net",
} as const;

/** AWS makes UUIDs that begin with "ec2"; some hypervisors show the first field with its bytes swapped. */
function findPlatformFact({ sys }: DatasourceContext): string | undefined {
  const uuid = readDmi(sys, "product_uuid")?.toLowerCase() ?? "";
  const isAws = uuid.startsWith("ec2") || /^[0-9a-f]{4}2[0-9a-f]ec-/u.test(uuid);
  return isAws ? "product UUID begins with ec2" : undefined;
}

/** Why it must not be asked, by `strict_id` and by the rules for all services. */
function findRefusal(ctx: DatasourceContext): string | undefined {
  const strict = ctx.config["strict_id"];
  const platformFact = findPlatformFact(ctx);
  if (platformFact === undefined && isTrue(strict)) {
    return "nothing on this machine says that it is Ec2, and datasource.Ec2.strict_id is true: nobody is asked";
  }
  const permission = mayProbe(ctx, {
    name: NAME,
    addressKeys: ["metadata_urls"],
    ...(platformFact === undefined ? {} : { platformFact }),
  });
  if (!permission.isAllowed) {
    return permission.reason;
  }
  ctx.log.debug(`The metadata service of Ec2 may be asked: ${permission.why}`);
  if (platformFact === undefined && typeof strict === "string" && /^warn\b/u.test(strict)) {
    ctx.log.warn(
      "Nothing on this machine says that it is Ec2, and it is asked all the same (datasource.Ec2.strict_id: warn)",
    );
  }
  return undefined;
}

function readTokenUse(ctx: DatasourceContext): TokenUse {
  const given = ctx.config["imds_v2"];
  if (given === "auto" || given === "always" || given === "never") {
    return given;
  }
  if (given !== undefined && given !== null) {
    ctx.log.warn(
      `Invalid imds_v2 ${JSON.stringify(given)} in "datasource.Ec2" (expected auto, always or never), using default=auto`,
    );
  }
  return "auto";
}

async function readNetwork(
  ctx: DatasourceContext,
  { metadata }: Ec2Metadata,
): Promise<{ readonly network?: InstanceNetwork; readonly problems: readonly Problem[] }> {
  const { config, sys, log } = ctx;
  // On AIX the address of a deploy is set by hand or by NIM more often than by DHCP.
  const isWanted = config["apply_network_config"] ?? sys.process.platform !== "aix";
  if (isWanted !== true) {
    return { problems: [] };
  }
  let read: ReturnType<typeof readEc2Network>;
  try {
    const adapters = await ctx.distro.network.adapters();
    read = readEc2Network(metadata, adapters, config["apply_full_imds_network_config"] === false);
  } catch (error) {
    const message = `The network of the metadata is not used: the adapters of this machine cannot be told (${errorMessage(error)})`;
    read = { problems: [{ message }] };
  }
  for (const problem of read.problems) {
    log.warn(formatProblem(problem));
  }
  const { config: network, problems } = read;
  return {
    problems,
    ...(network === undefined
      ? {}
      : { network: { source: "network/interfaces/macs", config: network } }),
  };
}
