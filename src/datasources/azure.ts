import { valueAt } from "../config/cloud-config.ts";
import type { Instance, InstanceNetwork } from "../instance/instance.ts";
import { readTextIfExists } from "../system/files.ts";
import { isFalse, isTrue } from "../text/boolean-option.ts";
import { errorMessage } from "../text/error-message.ts";
import { formatProblem, type Problem } from "../text/problem.ts";
import { findAzureProvisioning, type FoundProvisioning } from "./azure/find-provisioning.ts";
import { chooseAzureId, type KeptAzure } from "./azure/instance-id.ts";
import { type AzureImds, IMDS_SOURCE, parseAzureImds } from "./azure/parse-imds.ts";
import { type NoImds, readImds } from "./azure/read-imds.ts";
import { sha512Crypt } from "./azure/sha512-crypt.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { readDmi } from "./dmi.ts";
import { readKeptInstance } from "./kept-instance.ts";
import { mayProbe } from "./may-probe.ts";
import { numberSetting } from "./number-setting.ts";

/**
 * Azure: `ovf-env.xml` in a seed directory or on a disc, and IMDS, whose words come before the
 * disc's (compat datasources-clouds.md §2). Azure is told that the machine is ready; its agent is
 * not started, and certificates are not asked for.
 */
export const azure: Datasource = {
  name: "Azure",
  needs: "network",
  async find(ctx) {
    const settings = readSettings(ctx);
    // Only where this is Azure already: to mount a disc is more than to look at it.
    const isSure = ctx.isOnlySource === true || findPlatformFact(ctx, undefined) !== undefined;
    const { dataDirectory } = settings;
    const search = await findAzureProvisioning(ctx, { dataDirectory, mayMount: isSure });
    const platformFact = findPlatformFact(ctx, search.found);
    const permission = mayProbe(ctx, {
      name: "Azure",
      addressKeys: ["imds_url", "wireserver"],
      ...(platformFact === undefined ? {} : { platformFact }),
    });
    let noImds: NoImds | undefined;
    let imds: AzureImds | undefined;
    if (permission.isAllowed) {
      ctx.log.debug(`IMDS of Azure may be asked: ${permission.why}`);
      const silentTriesMax = platformFact === undefined ? SILENT_TRIES : Number.POSITIVE_INFINITY;
      const answer = await readImds(ctx.sys, ctx.log, { ...settings, silentTriesMax });
      imds = "document" in answer ? parseAzureImds(answer.document) : undefined;
      noImds = "reason" in answer ? answer : undefined;
    } else {
      noImds = { reason: permission.reason, isSilent: true };
    }
    const { found, broken } = search;
    if (found === undefined && imds === undefined) {
      const where = search.looked.length === 0 ? "no device" : search.looked.join(", ");
      const reason = `No OVF or IMDS available (looked at ${where}; ${[...broken, noImds?.reason ?? ""].join("; ")})`;
      const isHere = platformFact !== undefined;
      if (broken.length > 0 || (isHere && noImds?.isSilent !== true)) {
        throw new Error(reason);
      }
      return { found: false, reason, ...(isHere ? { isSilent: true } : {}) };
    }
    for (const reason of broken) {
      ctx.log.warn(`Broken provisioning document: ${reason}`);
    }
    if (imds === undefined) {
      const level = permission.isAllowed ? "warn" : "debug";
      ctx.log[level](`IMDS is not used: ${noImds?.reason ?? "it gives no object"}`);
    }
    return claim(ctx, settings, { found, imds, mayReport: permission.isAllowed });
  },
};

const DEFAULT_IMDS_URL = "http://169.254.169.254/metadata";
const DEFAULT_WIRESERVER = "168.63.129.16";
const DEFAULT_DATA_DIRECTORY = "/var/lib/waagent";
const CHASSIS_ASSET_TAG = "7783-7084-3265-9085-8269-3286-77";
const IMDS_WAIT_S = 300;
const IMDS_TIMEOUT_S = 30;
/** Where only the administrator says that this is Azure. */
const SILENT_TRIES = 11;
const REPORT_WAIT_MS = 20 * 60 * 1000;
const REPORT_WAIT_MS_UNSURE = 2 * 60 * 1000;

interface Settings {
  readonly baseUrl: string;
  readonly wireserver: string;
  readonly dataDirectory: string;
  readonly maxWaitMs: number;
  readonly timeoutMs: number;
  readonly reportsReady: boolean;
  readonly appliesNetwork: boolean;
  readonly withSecondaryAddresses: boolean;
  readonly setsNames: boolean;
}

function readSettings(ctx: DatasourceContext): Settings {
  const { config } = ctx;
  const text = (key: string, pattern: RegExp, expected: string, defaultValue: string): string => {
    const value = config[key];
    if (value === undefined || value === null || value === "") {
      return defaultValue;
    }
    if (typeof value !== "string" || !pattern.test(value.trim())) {
      throw new Error(`Cannot use "datasource.Azure.${key}": expected ${expected}`);
    }
    return value.trim();
  };
  const seconds = (key: string, defaultValue: number): number =>
    Math.max(1, numberSetting(ctx, "Azure", key, defaultValue));
  return {
    baseUrl: text("imds_url", /^https?:\/\/\S+$/u, "an address", DEFAULT_IMDS_URL),
    wireserver: text("wireserver", /^[\w.:[\]-]+$/u, "host or host:port", DEFAULT_WIRESERVER),
    dataDirectory: text("data_dir", /^\/[^\0]*$/u, "an absolute path", DEFAULT_DATA_DIRECTORY),
    maxWaitMs: seconds("max_wait", IMDS_WAIT_S) * 1000,
    timeoutMs: seconds("timeout", IMDS_TIMEOUT_S) * 1000,
    reportsReady:
      !isFalse(config["report_ready"]) && !isTrue(config["experimental_skip_ready_report"]),
    appliesNetwork: !isFalse(config["apply_network_config"]),
    withSecondaryAddresses: !isFalse(config["apply_network_config_for_secondary_ips"]),
    setsNames: !isFalse(config["apply_network_config_set_name"]),
  };
}

/** What says here, without asking anybody, that this is Azure; a disc may be anybody's. */
function findPlatformFact(
  { sys }: DatasourceContext,
  found: FoundProvisioning | undefined,
): string | undefined {
  if (readDmi(sys, "chassis_asset_tag") === CHASSIS_ASSET_TAG) {
    return `chassis asset tag is "${CHASSIS_ASSET_TAG}"`;
  }
  return found?.isSeed === true ? `seed directory is "${found.source}"` : undefined;
}

interface Sources {
  readonly found: FoundProvisioning | undefined;
  readonly imds: AzureImds | undefined;
  /** Whether the wireserver may be told. */
  readonly mayReport: boolean;
}

async function claim(
  ctx: DatasourceContext,
  settings: Settings,
  sources: Sources,
): Promise<DatasourceAnswer> {
  const { found, imds } = sources;
  const provisioning = found?.provisioning;
  const preprovisioning = provisioning?.preprovisioning ?? imds?.preprovisioning;
  if (preprovisioning !== undefined) {
    ctx.log.warn("Azure pre-provisioning is not supported");
    return { found: false, reason: "the machine waits for its owner (pre-provisioning)" };
  }
  const problems: Problem[] = [...(provisioning?.problems ?? []), ...(imds?.problems ?? [])];
  const id = chooseAzureId({
    firmware: readDmi(ctx.sys, "product_uuid"),
    vmId: imds?.vmId,
    kept: readTextIfExists(ctx.sys.fs, ctx.paths.instanceIdFile),
    keptHere: await readKept(ctx),
  });
  const keys = chooseKeys(ctx, provisioning, imds);
  const network = await readNetwork(settings, imds, problems);
  const config = buildConfig(ctx, id, sources, problems);
  for (const problem of problems) {
    ctx.log.warn(formatProblem(problem));
  }
  const hostname = imds?.hostname ?? provisioning?.hostname;
  const userData = provisioning?.customData ?? imds?.userData;
  const zone = imds?.faultDomain;
  const className = ctx.sys.process.platform === "aix" ? "DataSourceAzureNet" : "DataSourceAzure";
  const instance: Instance = {
    id,
    datasource: "Azure",
    description: `${className} [seed=${found?.source ?? IMDS_SOURCE}]`,
    platform: "azure",
    dsmode: "net",
    ...(hostname === undefined ? {} : { localHostname: hostname }),
    publicKeys: keys,
    ...(zone === undefined ? {} : { availabilityZone: zone }),
    ...(userData === undefined ? {} : { userData }),
    ...(network === undefined ? {} : { network }),
    files: [],
    config,
    rawMetadata: {
      "instance-id": id,
      ...(hostname === undefined ? {} : { "local-hostname": hostname }),
      ...(imds === undefined ? {} : { imds: imds.raw }),
      ...(imds?.location === undefined ? {} : { region: imds.location }),
    },
  };
  const afterStored = sources.mayReport
    ? createReport(ctx, settings, id, findPlatformFact(ctx, found) !== undefined)
    : undefined;
  return {
    found: true,
    instance,
    ...(problems.length === 0 ? {} : { problems }),
    ...(afterStored === undefined ? {} : { afterStored }),
  };
}

/** What this machine was in Azure, and which UUID IMDS gave it then. */
async function readKept(ctx: DatasourceContext): Promise<KeptAzure | undefined> {
  const kept = await readKeptInstance(ctx, "Azure");
  const vmId = valueAt(kept?.rawMetadata, "imds", "compute", "vmId");
  return kept === undefined
    ? undefined
    : { id: kept.id, ...(typeof vmId === "string" ? { vmId } : {}) };
}

/** Those of IMDS, else those of the document; keys that are certificates are not asked for. */
function chooseKeys(
  { log }: DatasourceContext,
  provisioning: FoundProvisioning["provisioning"] | undefined,
  imds: AzureImds | undefined,
): readonly string[] {
  if (imds !== undefined && imds.publicKeys.length > 0) {
    return imds.publicKeys;
  }
  const count = provisioning?.fingerprints.length ?? 0;
  if (count > 0) {
    log.warn(
      `Left out SSH keys that the provisioning document has only as fingerprints of certificates: ${count}`,
    );
  }
  return provisioning?.publicKeys ?? [];
}

async function readNetwork(
  settings: Settings,
  imds: AzureImds | undefined,
  problems: Problem[],
): Promise<InstanceNetwork | undefined> {
  if (imds === undefined || !settings.appliesNetwork) {
    return undefined;
  }
  const { buildImdsNetwork } = await import("./azure/imds-network.ts");
  const network = buildImdsNetwork(imds.network, settings);
  problems.push(...(network?.problems ?? []));
  return network === undefined || network.config.interfaces.length === 0
    ? undefined
    : { source: IMDS_SOURCE, config: network.config };
}

/** The default user's name and password, and whether passwords are good for ssh. */
function buildConfig(
  ctx: DatasourceContext,
  id: string,
  { found, imds }: Sources,
  problems: Problem[],
): Readonly<Record<string, unknown>> {
  const provisioning = found?.provisioning;
  const name = imds?.userName ?? provisioning?.userName;
  const isDisabled = imds?.isSshPasswordDisabled ?? provisioning?.isSshPasswordDisabled;
  const password = provisioning?.password;
  let hash: string | undefined;
  if (password !== undefined && ctx.sys.process.platform === "aix") {
    const message = "The password is not set: Azure's is made into a hash that AIX does not read";
    problems.push({ message, source: "ovf-env.xml", severity: "warning" });
  } else if (password !== undefined) {
    hash = sha512Crypt(password, saltOf(id));
  }
  const user = {
    ...(name === undefined ? {} : { name }),
    ...(hash === undefined ? {} : { lock_passwd: false, hashed_passwd: hash }),
  };
  const allows = isDisabled === undefined ? (hash === undefined ? undefined : true) : !isDisabled;
  return {
    ...(Object.keys(user).length === 0 ? {} : { user }),
    ...(allows === undefined ? {} : { ssh_pwauth: allows }),
  };
}

/** The same at each boot, so that the hash is too, and another one on each machine. */
function saltOf(id: string): string {
  return sha512Crypt(id, "azure").slice(-16).replaceAll("$", ".");
}

/** Once per instance: the wireserver counts a machine's first boot alone. */
function createReport(
  { sys, log, paths }: DatasourceContext,
  settings: Settings,
  id: string,
  isSure: boolean,
): (() => Promise<void>) | undefined {
  const marker = `${paths.dataDir}/azure-reported-ready`;
  if (!settings.reportsReady || readTextIfExists(sys.fs, marker)?.trim() === id) {
    return undefined;
  }
  return async () => {
    try {
      const { reportReady } = await import("./azure/wireserver.ts");
      await reportReady(sys, log, {
        address: settings.wireserver,
        maxWaitMs: isSure ? REPORT_WAIT_MS : REPORT_WAIT_MS_UNSURE,
      });
      sys.fs.write(marker, `${id}\n`, { mode: 0o600 });
      log.info("Reported to Azure that this machine is ready");
    } catch (error) {
      log.warn(`Cannot report to Azure that this machine is ready: ${errorMessage(error)}`);
    }
  };
}
