import { formatKeyPath } from "../text/key-path.ts";
import { isRecord } from "../text/record.ts";
import { describeValue, type Path, type Raw } from "./given.ts";
import type { ParsedNetwork } from "./network-config.ts";
import { quoteValue } from "./network-draft.ts";
import { parseNetworkV1 } from "./parse-v1.ts";
import { parseNetworkV2 } from "./parse-v2.ts";

/** What a network configuration of cloud-init says. */
export type NetworkSettings =
  /** `config: disabled`: the network is to be left as it is. */
  | { readonly kind: "disabled" }
  /** Nothing, or nothing that can be used. */
  | { readonly kind: "none"; readonly problems: ParsedNetwork["problems"] }
  | ({ readonly kind: "settings" } & ParsedNetwork);

/**
 * A network configuration of version 1 or 2 (compat network.md §6–7), already parsed from YAML or
 * JSON: `network:` of cloud.cfg, `network-config` of NoCloud, `network-config=` of the kernel. It
 * may stand under the key `network`. `source` names the file in problems.
 */
export function parseNetworkConfig(data: unknown, source: string): NetworkSettings {
  const isWrapped = isRecord(data) && data["network"] !== undefined;
  const given = isWrapped ? data["network"] : data;
  const path: Path = isWrapped ? ["network"] : [];
  const isEmpty = isRecord(given) && Object.keys(given).length === 0;
  if (given === undefined || given === null || isEmpty) {
    return { kind: "none", problems: [] };
  }
  if (!isRecord(given)) {
    return fault("Cannot read network settings: expected a mapping", source, path);
  }
  if (given["config"] === "disabled") {
    return { kind: "disabled" };
  }
  const parsed = parseVersion(given, source, path);
  const { interfaces, nameservers, searchDomains } = parsed.config;
  return interfaces.length + nameservers.length + searchDomains.length === 0
    ? { kind: "none", problems: parsed.problems }
    : { kind: "settings", ...parsed };
}

function parseVersion(given: Raw, source: string, path: Path): ParsedNetwork {
  const version = given["version"] ?? (Array.isArray(given["config"]) ? 1 : undefined);
  if (version === 1 || version === "1") {
    return parseNetworkV1(given, source, path);
  }
  if (version === 2 || version === "2") {
    return parseNetworkV2(given, source, path);
  }
  const found = version === undefined ? "none" : quoteValue(describeValue(version));
  const message = `Cannot read network settings: expected version 1 or 2, found ${found}`;
  const at = version === undefined ? path : [...path, "version"];
  return {
    config: { interfaces: [], nameservers: [], searchDomains: [] },
    problems: [{ message: withPath(message, at), source, path: at }],
  };
}

function fault(message: string, source: string, path: Path): NetworkSettings {
  return { kind: "none", problems: [{ message: withPath(message, path), source, path }] };
}

function withPath(message: string, path: Path): string {
  return path.length === 0 ? message : `${formatKeyPath(path)}: ${message}`;
}
