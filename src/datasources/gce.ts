import { urlWithoutSecrets } from "../system/http-error.ts";
import type { HttpResponse } from "../system/system.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { readDmi } from "./dmi.ts";
import { parseGceAttributes, readGceUserData } from "./gce/attributes.ts";
import { collectGceKeys, type GceAttributes } from "./gce/ssh-keys.ts";
import { joinUrl } from "./http/join-url.ts";
import { createMetadataClient, type MetadataClient } from "./http/metadata-client.ts";
import { waitForUrl } from "./http/wait-for-url.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "./instance-id.ts";
import { mayProbe } from "./may-probe.ts";
import { numberSetting } from "./number-setting.ts";

/**
 * GCE: the metadata server of Google Compute Engine (compat datasources-clouds.md §3). It gives no
 * network configuration and no vendor-data; the keys of users other than the default one are theirs.
 */
export const gce: Datasource = {
  name: "GCE",
  needs: "network",
  async find(ctx) {
    const platformFact = findPlatformFact(ctx);
    const permission = mayProbe(ctx, {
      name: "GCE",
      addressKeys: ["metadata_url"],
      ...(platformFact === undefined ? {} : { platformFact }),
    });
    if (!permission.isAllowed) {
      return { found: false, reason: permission.reason };
    }
    ctx.log.debug(`The metadata server of GCE may be asked: ${permission.why}`);
    const settings = readSettings(ctx);
    const isClaimed = platformFact !== undefined || settings.isConfigured;
    const id = await waitForId(ctx, settings);
    if ("reason" in id) {
      return id.isSilent
        ? { found: false, reason: id.reason, ...(isClaimed ? { isSilent: true } : {}) }
        : notHere(isClaimed, id.reason);
    }
    const read = await readKeys(ctx, settings, id.text);
    return "reason" in read ? notHere(isClaimed, read.reason) : claim(ctx, settings, read);
  },
};

const DEFAULT_URL = "http://metadata.google.internal/computeMetadata/v1/";
/** Without it the server refuses, so that no page in a browser can be made to ask. */
const REQUEST_HEADERS = { "Metadata-Flavor": "Google" };
const VALUE_BYTES_MAX = 1024 * 1024;
const TIMEOUT_S = 10;
const TOTAL_S = 120;
const WAIT_S_MIN = 10;

interface Settings {
  readonly baseUrl: string;
  /** Then anything may answer there; else it must say that it is Google's. */
  readonly isConfigured: boolean;
  readonly retries: number;
  readonly timeoutMs: number;
  readonly maxWaitMs: number;
}

function readSettings(ctx: DatasourceContext): Settings {
  const given = ctx.config["metadata_url"];
  const isConfigured = typeof given === "string" && given.trim() !== "";
  if (!isConfigured && given !== undefined && given !== null && given !== "") {
    throw new Error('Cannot use "datasource.GCE.metadata_url": expected an address as text');
  }
  const number = (key: string, defaultValue: number): number =>
    Math.max(0, numberSetting(ctx, "GCE", key, defaultValue));
  const retries = number("retries", 5);
  const between = number("sec_between_retries", 1);
  const waitS = number("max_wait", Math.max(WAIT_S_MIN, retries * between));
  return {
    baseUrl: isConfigured ? given.trim() : DEFAULT_URL,
    isConfigured,
    retries,
    timeoutMs: Math.max(1, number("timeout", TIMEOUT_S)) * 1000,
    maxWaitMs: waitS * 1000,
  };
}

/** What SMBIOS says on Google's machines; nothing says it on AIX. */
function findPlatformFact({ sys }: DatasourceContext): string | undefined {
  const product = readDmi(sys, "product_name");
  if (product === "Google Compute Engine" || product === "Google") {
    return `product name is "${product}"`;
  }
  const serial = readDmi(sys, "product_serial");
  return serial?.startsWith("GoogleCloud-") === true
    ? 'serial number begins with "GoogleCloud-"'
    : undefined;
}

/** Of an answer that cannot be used: a machine that is said to be in this cloud fails; any other is elsewhere. */
function notHere(isClaimed: boolean, reason: string): DatasourceAnswer {
  if (isClaimed) {
    throw new Error(reason);
  }
  return { found: false, reason };
}

/** `instance/id`, which every machine has: the first question, asked until somebody answers it. */
async function waitForId(
  ctx: DatasourceContext,
  { baseUrl, isConfigured, timeoutMs, maxWaitMs }: Settings,
): Promise<{ readonly text: string } | { readonly reason: string; readonly isSilent: boolean }> {
  const url = joinUrl(baseUrl, "instance/id");
  const isForeign = (response: HttpResponse): boolean =>
    !isConfigured && response.headers["metadata-flavor"]?.trim() !== "Google";
  const answer = await waitForUrl(ctx.sys, ctx.log, [url], {
    maxWaitMs,
    timeoutMs,
    headersFor: () => REQUEST_HEADERS,
    isRefusal: (response) => !isTemporary(response) && (isForeign(response) || !isFull(response)),
  });
  const { refusal, response } = answer;
  if (refusal !== undefined) {
    return {
      isSilent: false,
      reason: isForeign(refusal.response)
        ? `"${urlWithoutSecrets(url)}" answers (${refusal.response.status}) without "Metadata-Flavor: Google": that is not Google's server`
        : `required key instance/id returned nothing (${refusal.response.status}). not GCE`,
    };
  }
  return response === undefined
    ? { reason: `no answer: ${answer.failures.join("; ")}`, isSilent: !answer.isAnswered }
    : { text: new TextDecoder().decode(response.body).trim() };
}

function isFull({ status, body }: HttpResponse): boolean {
  return status >= 200 && status < 300 && body.length > 0;
}

function isTemporary({ status }: HttpResponse): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

interface GceMetadata {
  readonly id: string;
  readonly zone: string;
  readonly hostname: string;
  readonly instance: GceAttributes;
  readonly project: GceAttributes;
  readonly problems: readonly Problem[];
}

async function readKeys(
  ctx: DatasourceContext,
  { baseUrl, timeoutMs, retries }: Settings,
  id: string,
): Promise<GceMetadata | { readonly reason: string }> {
  const client = createMetadataClient(ctx.sys, {
    timeoutMs,
    retries,
    totalMs: TOTAL_S * 1000,
    log: ctx.log,
  });
  const readText = async (key: string): Promise<string> => {
    const url = joinUrl(baseUrl, key);
    const options = { headers: REQUEST_HEADERS, maxBodyBytes: VALUE_BYTES_MAX };
    return (await client.getText(url, options))?.trim() ?? "";
  };
  const values = new Map([["instance/id", id]]);
  for (const key of ["instance/zone", "instance/hostname"]) {
    values.set(key, await readText(key));
  }
  const missing = [...values].find(([, value]) => value === "");
  if (missing !== undefined) {
    return { reason: `required key ${missing[0]} returned nothing. not GCE` };
  }
  const instance = await readAttributes(client, baseUrl, "instance");
  const project = await readAttributes(client, baseUrl, "project");
  return {
    id,
    zone: values.get("instance/zone") ?? "",
    hostname: values.get("instance/hostname") ?? "",
    instance: instance.attributes,
    project: project.attributes,
    problems: [...instance.problems, ...project.problems],
  };
}

/** Optional: a machine without attributes has none. */
async function readAttributes(
  client: MetadataClient,
  baseUrl: string,
  of: "instance" | "project",
): Promise<ReturnType<typeof parseGceAttributes>> {
  const source = `${of}/attributes`;
  try {
    const bytes = await client.get(`${joinUrl(baseUrl, `${source}/`)}?recursive=True`, {
      headers: REQUEST_HEADERS,
    });
    return bytes === undefined
      ? { attributes: {}, problems: [] }
      : parseGceAttributes(bytes, source);
  } catch (error) {
    const message = `Cannot read the attributes, they are left out: ${errorMessage(error)}`;
    return { attributes: {}, problems: [{ message, source }] };
  }
}

function claim(
  ctx: DatasourceContext,
  settings: Settings,
  metadata: GceMetadata,
): DatasourceAnswer {
  const id = parseInstanceId(metadata.id);
  if (id === undefined) {
    const where = urlWithoutSecrets(joinUrl(settings.baseUrl, "instance/id"));
    throw new Error(`Cannot use "${where}": expected ${INSTANCE_ID_EXPECTED}`);
  }
  const { userData, problems } = readGceUserData(metadata.instance, "instance/attributes");
  const all = [...metadata.problems, ...problems];
  for (const problem of all) {
    ctx.log.warn(formatProblem(problem));
  }
  const { keys, notes } = collectGceKeys(metadata.instance, metadata.project, {
    defaultUser: ctx.defaultUserName?.(),
    now: ctx.sys.clock.now(),
  });
  notes.forEach((note) => ctx.log.debug(note));
  const zone = metadata.zone.split("/").at(-1) ?? "";
  const hostname = metadata.hostname.split(".", 1)[0] ?? "";
  return {
    found: true,
    instance: {
      id,
      datasource: "GCE",
      description: "DataSourceGCE",
      platform: "gce",
      dsmode: "net",
      ...(hostname === "" ? {} : { localHostname: hostname }),
      publicKeys: keys,
      ...(zone === "" ? {} : { availabilityZone: zone }),
      ...(userData === undefined ? {} : { userData }),
      files: [],
      rawMetadata: {
        "instance-id": id,
        "local-hostname": hostname,
        hostname: metadata.hostname,
        "availability-zone": zone,
        region: zone.replace(/-[^-]*$/u, ""),
        "public-keys": keys,
      },
    },
    ...(all.length === 0 ? {} : { problems: all }),
  };
}
