import type { Instance } from "../../instance/instance.ts";
import { describeKind } from "../../text/describe-kind.ts";
import { printable } from "../../text/printable.ts";
import type { Problem } from "../../text/problem.ts";
import { INSTANCE_ID_EXPECTED, parseInstanceId } from "../instance-id.ts";
import { parsePublicKeys } from "../public-keys.ts";

/** What the tree says of the instance; without `id` it cannot be one. */
export interface CloudStackMetadata {
  readonly id?: string;
  readonly fields: Pick<Instance, "localHostname" | "publicKeys" | "availabilityZone">;
  readonly problems: readonly Problem[];
}

/** Reads the keys of `latest/meta-data/`, or of a seed's meta-data (compat datasources-clouds.md §5.2). */
export function parseCloudStackMetadata(
  raw: Readonly<Record<string, unknown>>,
  source: string,
): CloudStackMetadata {
  const problems: Problem[] = [];
  const readText = (key: string): string | undefined => {
    const value = raw[key];
    if (value === undefined || value === null || value === "") {
      return undefined;
    }
    if (typeof value === "string" || typeof value === "number") {
      const text = String(value).trim();
      return text === "" ? undefined : text;
    }
    problems.push({
      message: `Cannot use "${key}": expected text in one line, found ${describeKind(value)}`,
      source,
      path: [key],
    });
    return undefined;
  };
  const given = readText("instance-id");
  const id = parseInstanceId(given);
  if (given !== undefined && id === undefined) {
    const shown = printable(given.slice(0, 60));
    problems.push({
      message: `Cannot use "instance-id": expected ${INSTANCE_ID_EXPECTED}, found "${shown}"`,
      source,
      path: ["instance-id"],
    });
  }
  const localHostname = readText("local-hostname");
  const availabilityZone = readText("availability-zone");
  return {
    ...(id === undefined ? {} : { id }),
    fields: {
      ...(localHostname === undefined ? {} : { localHostname }),
      ...(availabilityZone === undefined ? {} : { availabilityZone }),
      publicKeys: parsePublicKeys(raw["public-keys"]),
    },
    problems,
  };
}
