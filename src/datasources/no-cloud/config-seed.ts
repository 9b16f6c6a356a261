import { describeKind } from "../../text/describe-kind.ts";
import type { Problem } from "../../text/problem.ts";
import { readYaml } from "../../text/read-yaml.ts";
import { isRecord } from "../../text/record.ts";
import { parseMetadata, type Seed } from "./seed.ts";

/**
 * The seed that stands in `datasource: {NoCloud: …}` itself: `user-data` with `meta-data`, and
 * beside them `vendor-data` and `network-config`. Undefined where one of the first two is missing.
 */
export async function readConfigSeed(
  config: Readonly<Record<string, unknown>>,
): Promise<Seed | { readonly reason: string } | undefined> {
  const given = (key: string): unknown => config[key] ?? undefined;
  const metaData = given("meta-data");
  const userData = given("user-data");
  if (metaData === undefined || userData === undefined) {
    return undefined;
  }
  const metadata =
    typeof metaData === "string" || metaData instanceof Uint8Array
      ? await parseMetadata(metaData)
      : { value: metaData };
  if ("reason" in metadata) {
    return metadata;
  }
  if (!isRecord(metadata.value)) {
    return { reason: describeFault("meta-data", "a mapping or YAML text", metadata.value) };
  }
  const problems: Problem[] = [];
  const readBytes = (key: string, value: unknown): Uint8Array | undefined => {
    if (typeof value === "string") {
      return new TextEncoder().encode(value);
    }
    if (value !== undefined && !(value instanceof Uint8Array)) {
      problems.push({ message: describeFault(key, "text", value) });
      return undefined;
    }
    return value;
  };
  const userBytes = readBytes("user-data", userData);
  const vendorBytes = readBytes("vendor-data", given("vendor-data"));
  const network = await readNetwork(given("network-config"), problems);
  return {
    name: "ds_config",
    metadata: metadata.value,
    ...(userBytes === undefined ? {} : { userData: userBytes }),
    ...(vendorBytes === undefined ? {} : { vendorData: vendorBytes }),
    ...(network === undefined ? {} : { network: { source: NETWORK_SOURCE, data: network } }),
    problems,
  };
}

const NETWORK_SOURCE = "datasource.NoCloud.network-config";

async function readNetwork(value: unknown, problems: Problem[]): Promise<unknown> {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) {
    return value;
  }
  const parsed = await readYaml(value, NETWORK_SOURCE);
  if (!parsed.ok) {
    problems.push(...parsed.problems);
    return undefined;
  }
  return parsed.value ?? undefined;
}

function describeFault(key: string, expected: string, found: unknown): string {
  return `Cannot use "datasource.NoCloud.${key}": expected ${expected}, found ${describeKind(found)}`;
}
