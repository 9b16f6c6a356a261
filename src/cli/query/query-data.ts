import type { Paths } from "../../instance/paths.ts";
import type { InstanceData } from "../../instance/instance-data.ts";
import { createQueryData } from "../../instance/template-variables.ts";
import { FileError } from "../../system/file-error.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { decodeUtf8 } from "../../text/decode-utf8.ts";
import { gunzip } from "../../text/gunzip.ts";
import { isGzip } from "../../text/is-gzip.ts";
import { isRecord } from "../../text/record.ts";
import { QueryError } from "./query-error.ts";
import { readInstanceData } from "./read-instance-data.ts";

/** Files that the command line names in place of the machine's own; absolute paths. */
export interface QueryFiles {
  readonly instanceData?: string;
  readonly userData?: string;
  readonly vendorData?: string;
}

export interface QueryData {
  /** What `query` prints. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** As it is in the files, for templates. */
  readonly raw: InstanceData;
  /** What a person has to know about it. */
  readonly warnings: readonly string[];
}

const DATA_BYTES_MAX = 64 * 1024 * 1024;

/** Instance-data with user-data, vendor-data and the merged configuration (compat core.md §7.3). Throws a QueryError. */
export function readQueryData(sys: System, paths: Paths, files: QueryFiles): QueryData {
  const { fs } = sys;
  const isRoot = sys.process.uid === 0;
  const redactedPath = `${paths.runDir}/instance-data.json`;
  const sensitivePath = `${paths.runDir}/instance-data-sensitive.json`;
  const warnings: string[] = [];
  let path = files.instanceData ?? (isRoot ? sensitivePath : redactedPath);
  if (path === sensitivePath && fs.stat(path) === undefined) {
    warnings.push(
      `Missing root-readable ${sensitivePath}. Using redacted ${redactedPath} instead.`,
    );
    path = redactedPath;
  }
  const data = readInstanceData(fs, path);
  const read = (file: string): unknown =>
    isRoot ? readData(sys, file) : `<redacted for non-root user> file:${file}`;
  for (const file of [files.userData, files.vendorData]) {
    if (isRoot && file !== undefined && fs.stat(file) === undefined) {
      throw new QueryError(`Missing file: ${file}`);
    }
  }
  const instance = currentInstanceDir(sys, paths);
  const userData = files.userData ?? `${instance}/user-data.txt`;
  const vendorData = files.vendorData ?? `${instance}/vendor-data.txt`;
  const merged = `${paths.runDir}/combined-cloud-config.json`;
  const raw: InstanceData = {
    ...data,
    userdata: read(userData),
    vendordata: read(vendorData),
    combined_cloud_config: isRoot ? readMerged(sys, merged) : read(merged),
  };
  return { shown: createQueryData(raw), raw, warnings };
}

/** By the link, which a state directory from elsewhere may not have. */
function currentInstanceDir(sys: System, paths: Paths): string {
  return sys.fs.readLink(paths.instanceLink) ?? paths.instanceLink;
}

/** Unpacked and decoded where that is possible; "" where there is none; what is no text is given as it is. */
function readData(sys: System, path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = sys.fs.readBytes(path);
  } catch (error) {
    if (error instanceof FileError && error.code === "ENOENT") {
      return "";
    }
    throw error;
  }
  const unpacked = isGzip(bytes) ? gunzip(bytes, DATA_BYTES_MAX) : undefined;
  const content = unpacked?.ok === true ? unpacked.content : bytes;
  const decoded = decodeUtf8(content);
  return "text" in decoded ? decoded.text : new TextDecoder("latin1").decode(content);
}

function readMerged(sys: System, path: string): unknown {
  try {
    const value: unknown = JSON.parse(readTextIfExists(sys.fs, path) ?? "{}");
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
