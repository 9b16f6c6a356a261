import type { Instance, InstanceNetwork } from "../instance/instance.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "./instance-id.ts";
import { keepableMetadata } from "./keepable-metadata.ts";
import { findOvfEnvironment, type FoundEnvironment } from "./ovf/find-environment.ts";
import {
  NETWORK_SOURCE,
  type OvfSettings,
  readOvfNetwork,
  readOvfSettings,
} from "./ovf/read-settings.ts";
import type { NoOvfSeed, OvfSeed } from "./ovf/seed-from.ts";
import type { VsaeSettings } from "./ovf/vsae.ts";
import { parsePublicKeys } from "./public-keys.ts";

/**
 * OVF: `ovf-env.xml` in a seed directory, from VMware's guestinfo or on a disc (compat
 * datasources-clouds.md §9), and the discs that images with IBM's Virtual Solutions Activation
 * Engine were deployed with (§12). Nothing on them is run.
 */
export const ovf: Datasource = {
  name: "OVF",
  needs: "filesystem",
  async find(ctx) {
    const search = await findOvfEnvironment(ctx);
    if (!("environment" in search)) {
      if (search.broken.length > 0) {
        throw new Error(`Broken OVF environment: ${search.broken.join("; ")}`);
      }
      return { found: false, reason: search.reason };
    }
    for (const reason of search.broken) {
      ctx.log.warn(`Broken OVF environment: ${reason}`);
    }
    return claim(ctx, search.environment);
  },
};

const DEFAULT_ID = "iid-dsovf";
/** In messages. */
const OVF_SOURCE = "ovf-env.xml";

async function claim(
  ctx: DatasourceContext,
  environment: FoundEnvironment,
): Promise<DatasourceAnswer> {
  const { source, vsae } = environment;
  const settings = readOvfSettings(environment.properties);
  const read = settings.seedFrom === undefined ? undefined : await readSeed(ctx, settings.seedFrom);
  const missing = read !== undefined && "reason" in read ? read : undefined;
  const seed = read !== undefined && "reason" in read ? undefined : read;
  const isAskedLater = missing?.isAskedLater === true;
  const problems: Problem[] = [];
  const id = chooseId(settings, seed, vsae, problems);
  // What is here already may say how the network gets up that the rest comes over.
  const network =
    missing === undefined || isAskedLater
      ? await readNetwork(ctx, environment, settings, problems)
      : undefined;
  if (missing !== undefined && network === undefined) {
    const reason = `${source}: ${missing.reason}`;
    return { found: false, reason, ...(isAskedLater ? { isAskedLater } : {}) };
  }
  for (const problem of problems) {
    ctx.log.warn(`${source}: ${formatProblem(problem)}`);
  }
  if (vsae !== undefined) {
    logVsae(ctx, source, vsae);
  }
  const keys =
    settings.publicKeys.length > 0
      ? settings.publicKeys
      : parsePublicKeys(seed?.metadata["public-keys"]);
  const hostname = settings.hostname ?? textOf(seed?.metadata["local-hostname"]) ?? vsae?.hostname;
  const userData = seed?.userData ?? settings.userData;
  const instance: Instance = {
    id,
    datasource: "OVF",
    description: `DataSourceOVF [seed=${describeSeed(source, settings)}]${isAskedLater ? "[dsmode=pass]" : ""}`,
    platform: "ovf",
    dsmode: isAskedLater ? "pass" : "net",
    ...(hostname === undefined ? {} : { localHostname: hostname }),
    publicKeys: keys,
    ...(userData === undefined ? {} : { userData }),
    ...(seed?.vendorData === undefined ? {} : { vendorData: seed.vendorData }),
    ...(network === undefined ? {} : { network }),
    files: [],
    ...(settings.password === undefined ? {} : { config: { password: settings.password } }),
    rawMetadata: keepableMetadata({
      ...seed?.metadata,
      "instance-id": id,
      ...(hostname === undefined ? {} : { "local-hostname": hostname }),
      ...(keys.length === 0 ? {} : { "public-keys": keys }),
    }),
  };
  return {
    found: true,
    instance,
    ...(problems.length === 0 ? {} : { problems }),
    ...(isAskedLater ? { isAskedLater } : {}),
    ...(isAskedLater && id === DEFAULT_ID ? { hasDefaultId: true } : {}),
  };
}

/** Its code is loaded where it is needed, as that for networks is: most machines have neither. */
async function readSeed(ctx: DatasourceContext, seedFrom: string): Promise<OvfSeed | NoOvfSeed> {
  const { readOvfSeed } = await import("./ovf/seed-from.ts");
  return readOvfSeed(ctx, seedFrom);
}

function describeSeed(source: string, { seedFrom }: OvfSettings): string {
  const isShown = seedFrom !== undefined && /^[\x21-\x7e]{1,200}$/u.test(seedFrom);
  // An address may have a password in it.
  return isShown && !/[@?[\]]/u.test(seedFrom) ? `${source},${seedFrom}` : source;
}

/** The environment's own id counts before the fetched one, and both before the one that VSAE's values make. */
function chooseId(
  settings: OvfSettings,
  seed: OvfSeed | undefined,
  vsae: VsaeSettings | undefined,
  problems: Problem[],
): string {
  for (const given of [settings.instanceId, seed?.metadata["instance-id"]]) {
    if (given === undefined || given === null) {
      continue;
    }
    const id = parseInstanceId(given);
    if (id !== undefined) {
      return id;
    }
    const message = `Cannot use "instance-id": expected ${INSTANCE_ID_EXPECTED} that can name a directory`;
    problems.push({ message, source: OVF_SOURCE });
  }
  return vsae?.instanceId ?? DEFAULT_ID;
}

/** `network-config`, unless it came from a seed directory; else what VSAE's properties make. */
async function readNetwork(
  ctx: DatasourceContext,
  { source, transport, vsae }: FoundEnvironment,
  { networkConfig }: OvfSettings,
  problems: Problem[],
): Promise<InstanceNetwork | undefined> {
  if (networkConfig !== undefined && transport !== "seed") {
    const network = await readOvfNetwork(networkConfig);
    if ("isDisabled" in network) {
      ctx.log.info(`${source}: network: {config: disabled} is set: the network is left as it is`);
      return undefined;
    }
    problems.push(...(network.problems ?? []));
    if ("config" in network) {
      return { source: NETWORK_SOURCE, config: network.config };
    }
    ctx.log.debug(`${source}: Ignore network-config in wrong format: ${network.reason}`);
  }
  if (vsae === undefined || vsae.adapters.length === 0) {
    return undefined;
  }
  const { network } = ctx.distro;
  const { buildVsaeNetwork } = await import("./ovf/vsae-network.ts");
  try {
    const adapters = await network.adapters();
    const isBySlot = vsae.adapters.some(({ slot }) => slot !== undefined);
    const slots = isBySlot ? await network.adapterSlots?.() : undefined;
    const built = buildVsaeNetwork(vsae, { adapters, slots: slots ?? new Map() });
    problems.push(...(built?.problems ?? []));
    for (const note of built?.notes ?? []) {
      ctx.log.info(`${source}: ${note}`);
    }
    return built === undefined || built.config.interfaces.length === 0
      ? undefined
      : { source: OVF_SOURCE, config: built.config };
  } catch (error) {
    const message = `Cannot use the addresses: the adapters of this machine cannot be told: ${errorMessage(error)}`;
    problems.push({ message, source: OVF_SOURCE });
    return undefined;
  }
}

/** Names of properties only, never their values. */
function logVsae(
  { log }: DatasourceContext,
  source: string,
  { passwordKeys, unknownKeys }: VsaeSettings,
): void {
  if (passwordKeys.length > 0) {
    log.warn(
      `${source}: ignoring password property from OVF environment: ${passwordKeys.map(shownKey).join(", ")}`,
    );
  }
  if (unknownKeys.length > 0) {
    log.debug(
      `${source}: unknown properties: ${unknownKeys.slice(0, 50).map(shownKey).join(", ")}`,
    );
  }
}

function shownKey(key: string): string {
  return JSON.stringify(key.slice(0, 100));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
