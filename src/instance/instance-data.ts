import { isSecretKey } from "../report/secrets.ts";
import { Buffer } from "node:buffer";
import { isRecord } from "../text/record.ts";
import { resolveNames } from "./hostname.ts";
import type { Instance } from "./instance.ts";
import type { SystemFacts } from "./system-facts.ts";

/** The content of instance-data.json: JSON values only. */
export type InstanceData = Readonly<Record<string, unknown>>;

export interface InstanceDataInput {
  readonly instance: Instance;
  readonly facts: SystemFacts;
  /** Name and family of the distro: "debian", "aix". */
  readonly distro: { readonly name: string; readonly family: string };
  /** What runs this program, for `python_version`: templates may list keys. */
  readonly runtime: string;
  /** cloud.cfg, cloud.cfg.d and what is below them, merged. */
  readonly systemConfig: Readonly<Record<string, unknown>>;
}

const DS_DOC =
  "EXPERIMENTAL: The structure and format of content scoped under the 'ds' key may change in subsequent releases of cloud-init.";
const CONFIG_DOC =
  "Merged cloud-init system config from /etc/cloud/cloud.cfg and /etc/cloud/cloud.cfg.d/";

/**
 * Everything that instance-data-sensitive.json says of an instance (compat core.md §6), with the
 * paths of what is base64 and of what only root may see.
 */
export function createInstanceData(input: InstanceDataInput): InstanceData {
  const { instance, systemConfig } = input;
  const config = { ...systemConfig, _doc: CONFIG_DOC };
  const found: Findings = { base64Keys: [], sensitiveKeys: [] };
  const content = {
    ds: { _doc: DS_DOC, meta_data: metadataOf(instance) },
    merged_cfg: config,
    merged_system_cfg: config,
    sys_info: systemInfo(input),
    v1: standardKeys(input),
  };
  const data = toJsonValue(content, "", found);
  return {
    ...(isRecord(data) ? data : {}),
    base64_encoded_keys: [...found.base64Keys].sort(),
    sensitive_keys: [...found.sensitiveKeys].sort(),
  };
}

const REDACTED = "redacted for non-root user";

/** The data as everybody may read it. */
export function redactInstanceData(data: InstanceData): InstanceData {
  const keys = data["sensitive_keys"];
  const paths = new Set(Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : []);
  const redacted = redact(data, "", paths);
  return isRecord(redacted) ? redacted : {};
}

/** Name of the cloud, as `cloud-id` tells it: of EC2 and Azure, the separate parts of the world are clouds of their own. */
export function cloudIdOf(cloudName: string, region: string | undefined): string {
  if (region?.startsWith("cn-") === true) {
    return "aws-china";
  }
  if (region?.startsWith("us-gov-") === true) {
    return "aws-gov";
  }
  return region?.startsWith("china") === true ? "azure-china" : cloudName;
}

/** The datasource's metadata; the seed of the random generator is bytes. */
function metadataOf(instance: Instance): Readonly<Record<string, unknown>> {
  const { rawMetadata, randomSeed } = instance;
  return {
    ...rawMetadata,
    ...(randomSeed === undefined || rawMetadata["random_seed"] === undefined
      ? {}
      : { random_seed: randomSeed }),
    "instance-id": instance.id,
  };
}

function systemInfo({ facts, runtime, distro }: InstanceDataInput): Record<string, unknown> {
  const [system, , release, , machine] = facts.uname;
  return {
    dist: facts.dist,
    platform: `${system}-${release}-${machine}`,
    python: runtime,
    release,
    system,
    uname: facts.uname,
    variant: distro.family,
  };
}

function standardKeys(input: InstanceDataInput): Record<string, unknown> {
  const { instance, facts, distro, runtime } = input;
  const [system, , release, , machine] = facts.uname;
  const [, distroVersion, distroRelease] = facts.dist;
  const cloudName = instance.datasource.toLowerCase();
  const region = textAt(instance.rawMetadata, "region");
  const hostname = resolveNames({ config: {}, instance }).hostname ?? null;
  const zone = instance.availabilityZone ?? null;
  return {
    _beta_keys: ["subplatform"],
    "availability-zone": zone,
    availability_zone: zone,
    cloud_id: cloudIdOf(cloudName, region),
    "cloud-name": cloudName,
    cloud_name: cloudName,
    distro: distro.name,
    distro_release: distroRelease,
    distro_version: distroVersion,
    "instance-id": instance.id,
    instance_id: instance.id,
    kernel_release: release,
    "local-hostname": hostname,
    local_hostname: hostname,
    machine,
    platform: cloudName,
    public_ssh_keys: instance.publicKeys,
    python_version: runtime,
    region: region ?? null,
    subplatform: subplatformOf(instance.description),
    system_platform: `${system}-${release}-${machine}`,
    variant: distro.family,
  };
}

function textAt(mapping: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = mapping[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `DataSourceConfigDrive [net,ver=2][source=cd0]` came from "config-disk (cd0)". Of several seeds the last one counts. */
function subplatformOf(description: string): string {
  const source = /\[source=([^\]]*)\]/u.exec(description)?.[1] ?? lastSeed(description);
  if (source === undefined || source === "") {
    return "unknown";
  }
  if (/^https?:/u.test(source)) {
    return `metadata (${source})`;
  }
  return source.includes("/seed/") ? `seed-dir (${source})` : `config-disk (${source})`;
}

/** Of a NoCloud; addresses have brackets of their own. */
function lastSeed(description: string): string | undefined {
  const seeds = /^DataSourceNoCloud\S* \[seed=(.*?)\](?:\[dsmode=|$)/u.exec(description)?.[1];
  return seeds?.split(",").at(-1);
}

interface Findings {
  readonly base64Keys: string[];
  readonly sensitiveKeys: string[];
}

/** Names, and paths, of keys that only root may read; the last three are ours. */
const SENSITIVE: ReadonlySet<string> = new Set([
  "combined_cloud_config",
  "merged_cfg",
  "merged_system_cfg",
  "security-credentials",
  "userdata",
  "user-data",
  "user_data",
  "vendordata",
  "vendor-data",
  "ds/vendor_data",
  "admin_pass",
  "adminpass",
  "random_seed",
]);
const BASE64_PREFIX = "ci-b64:";
const DEPTH_MAX = 100;

/** Bytes become base64; where such a value and where a sensitive one stands is noted. */
function toJsonValue(value: unknown, path: string, found: Findings, depth = 0): unknown {
  if (value instanceof Uint8Array) {
    found.base64Keys.push(path);
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  }
  if (typeof value === "string" && value.startsWith(BASE64_PREFIX)) {
    found.base64Keys.push(path);
    return value.slice(BASE64_PREFIX.length);
  }
  if (depth > DEPTH_MAX) {
    return null;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => toJsonValue(item, `${path}/${index}`, found, depth + 1));
  }
  if (!isRecord(value)) {
    return value ?? null;
  }
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const itemPath = path === "" ? key : `${path}/${key}`;
    const isSensitive = SENSITIVE.has(key.toLowerCase()) || SENSITIVE.has(itemPath.toLowerCase());
    if (isSensitive || isSecretKey(key)) {
      found.sensitiveKeys.push(itemPath);
    }
    return [key, toJsonValue(item, itemPath, found, depth + 1)];
  });
  return Object.fromEntries(entries);
}

function redact(value: unknown, path: string, hidden: ReadonlySet<string>): unknown {
  if (hidden.has(path)) {
    return REDACTED;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => redact(item, `${path}/${index}`, hidden));
  }
  if (!isRecord(value)) {
    return value;
  }
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [
    key,
    redact(item, path === "" ? key : `${path}/${key}`, hidden),
  ]);
  return Object.fromEntries(entries);
}
