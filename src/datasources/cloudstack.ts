import { isTrue } from "../text/boolean-option.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem } from "../text/problem.ts";
import { parseCloudStackMetadata } from "./cloudstack/parse-metadata.ts";
import { readKeptPassword } from "./cloudstack/kept-password.ts";
import { acknowledgePassword, askForPassword } from "./cloudstack/password-server.ts";
import { readCloudStackSeed } from "./cloudstack/read-seed.ts";
import { parseRouterAddress, type RouterAddress, routerUrl } from "./cloudstack/router-address.ts";
import { findVirtualRouter } from "./cloudstack/virtual-router.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { readDmi } from "./dmi.ts";
import { crawlTree } from "./http/crawl-tree.ts";
import { createMetadataClient, type MetadataClient } from "./http/metadata-client.ts";
import { waitForUrl } from "./http/wait-for-url.ts";
import { keepableMetadata } from "./keepable-metadata.ts";
import { mayProbe } from "./may-probe.ts";
import { numberSetting } from "./number-setting.ts";

/**
 * CloudStack: a seed directory, or the virtual router of the machine's network (compat
 * datasources-clouds.md §5). It gives no network configuration and no vendor-data; its password
 * server, which speaks in clear text, is asked only where `fetch_password` says so.
 */
export const cloudStack: Datasource = {
  name: "CloudStack",
  needs: "network",
  async find(ctx) {
    const directory = `${ctx.paths.seedDir}/cs`;
    const seed = await readCloudStackSeed(ctx.sys.fs, directory);
    if (seed !== undefined) {
      return claim(ctx, { ...seed, source: `${directory}/meta-data` });
    }
    const platformFact = findPlatformFact(ctx);
    const permission = mayProbe(ctx, {
      name: "CloudStack",
      addressKeys: ["metadata_address"],
      ...(platformFact === undefined ? {} : { platformFact }),
    });
    if (!permission.isAllowed) {
      return { found: false, reason: permission.reason };
    }
    ctx.log.debug(`The virtual router of CloudStack may be asked: ${permission.why}`);
    const given = readAddress(ctx.config["metadata_address"]);
    const isClaimed = platformFact !== undefined || given !== undefined;
    const router = await waitForRouter(ctx, given, {
      mayGuess: isClaimed || ctx.isOnlySource === true,
    });
    if (!("reason" in router)) {
      return readRouter(ctx, router);
    }
    if (isClaimed && !router.isSilent) {
      throw new Error(router.reason);
    }
    return { found: false, reason: router.reason, ...(isClaimed ? { isSilent: true } : {}) };
  },
};

const MAX_WAIT_S = 120;
const TIMEOUT_S = 50;
/** For each key, and for all of them. */
const CRAWL_TIMEOUT_MS = 5000;
const CRAWL_RETRIES = 5;
const CRAWL_TOTAL_MS = 120_000;
const VALUE_BYTES_MAX = 1024 * 1024;
const PASSWORD_PORT = 8080;

/** What SMBIOS says on machines of CloudStack with KVM; nothing says it on AIX. */
function findPlatformFact({ sys }: DatasourceContext): string | undefined {
  const product = readDmi(sys, "product_name");
  return product?.startsWith("CloudStack") === true
    ? 'product name begins with "CloudStack"'
    : undefined;
}

function readAddress(given: unknown): RouterAddress | undefined {
  if (given === undefined || given === null || given === "") {
    return undefined;
  }
  const address = typeof given === "string" ? parseRouterAddress(given) : undefined;
  if (address === undefined) {
    const found = typeof given === "string" ? "other text" : describeKind(given);
    throw new Error(
      `Cannot use "datasource.CloudStack.metadata_address": expected a host, or a host and a port ("192.0.2.1:80"), found ${found}`,
    );
  }
  return address;
}

async function waitForRouter(
  ctx: DatasourceContext,
  given: RouterAddress | undefined,
  options: { readonly mayGuess: boolean },
): Promise<RouterAddress | { readonly reason: string; readonly isSilent: boolean }> {
  let addresses: readonly RouterAddress[];
  if (given === undefined) {
    const candidates = await findVirtualRouter(ctx, options);
    if (candidates === undefined) {
      return {
        isSilent: true,
        reason:
          'no virtual router found: no name "data-server", no DHCP server, no default gateway that may be asked',
      };
    }
    ctx.log.debug(`Virtual router by ${candidates.how}: ${candidates.addresses.join(", ")}`);
    addresses = candidates.addresses.map((host) => ({ host }));
  } else {
    addresses = [given];
  }
  const maxWaitS = Math.max(0, numberSetting(ctx, "CloudStack", "max_wait", MAX_WAIT_S));
  const timeoutS = Math.max(1, numberSetting(ctx, "CloudStack", "timeout", TIMEOUT_S));
  const byUrl = new Map(
    addresses.map((address) => [`${routerUrl(address)}/latest/meta-data/instance-id`, address]),
  );
  const {
    url = "",
    failures,
    isAnswered,
  } = await waitForUrl(ctx.sys, ctx.log, [...byUrl.keys()], {
    maxWaitMs: maxWaitS * 1000,
    timeoutMs: timeoutS * 1000,
  });
  return (
    byUrl.get(url) ?? {
      isSilent: !isAnswered,
      reason: `giving up on waiting for the metadata after ${maxWaitS} seconds: ${failures.join("; ")}`,
    }
  );
}

async function readRouter(
  ctx: DatasourceContext,
  router: RouterAddress,
): Promise<DatasourceAnswer> {
  const client = createMetadataClient(ctx.sys, {
    timeoutMs: CRAWL_TIMEOUT_MS,
    retries: CRAWL_RETRIES,
    totalMs: CRAWL_TOTAL_MS,
    log: ctx.log,
  });
  const base = `${routerUrl(router)}/latest`;
  const userData = await client.get(`${base}/user-data`);
  const raw = await crawlTree(`${base}/meta-data`, {
    get: (url) => client.get(url, { maxBodyBytes: VALUE_BYTES_MAX }),
    log: ctx.log,
    // Old routers list keys that they have no value for.
    missing: () => "",
  });
  const answer = claim(ctx, {
    raw,
    problems: [],
    source: `${base}/meta-data`,
    ...(userData === undefined ? {} : { userData }),
  });
  return isTrue(ctx.config["fetch_password"])
    ? withPassword(ctx, answer, { client, router })
    : answer;
}

interface Found {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly userData?: Uint8Array;
  readonly problems: readonly Parameters<typeof formatProblem>[0][];
  readonly source: string;
}

function claim(
  ctx: DatasourceContext,
  { raw, userData, problems, source }: Found,
): DatasourceAnswer {
  const parsed = parseCloudStackMetadata(raw, source);
  const all = [...problems, ...parsed.problems];
  for (const problem of all) {
    ctx.log.warn(formatProblem(problem));
  }
  if (parsed.id === undefined) {
    const reason = `no instance-id in "${source}"`;
    ctx.log.warn(`CloudStack: ${reason}`);
    return { found: false, reason };
  }
  return {
    found: true,
    instance: {
      id: parsed.id,
      datasource: "CloudStack",
      description: "DataSourceCloudStack",
      platform: "cloudstack",
      dsmode: "net",
      ...parsed.fields,
      ...(userData === undefined || userData.length === 0 ? {} : { userData }),
      files: [],
      rawMetadata: keepableMetadata(raw),
    },
    ...(all.length === 0 ? {} : { problems: all }),
  };
}

/** Adds the password that the router keeps, if any. What goes wrong here costs the password only. */
async function withPassword(
  ctx: DatasourceContext,
  answer: DatasourceAnswer,
  { client, router }: { readonly client: MetadataClient; readonly router: RouterAddress },
): Promise<DatasourceAnswer> {
  if (!answer.found) {
    return answer;
  }
  const port = numberSetting(ctx, "CloudStack", "password_port", PASSWORD_PORT);
  const url = `${routerUrl({ host: router.host, port })}/`;
  const withoutNew = (): DatasourceAnswer => {
    const config = readKeptPassword(ctx, answer.instance.id);
    return config === undefined ? answer : { ...answer, instance: { ...answer.instance, config } };
  };
  const warn = (reason: string): DatasourceAnswer => {
    ctx.log.warn(`Failed to fetch password from virtual router ${router.host}: ${reason}`);
    return withoutNew();
  };
  try {
    const said = await askForPassword(client, url);
    if (said.kind === "refused") {
      return warn(said.reason);
    }
    if (said.kind === "none") {
      ctx.log.debug("The virtual router has no new password");
      return withoutNew();
    }
    const { password } = said;
    return {
      ...answer,
      instance: {
        ...answer.instance,
        config: { ssh_pwauth: true, password, chpasswd: { expire: false } },
      },
      afterStored: () => acknowledgePassword(ctx.sys, ctx.log, url),
    };
  } catch (error) {
    return warn(errorMessage(error));
  }
}
