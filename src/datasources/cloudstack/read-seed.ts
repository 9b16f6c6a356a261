import { isFile } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { describeKind } from "../../text/describe-kind.ts";
import type { Problem } from "../../text/problem.ts";
import { readYaml } from "../../text/read-yaml.ts";
import { isRecord } from "../../text/record.ts";

/** What a seed directory holds. */
export interface CloudStackSeed {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly userData: Uint8Array;
  readonly problems: readonly Problem[];
}

/** `meta-data` (YAML) and `user-data`; undefined where one of them is missing, since then it is no seed. */
export async function readCloudStackSeed(
  fs: FileSystem,
  directory: string,
): Promise<CloudStackSeed | undefined> {
  const metadataPath = `${directory}/meta-data`;
  const userDataPath = `${directory}/user-data`;
  if (!isFile(fs, metadataPath) || !isFile(fs, userDataPath)) {
    return undefined;
  }
  const userData = fs.readBytes(userDataPath);
  const parsed = await readYaml(fs.readBytes(metadataPath), metadataPath);
  if (!parsed.ok) {
    return { raw: {}, userData, problems: parsed.problems };
  }
  if (isRecord(parsed.value)) {
    return { raw: parsed.value, userData, problems: [] };
  }
  const message = `Cannot use "${metadataPath}": expected a mapping, found ${describeKind(parsed.value)}`;
  return { raw: {}, userData, problems: [{ message, source: metadataPath }] };
}
