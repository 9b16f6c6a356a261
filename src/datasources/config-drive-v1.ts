import type { FileTree } from "../system/file-tree.ts";
import { describeKind } from "../text/describe-kind.ts";
import { isRecord } from "../text/record.ts";
import { createDriveReader, type DriveReader } from "./drive-reader.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "./instance-id.ts";
import type { OpenStackAnswer } from "./openstack-metadata.ts";
import { parsePublicKeys } from "./public-keys.ts";

/**
 * Reads the first layout of config drives, from before openstack/ was on them (compat
 * datasources.md §3.4): interfaces text, meta.js and a user's keys at fixed places, each optional.
 */
export function parseConfigDriveV1(tree: FileTree): OpenStackAnswer {
  const reader = createDriveReader(tree);
  const interfaces = readText(reader, INTERFACES_FILE);
  const keysText = readText(reader, KEYS_FILE);
  const meta = reader.readJson(META_FILE, FILE_BYTES_MAX);
  if (meta === undefined && interfaces === undefined && keysText === undefined) {
    const [problem] = reader.problems;
    return problem === undefined ? { kind: "none" } : { kind: "broken", reason: problem.message };
  }
  if (meta !== undefined && "reason" in meta) {
    return { kind: "broken", reason: meta.reason };
  }
  const raw = meta === undefined ? {} : meta.value;
  if (!isRecord(raw)) {
    const found = describeKind(raw);
    return {
      kind: "broken",
      reason: `Cannot read "${META_FILE}": expected a JSON object, found ${found}`,
    };
  }
  const id = parseInstanceId(raw["instance-id"] ?? DEFAULT_ID);
  if (id === undefined) {
    return {
      kind: "broken",
      reason: `Cannot read "${META_FILE}": expected "instance-id" to be ${INSTANCE_ID_EXPECTED}`,
    };
  }
  const ownKeys = parsePublicKeys(raw["public-keys"]);
  const hostname = raw["local-hostname"];
  const userData = raw["user-data"];
  const dsmode = raw["dsmode"];
  return {
    kind: "found",
    metadata: {
      layout: 1,
      id,
      ...(typeof hostname === "string" && hostname !== "" ? { localHostname: hostname } : {}),
      publicKeys: ownKeys.length > 0 ? ownKeys : parsePublicKeys(keysText),
      ...(typeof userData === "string" ? { userData: new TextEncoder().encode(userData) } : {}),
      files: [],
      rawMetadata: {
        "instance-id": id,
        ...(meta === undefined ? {} : { meta_js: raw }),
        ...(keysText === undefined ? {} : { authorized_keys: keysText }),
        ...(interfaces === undefined ? {} : { network_config: interfaces }),
      },
      ...(dsmode === undefined || dsmode === null
        ? {}
        : { dsmode: typeof dsmode === "string" ? dsmode : describeKind(dsmode) }),
      ...(interfaces === undefined
        ? {}
        : { interfaces: { source: INTERFACES_FILE, text: interfaces } }),
      problems: reader.problems,
    },
  };
}

const INTERFACES_FILE = "etc/network/interfaces";
const META_FILE = "meta.js";
const KEYS_FILE = "root/.ssh/authorized_keys";
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const DEFAULT_ID = "iid-dsconfigdrive";

function readText(reader: DriveReader, path: string): string | undefined {
  const bytes = reader.readOptional(path, FILE_BYTES_MAX);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
