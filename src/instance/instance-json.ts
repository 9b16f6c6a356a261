import type { InjectedFile, Instance, InstanceNetwork } from "./instance.ts";
import { isRecord } from "../text/record.ts";

/**
 * The instance as JSON text, without user-data and vendor-data: those are files of their own
 * beside it, and can be large.
 */
export function instanceToJson(instance: Instance): string {
  const { userData: _user, vendorData: _vendor, vendorData2: _vendor2, ...rest } = instance;
  return `${JSON.stringify({ format: FORMAT, instance: rest }, encodeBytes)}\n`;
}

/** The instance in `text`, or undefined where it is anything else: a pickle of the old agent, a file cut short. */
export function instanceFromJson(text: string): Instance | undefined {
  let parsed: unknown;
  try {
    parsed = decodeKnownBytes(JSON.parse(text));
  } catch {
    return undefined;
  }
  if (!isRecord(parsed) || parsed["format"] !== FORMAT || !isInstance(parsed["instance"])) {
    return undefined;
  }
  return parsed["instance"];
}

const FORMAT = "cloud-init-aix instance 1";
const BYTES_KEY = "base64";

function encodeBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array
    ? { [BYTES_KEY]: Buffer.from(value).toString("base64") }
    : value;
}

/** Only the fields that are bytes: metadata may have a key "base64" of its own. */
function decodeKnownBytes(parsed: unknown): unknown {
  const instance = isRecord(parsed) ? parsed["instance"] : undefined;
  if (!isRecord(parsed) || !isRecord(instance)) {
    return parsed;
  }
  const { randomSeed, files } = instance;
  return {
    ...parsed,
    instance: {
      ...instance,
      ...(randomSeed === undefined ? {} : { randomSeed: decodeBytes(randomSeed) }),
      ...(Array.isArray(files) ? { files: files.map(decodeFile) } : {}),
    },
  };
}

function decodeFile(file: unknown): unknown {
  return isRecord(file) ? { ...file, content: decodeBytes(file["content"]) } : file;
}

function decodeBytes(value: unknown): unknown {
  if (isRecord(value) && Object.keys(value).length === 1 && typeof value[BYTES_KEY] === "string") {
    return new Uint8Array(Buffer.from(value[BYTES_KEY], "base64"));
  }
  return value;
}

function isInstance(value: unknown): value is Instance {
  return (
    isRecord(value) &&
    typeof value["id"] === "string" &&
    isSafeInstanceId(value["id"]) &&
    typeof value["datasource"] === "string" &&
    typeof value["description"] === "string" &&
    typeof value["platform"] === "string" &&
    (value["dsmode"] === "local" || value["dsmode"] === "net" || value["dsmode"] === "pass") &&
    Array.isArray(value["publicKeys"]) &&
    Array.isArray(value["files"]) &&
    value["files"].every(isInjectedFile) &&
    isRecord(value["rawMetadata"]) &&
    (value["config"] === undefined || isRecord(value["config"])) &&
    (value["network"] === undefined || isNetwork(value["network"]))
  );
}

function isInjectedFile(value: unknown): value is InjectedFile {
  return (
    isRecord(value) && typeof value["path"] === "string" && value["content"] instanceof Uint8Array
  );
}

function isNetwork(value: unknown): value is InstanceNetwork {
  return isRecord(value) && typeof value["source"] === "string" && isRecord(value["config"]);
}

/** Whether an id can be the name of a directory under instances/ and of nothing else. */
export function isSafeInstanceId(id: string): boolean {
  return id !== "" && id !== "." && id !== ".." && !/[/\0\n]/u.test(id);
}
