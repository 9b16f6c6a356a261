import type { InstanceData } from "../../instance/instance-data.ts";
import { FileError } from "../../system/file-error.ts";
import { readText } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { isRecord } from "../../text/record.ts";
import { QueryError } from "./query-error.ts";

/** The object in a file of instance-data. Throws a QueryError that says what is wrong with it. */
export function readInstanceData(fs: FileSystem, path: string): InstanceData {
  const text = readOrExplain(fs, path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new QueryError(
      `Cannot read instance-data file "${path}": it is cut short, or no JSON. The next boot writes it again, \`cloud-init init --local\` does so now`,
      { cause: error },
    );
  }
  if (!isRecord(value)) {
    throw new QueryError(`Cannot read instance-data file "${path}": expected a JSON object`);
  }
  return value;
}

function readOrExplain(fs: FileSystem, path: string): string {
  try {
    return readText(fs, path);
  } catch (error) {
    if (!(error instanceof FileError)) {
      throw error;
    }
    switch (error.code) {
      case "ENOENT":
        throw new QueryError(`Missing instance-data file: ${path}`, { cause: error });
      case "EACCES":
      case "EPERM":
        throw new QueryError(`No read permission on '${path}'. Try sudo`, { cause: error });
      default:
        throw new QueryError(error.message, { cause: error });
    }
  }
}
