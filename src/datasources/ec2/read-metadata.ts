import type { Instance } from "../../instance/instance.ts";
import type { Logger } from "../../report/logger.ts";
import { decodeBase64 } from "../../text/base64.ts";
import { parseInteger } from "../../text/integer-option.ts";
import { parseJsonBytes } from "../../text/parse-json-bytes.ts";
import { isRecord } from "../../text/record.ts";
import { crawlTree } from "../http/crawl-tree.ts";
import { joinUrl } from "../http/join-url.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "../instance-id.ts";
import { keepableMetadata } from "../keepable-metadata.ts";
import { parsePublicKeys } from "../public-keys.ts";
import type { Ec2Service } from "./connect.ts";

/** What the tree says, not yet an instance. */
export interface Ec2Metadata {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The identity document of AWS; empty elsewhere. */
  readonly identity: Readonly<Record<string, unknown>>;
  readonly userData?: Uint8Array;
}

const LEAF_BYTES_MAX = 1024 * 1024;
/** compat datasources-clouds.md §1.4. */
const LEAF_TIMEOUT_MS = 5000;

/** Reads user-data, the tree and, from AWS, the identity document (compat datasources-clouds.md §4.1). Throws where the tree cannot be read. */
export async function readEc2Metadata(service: Ec2Service, log: Logger): Promise<Ec2Metadata> {
  const { base, version, get } = service;
  const at = (path: string): string => joinUrl(base, `${version}/${path}`);
  const userData = await get(at("user-data"));
  const metadata = await crawlTree(at("meta-data"), {
    get: (url) => get(url, { timeoutMs: LEAF_TIMEOUT_MS, maxBodyBytes: LEAF_BYTES_MAX }),
    log,
    // Tags of instances come and go.
    missing: (url) => (url.includes("/meta-data/tags/") ? "(skipped)" : undefined),
  });
  const identity = service.hasTokens
    ? await readIdentity(() => get(at("dynamic/instance-identity/document")), log)
    : {};
  return {
    metadata,
    identity,
    ...(userData === undefined || userData.length === 0
      ? {}
      : { userData: decodeUserData(userData) }),
  };
}

async function readIdentity(
  read: () => Promise<Uint8Array | undefined>,
  log: Logger,
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await read();
  if (bytes === undefined) {
    return {};
  }
  const parsed = parseJsonBytes(bytes);
  if ("value" in parsed && isRecord(parsed.value)) {
    return parsed.value;
  }
  log.warn(
    `Cannot use the instance identity document: ${"fault" in parsed ? parsed.fault : "expected a JSON object"}`,
  );
  return {};
}

/** Some launch tools encode it once more; what is valid base64 as a whole is taken for that. */
function decodeUserData(bytes: Uint8Array): Uint8Array {
  const isPlain = bytes.every(
    (byte) => byte === 0x0a || byte === 0x0d || (byte > 0x20 && byte < 0x7f),
  );
  const decoded = isPlain ? decodeBase64(new TextDecoder().decode(bytes)) : undefined;
  return decoded === undefined || decoded.length === 0 ? bytes : Uint8Array.from(decoded);
}

/** What of an instance the metadata gives. Throws where it has no id. */
export function toInstanceFields({
  metadata,
  identity,
  userData,
}: Ec2Metadata): Omit<Instance, "datasource" | "description" | "dsmode" | "platform"> {
  const id = parseInstanceId(identity["instanceId"] ?? metadata["instance-id"]);
  if (id === undefined) {
    throw new Error(
      `Cannot read the metadata: expected "instance-id" to be ${INSTANCE_ID_EXPECTED}`,
    );
  }
  const placement = isRecord(metadata["placement"]) ? metadata["placement"] : {};
  const zone = textOf(identity["availabilityZone"]) ?? textOf(placement["availability-zone"]);
  const region = textOf(identity["region"]) ?? /^(.+\d)[a-z]$/u.exec(zone ?? "")?.[1];
  const hostname = textOf(metadata["local-hostname"]);
  const launchIndex = parseInteger(metadata["ami-launch-index"]);
  return {
    id,
    ...(hostname === undefined ? {} : { localHostname: hostname }),
    publicKeys: parsePublicKeys(metadata["public-keys"]),
    ...(zone === undefined ? {} : { availabilityZone: zone }),
    ...(launchIndex === undefined ? {} : { launchIndex }),
    ...(userData === undefined ? {} : { userData }),
    files: [],
    rawMetadata: keepableMetadata({
      ...metadata,
      "instance-id": id,
      ...(region === undefined ? {} : { region }),
      ...(Object.keys(identity).length === 0
        ? {}
        : { "instance-identity": { document: identity } }),
    }),
  };
}

/** Several names, as some clouds give them, come as lines: the first counts. */
function textOf(value: unknown): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  const trimmed = typeof text === "string" ? text.trim() : "";
  return trimmed === "" ? undefined : trimmed;
}
