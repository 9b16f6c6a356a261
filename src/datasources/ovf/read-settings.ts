import type { ParsedNetwork } from "../../network/network-config.ts";
import { decodeBase64 } from "../../text/base64.ts";
import type { Problem } from "../../text/problem.ts";
import { isRecord } from "../../text/record.ts";
import { parsePublicKeys } from "../public-keys.ts";
import type { OvfProperties } from "./parse-environment.ts";

/** What the plain keys of an OVF environment say (compat datasources-clouds.md §9.2). */
export interface OvfSettings {
  readonly instanceId?: string;
  readonly hostname?: string;
  readonly publicKeys: readonly string[];
  readonly userData?: Uint8Array;
  /** A secret: for `password` of the configuration and nothing else. */
  readonly password?: string;
  readonly seedFrom?: string;
  /** Base64 of YAML or JSON, not read yet. */
  readonly networkConfig?: string;
}

const PLAIN_KEYS: ReadonlySet<string> = new Set([
  "instance-id",
  "hostname",
  "local-hostname",
  "public-keys",
  "user-data",
  "password",
  "seedfrom",
  "network-config",
]);

/** Whether an environment is one for cloud-init. */
export function hasPlainKey(properties: OvfProperties): boolean {
  return [...properties.keys()].some((key) => PLAIN_KEYS.has(key));
}

/** Reads the plain keys; what is empty is not there. */
export function readOvfSettings(properties: OvfProperties): OvfSettings {
  const text = (key: string): string | undefined => {
    const value = properties.get(key)?.trim();
    return value === "" ? undefined : value;
  };
  const instanceId = text("instance-id");
  const hostname = text("local-hostname") ?? text("hostname");
  const userData = properties.get("user-data");
  const password = properties.get("password");
  const seedFrom = text("seedfrom");
  const networkConfig = text("network-config");
  return {
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(hostname === undefined ? {} : { hostname }),
    publicKeys: parsePublicKeys(properties.get("public-keys")),
    ...(userData === undefined || userData === ""
      ? {}
      : { userData: decodeBase64(userData) ?? new TextEncoder().encode(userData) }),
    ...(password === undefined || password === "" ? {} : { password }),
    ...(seedFrom === undefined ? {} : { seedFrom }),
    ...(networkConfig === undefined ? {} : { networkConfig }),
  };
}

/** The settings of `network-config`, or why they cannot be used. */
export async function readOvfNetwork(
  encoded: string,
): Promise<
  | ParsedNetwork
  | { readonly reason: string; readonly problems?: readonly Problem[] }
  | { readonly isDisabled: true }
> {
  const bytes = decodeBase64(encoded);
  if (bytes === undefined) {
    return { reason: "expected base64" };
  }
  const [{ readYaml }, { parseNetworkConfig }] = await Promise.all([
    import("../../text/read-yaml.ts"),
    import("../../network/parse-network-config.ts"),
  ]);
  const parsed = await readYaml(bytes, NETWORK_SOURCE);
  if (!parsed.ok) {
    return { reason: parsed.problems.map(({ message }) => message).join("; ") };
  }
  if (!isRecord(parsed.value)) {
    return { reason: "expected a mapping" };
  }
  const settings = parseNetworkConfig(parsed.value, NETWORK_SOURCE);
  switch (settings.kind) {
    case "disabled":
      return { isDisabled: true };
    case "none":
      return { reason: "it describes no interface", problems: settings.problems };
    case "settings":
      return settings;
  }
}

/** As messages and the instance's `network` name it. */
export const NETWORK_SOURCE = "network-config";
