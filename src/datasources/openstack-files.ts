import type { InjectedFile } from "../instance/instance.ts";
import { describeKind } from "../text/describe-kind.ts";
import { isRecord } from "../text/record.ts";
import { type DriveReader, formatKeys } from "./drive-reader.ts";

/**
 * The files that nova injects: `files` of meta_data.json, a list of `{path, content_path}` (compat
 * datasources.md §3.3). An entry that cannot be used is reported and left out; paths with ".."
 * are refused (§3.5).
 */
export function readInjectedFiles(
  reader: DriveReader,
  source: string,
  value: unknown,
): readonly InjectedFile[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    const found = describeKind(value);
    reader.report(source, `Cannot use "files": expected a list, found ${found}`, ["files"]);
    return [];
  }
  const files: InjectedFile[] = [];
  let totalBytes = 0;
  if (value.length > FILE_COUNT_MAX) {
    const message = `Cannot use all of "files": it has ${value.length} entries, at most ${FILE_COUNT_MAX} are read`;
    reader.report(source, message, ["files"]);
  }
  for (const [index, entry] of value.slice(0, FILE_COUNT_MAX).entries()) {
    const at = ["files", index];
    const file = readFile(reader, source, entry, at, TOTAL_BYTES_MAX - totalBytes);
    if (file !== undefined) {
      files.push(file);
      totalBytes += file.content.length;
    }
  }
  return files;
}

const FILE_COUNT_MAX = 1000;
const TOTAL_BYTES_MAX = 64 * 1024 * 1024;

function readFile(
  reader: DriveReader,
  source: string,
  entry: unknown,
  at: readonly (string | number)[],
  bytesLeft: number,
): InjectedFile | undefined {
  if (!isRecord(entry)) {
    const found = describeKind(entry);
    reader.report(source, `Cannot use ${formatKeys(at)}: expected an object, found ${found}`, at);
    return undefined;
  }
  const path = typeof entry["path"] === "string" ? absolutePath(entry["path"]) : undefined;
  if (path === undefined) {
    const keys = [...at, "path"];
    const found =
      typeof entry["path"] === "string"
        ? JSON.stringify(entry["path"])
        : describeKind(entry["path"]);
    reader.report(
      source,
      `Cannot use ${formatKeys(keys)}: expected the path of a file without "..", found ${found}`,
      keys,
    );
    return undefined;
  }
  const keys = [...at, "content_path"];
  const content = reader.readContent(source, entry["content_path"], keys, bytesLeft);
  return content === undefined ? undefined : { path, content: content.bytes };
}

function absolutePath(path: string): string | undefined {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const isFilePath = names.length > 0 && !path.endsWith("/") && !/[\0\n]/u.test(path);
  return isFilePath && !names.includes("..") ? `/${names.join("/")}` : undefined;
}
