import type { Instance } from "../instance/instance.ts";
import { urlWithoutSecrets } from "../system/http-error.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import { chooseNetwork } from "./choose-network.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { readDmi } from "./dmi.ts";
import { joinUrl } from "./http/join-url.ts";
import { createMetadataClient } from "./http/metadata-client.ts";
import { readMetadataUrls } from "./http/metadata-urls.ts";
import { waitForUrl } from "./http/wait-for-url.ts";
import { keepableMetadata } from "./keepable-metadata.ts";
import { mayProbe } from "./may-probe.ts";
import { numberSetting } from "./number-setting.ts";
import { fetchDeviceNames, fetchOpenStackTree } from "./openstack/fetch-tree.ts";
import { type OpenStackMetadata, parseOpenStackMetadata } from "./openstack-metadata.ts";

const NAME = "OpenStack";
const DEFAULT_URLS = ["http://169.254.169.254"];
/** One round. */
const MAX_WAIT_S = -1;
const TIMEOUT_S = 10;
const RETRIES = 5;
/** What reading the files may take in all, once the service has answered. */
const CRAWL_MS_MAX = 120_000;

/**
 * OpenStack: nova's metadata service (compat datasources.md §4). The same files as on a config drive,
 * by HTTP.
 */
export const openStack: Datasource = {
  name: NAME,
  needs: "network",
  async find(ctx) {
    const platformFact = findPlatformFact(ctx);
    const permission = mayProbe(ctx, {
      name: NAME,
      addressKeys: ["metadata_urls"],
      ...(platformFact === undefined ? {} : { platformFact }),
    });
    if (!permission.isAllowed) {
      return { found: false, reason: permission.reason };
    }
    ctx.log.debug(`The metadata service of OpenStack may be asked: ${permission.why}`);
    const urls = readMetadataUrls(NAME, ctx, DEFAULT_URLS);
    const timeoutMs = Math.max(1, numberSetting(ctx, NAME, "timeout", TIMEOUT_S)) * 1000;
    const waited = await waitForUrl(
      ctx.sys,
      ctx.log,
      urls.map((url) => joinUrl(url, "openstack")),
      { maxWaitMs: numberSetting(ctx, NAME, "max_wait", MAX_WAIT_S) * 1000, timeoutMs },
    );
    if (waited.url === undefined || waited.response === undefined) {
      return { found: false, reason: `no metadata service (${waited.failures.join("; ")})` };
    }
    const base = waited.url.replace(/\/openstack$/u, "");
    const metadata = await read(ctx, base, { listing: waited.response.body, timeoutMs });
    return claim(ctx, base, metadata);
  },
};

/** Product names of nova and its descendants, and asset tags of clouds that change those. */
const PRODUCT_NAMES = ["OpenStack Nova", "OpenStack Compute"];
const ASSET_TAGS = ["HUAWEICLOUD", "OpenTelekomCloud", "SAP CCloud VM", "Samsung Cloud Platform"];

/** There is none on POWER: the device tree of a PowerVM partition names the hardware, not who runs it. */
function findPlatformFact({ sys }: DatasourceContext): string | undefined {
  const product = readDmi(sys, "product_name");
  if (product !== undefined && PRODUCT_NAMES.includes(product)) {
    return `product name is "${product}"`;
  }
  const tag = readDmi(sys, "chassis_asset_tag");
  return tag !== undefined && [...ASSET_TAGS, ...PRODUCT_NAMES].includes(tag)
    ? `chassis asset tag is "${tag}"`
    : undefined;
}

/** Throws where the service answers and the instance cannot be told from it. */
async function read(
  ctx: DatasourceContext,
  base: string,
  { listing, timeoutMs }: { readonly listing: Uint8Array; readonly timeoutMs: number },
): Promise<OpenStackMetadata> {
  const client = createMetadataClient(ctx.sys, {
    timeoutMs,
    retries: Math.max(0, numberSetting(ctx, NAME, "retries", RETRIES)),
    totalMs: CRAWL_MS_MAX,
    log: ctx.log,
  });
  let reason: string;
  try {
    const tree = await fetchOpenStackTree(client, base, listing);
    // Injected files are a config drive's to give.
    const answer = parseOpenStackMetadata(tree, { hasContent: false });
    if (answer.kind === "found") {
      const ec2 = await fetchDeviceNames(client, base, ctx.log);
      const { metadata } = answer;
      return ec2 === undefined
        ? metadata
        : {
            ...metadata,
            rawMetadata: keepableMetadata({ ...metadata.rawMetadata, "ec2-metadata": ec2 }),
          };
    }
    reason = answer.kind === "broken" ? answer.reason : "it has no openstack/latest/meta_data.json";
  } catch (error) {
    reason = errorMessage(error);
  }
  throw new Error(`Broken metadata address ${urlWithoutSecrets(base)}: ${reason}`);
}

async function claim(
  ctx: DatasourceContext,
  base: string,
  metadata: OpenStackMetadata,
): Promise<DatasourceAnswer> {
  for (const problem of metadata.problems) {
    ctx.log.warn(`${urlWithoutSecrets(base)}: ${formatProblem(problem)}`);
  }
  if (metadata.dsmode === "disabled") {
    return { found: false, reason: `dsmode is disabled (${urlWithoutSecrets(base)})` };
  }
  if (metadata.dsmode !== undefined && metadata.dsmode !== "net") {
    ctx.log.warn(
      `Invalid dsmode ${JSON.stringify(metadata.dsmode)} in the metadata (expected net or disabled), using default=net`,
    );
  }
  const { layout, dsmode: _given, networkData: _data, problems: _, ...rest } = metadata;
  const { problems, ...network } = await readNetwork(ctx, base, metadata);
  return {
    found: true,
    instance: {
      ...rest,
      datasource: NAME,
      description: `DataSourceOpenStack [net,ver=${layout}]`,
      platform: "openstack",
      dsmode: "net",
      ...network,
    },
    problems: [...metadata.problems, ...problems],
  };
}

async function readNetwork(
  ctx: DatasourceContext,
  base: string,
  metadata: OpenStackMetadata,
): Promise<Pick<Instance, "network"> & { readonly problems: readonly Problem[] }> {
  const wanted = ctx.config["apply_network_config"];
  if (wanted === false) {
    ctx.log.debug("The network of the metadata is not used: apply_network_config is false");
    return { problems: [] };
  }
  if (wanted !== undefined && wanted !== null && wanted !== true) {
    ctx.log.warn(
      `Invalid "datasource.${NAME}.apply_network_config": expected true or false, found ${describeKind(wanted)}; true is used`,
    );
  }
  const { networkData } = metadata;
  const chosen = await chooseNetwork(
    networkData === undefined ? {} : { networkData },
    "auto",
    (macs) => ctx.distro.network.adapters(macs),
  );
  for (const problem of chosen.problems) {
    ctx.log.warn(`${urlWithoutSecrets(base)}: ${formatProblem(problem)}`);
  }
  for (const line of [...chosen.notes, ...chosen.details]) {
    ctx.log.debug(`${urlWithoutSecrets(base)}: ${line}`);
  }
  const { network, problems } = chosen;
  return { ...(network === undefined ? {} : { network }), problems };
}
