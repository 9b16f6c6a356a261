import type { Instance } from "../instance/instance.ts";
import type { FileTree } from "../system/file-tree.ts";
import { decodeBase64 } from "../text/base64.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { isRecord } from "../text/record.ts";
import { createDriveReader, type DriveReader } from "./drive-reader.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "./instance-id.ts";
import { keepableMetadata } from "./keepable-metadata.ts";
import { readInjectedFiles } from "./openstack-files.ts";
import { parsePublicKeys } from "./public-keys.ts";
import { convertVendorData } from "./vendor-data.ts";

/** What an OpenStack tree says of an instance; where and when it applies is the datasource's to say. */
export type OpenStackMetadata = Omit<
  Instance,
  "datasource" | "description" | "dsmode" | "network" | "platform"
> & {
  /** Of the tree: 2 with openstack/, 1 the old one. */
  readonly layout: 1 | 2;
  /** As given, not yet checked. */
  readonly dsmode?: string;
  /** network_data.json, parsed. */
  readonly networkData?: { readonly source: string; readonly data: unknown };
  /** Debian interfaces text. */
  readonly interfaces?: { readonly source: string; readonly text: string };
  /** What could not be used; the rest is as given. */
  readonly problems: readonly Problem[];
};

/** The answer for one tree. */
export type OpenStackAnswer =
  | { readonly kind: "found"; readonly metadata: OpenStackMetadata }
  /** The tree has no such metadata. */
  | { readonly kind: "none" }
  /** It has, and the instance cannot be told from it. */
  | { readonly kind: "broken"; readonly reason: string };

/**
 * Reads the tree that nova writes to a config drive and serves by HTTP (nova, "Metadata"; compat
 * datasources.md §3.2, §3.3). Of the dated versions the newest that is there counts, else "latest".
 * Only meta_data.json must be right: of what else is wrong, the item is left out. Without
 * `hasContent` what refers to content/ is not looked at.
 */
export function parseOpenStackMetadata(
  tree: FileTree,
  { hasContent = true }: { readonly hasContent?: boolean } = {},
): OpenStackAnswer {
  const reader = createDriveReader(tree);
  const chosen = readMetadataFile(reader);
  if (chosen === undefined) {
    return { kind: "none" };
  }
  if ("reason" in chosen) {
    return { kind: "broken", reason: chosen.reason };
  }
  const { directory, raw } = chosen;
  const path = `${directory}/meta_data.json`;
  const id = parseInstanceId(raw["uuid"]);
  if (id === undefined) {
    const found = raw["uuid"] === "" ? "empty text" : describeKind(raw["uuid"]);
    return {
      kind: "broken",
      reason: `Cannot read "${path}": expected "uuid" to be ${INSTANCE_ID_EXPECTED}, found ${found}`,
    };
  }
  const hostname = readText(reader, path, raw, "hostname");
  return {
    kind: "found",
    metadata: {
      layout: 2,
      id,
      ...(hostname === undefined ? {} : { localHostname: hostname }),
      publicKeys: parsePublicKeys(raw["public_keys"]),
      ...readPlace(raw),
      ...readRandomSeed(reader, path, raw["random_seed"]),
      ...readUserData(reader, directory),
      ...readVendorData(reader, directory),
      files: hasContent ? readInjectedFiles(reader, path, raw["files"]) : [],
      rawMetadata: readRawMetadata(reader, raw, id, hostname),
      ...readDsmode(raw),
      ...readNetworkData(reader, directory),
      ...(hasContent ? readInterfaces(reader, path, raw) : {}),
      problems: reader.problems,
    },
  };
}

/** Names of the dated directories, newest first. */
export const OPENSTACK_VERSIONS: readonly string[] = [
  "2018-08-27",
  "2017-02-22",
  "2016-10-06",
  "2016-06-30",
  "2015-10-15",
  "2013-10-17",
  "2013-04-04",
  "2012-08-10",
];
const METADATA_BYTES_MAX = 4 * 1024 * 1024;
const USER_DATA_BYTES_MAX = 64 * 1024 * 1024;
const NETWORK_BYTES_MAX = 4 * 1024 * 1024;
const VENDOR_DATA_BYTES_MAX = 64 * 1024 * 1024;

function readMetadataFile(
  reader: DriveReader,
):
  | { readonly directory: string; readonly raw: Readonly<Record<string, unknown>> }
  | { readonly reason: string }
  | undefined {
  try {
    const newest = OPENSTACK_VERSIONS.find(
      (version) => reader.tree.list(`openstack/${version}`).length > 0,
    );
    const candidates = [newest, "latest", ...OPENSTACK_VERSIONS].filter(
      (name) => name !== undefined,
    );
    for (const version of candidates) {
      const directory = `openstack/${version}`;
      const read = reader.readJson(`${directory}/meta_data.json`, METADATA_BYTES_MAX);
      if (read === undefined) {
        continue;
      }
      if ("reason" in read) {
        return read;
      }
      if (!isRecord(read.value)) {
        const found = describeKind(read.value);
        return {
          reason: `Cannot read "${directory}/meta_data.json": expected a JSON object, found ${found}`,
        };
      }
      return { directory, raw: read.value };
    }
    return undefined;
  } catch (error) {
    // The directories of the tree cannot be read.
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

function readText(
  reader: DriveReader,
  path: string,
  raw: Readonly<Record<string, unknown>>,
  key: string,
): string | undefined {
  const value = raw[key];
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "string") {
    reader.report(path, `Cannot use "${key}": expected text, found ${describeKind(value)}`, [key]);
    return undefined;
  }
  return value.trim() === "" ? undefined : value.trim();
}

/**
 * Nova writes "launch_index"; only "launch-index" filters the parts of user-data, in cloud-init as
 * here (compat datasources.md §3.3).
 */
function readPlace(
  raw: Readonly<Record<string, unknown>>,
): Pick<Instance, "availabilityZone" | "launchIndex"> {
  const zone = raw["availability-zone"] ?? raw["availability_zone"];
  const index = raw["launch-index"];
  return {
    ...(typeof zone === "string" && zone !== "" ? { availabilityZone: zone } : {}),
    ...(typeof index === "number" && Number.isInteger(index) ? { launchIndex: index } : {}),
  };
}

function readRandomSeed(
  reader: DriveReader,
  path: string,
  value: unknown,
): Pick<Instance, "randomSeed"> {
  if (value === undefined || value === null) {
    return {};
  }
  const bytes = typeof value === "string" ? decodeBase64(value) : undefined;
  if (bytes === undefined) {
    reader.report(path, `Cannot use "random_seed": expected base64, found ${describeKind(value)}`, [
      "random_seed",
    ]);
    return {};
  }
  return { randomSeed: Uint8Array.from(bytes) };
}

function readUserData(reader: DriveReader, directory: string): Pick<Instance, "userData"> {
  const userData = reader.readOptional(`${directory}/user_data`, USER_DATA_BYTES_MAX);
  return userData === undefined ? {} : { userData };
}

function readVendorData(
  reader: DriveReader,
  directory: string,
): Pick<Instance, "vendorData" | "vendorData2"> {
  const read = (name: string, shown: string): Uint8Array | undefined => {
    const path = `${directory}/${name}`;
    const parsed = reader.readJson(path, VENDOR_DATA_BYTES_MAX);
    if (parsed === undefined) {
      return undefined;
    }
    if ("reason" in parsed) {
      reader.report(path, `Invalid content in ${shown}: ${parsed.reason}`);
      return undefined;
    }
    const { data, fault } = convertVendorData(parsed.value);
    if (fault !== undefined) {
      reader.report(path, `Invalid content in ${shown}: ${fault}`);
    }
    return data;
  };
  const vendorData = read("vendor_data.json", "vendor-data");
  const vendorData2 = read("vendor_data2.json", "vendor-data2");
  return {
    ...(vendorData === undefined ? {} : { vendorData }),
    ...(vendorData2 === undefined ? {} : { vendorData2 }),
  };
}

function readRawMetadata(
  reader: DriveReader,
  raw: Readonly<Record<string, unknown>>,
  id: string,
  hostname: string | undefined,
): Readonly<Record<string, unknown>> {
  const path = "ec2/latest/meta-data.json";
  const ec2 = reader.readJson(path, METADATA_BYTES_MAX);
  if (ec2 !== undefined && "reason" in ec2) {
    reader.report(path, ec2.reason);
  }
  return keepableMetadata({
    ...raw,
    "instance-id": id,
    ...(hostname === undefined ? {} : { "local-hostname": hostname }),
    ...(ec2 !== undefined && "value" in ec2 && isRecord(ec2.value)
      ? { "ec2-metadata": ec2.value }
      : {}),
  });
}

function readDsmode(raw: Readonly<Record<string, unknown>>): Pick<OpenStackMetadata, "dsmode"> {
  const meta = raw["meta"];
  const dsmode = isRecord(meta) ? meta["dsmode"] : undefined;
  return dsmode === undefined || dsmode === null ? {} : { dsmode: describeMode(dsmode) };
}

function describeMode(value: unknown): string {
  return typeof value === "string" ? value : describeKind(value);
}

function readNetworkData(
  reader: DriveReader,
  directory: string,
): Pick<OpenStackMetadata, "networkData"> {
  const source = `${directory}/network_data.json`;
  const parsed = reader.readJson(source, NETWORK_BYTES_MAX);
  if (parsed === undefined) {
    return {};
  }
  if ("reason" in parsed) {
    reader.report(source, parsed.reason);
    return {};
  }
  return { networkData: { source, data: parsed.value } };
}

/**
 * The text that `network_config.content_path` names; else content/0000, where nova puts it, if it
 * looks like one and no injected file is made of it.
 */
function readInterfaces(
  reader: DriveReader,
  path: string,
  raw: Readonly<Record<string, unknown>>,
): Pick<OpenStackMetadata, "interfaces"> {
  const config = raw["network_config"];
  const contentPath = isRecord(config) ? config["content_path"] : undefined;
  if (contentPath !== undefined && contentPath !== null) {
    const at = ["network_config", "content_path"];
    const content = reader.readContent(path, contentPath, at, NETWORK_BYTES_MAX);
    return content === undefined
      ? {}
      : { interfaces: { source: content.source, text: new TextDecoder().decode(content.bytes) } };
  }
  if (isInjectedFile(raw["files"], DEFAULT_CONTENT)) {
    return {};
  }
  const source = `openstack/${DEFAULT_CONTENT}`;
  const bytes = findInterfacesText(reader, source);
  return bytes === undefined
    ? {}
    : { interfaces: { source, text: new TextDecoder().decode(bytes) } };
}

const DEFAULT_CONTENT = "content/0000";

function isInjectedFile(files: unknown, content: string): boolean {
  return (
    Array.isArray(files) &&
    files.some((entry: unknown) => {
      const path = isRecord(entry) ? entry["content_path"] : undefined;
      return typeof path === "string" && path.replace(/^\/+/u, "") === content;
    })
  );
}

/** Quietly: a file that nothing refers to may be anything. */
function findInterfacesText(reader: DriveReader, source: string): Uint8Array | undefined {
  try {
    const bytes = reader.tree.readBytes(source, NETWORK_BYTES_MAX);
    const text = bytes === undefined ? "" : new TextDecoder().decode(bytes);
    return /^[ \t]*(?:auto|iface|allow-\w+)[ \t]+\S/mu.test(text) ? bytes : undefined;
  } catch {
    return undefined;
  }
}
