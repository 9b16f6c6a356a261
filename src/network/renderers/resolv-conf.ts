import type { Problem } from "../../text/problem.ts";
import type { NetworkConfig } from "../network-config.ts";
import { type NetworkStep, writeChange } from "./renderer.ts";

/** What resolvers honour: MAXNS, MAXDNSRCH of resolv.h, and the classic 256 characters. */
const NAMESERVER_COUNT_MAX = 3;
const SEARCH_COUNT_MAX = 6;
const SEARCH_LENGTH_MAX = 256;

/** resolver(4): `nameserver` lines, then one `search` line. Undefined where the configuration names neither. */
export function renderResolvConf(config: NetworkConfig): {
  readonly text: string | undefined;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const { nameservers, searchDomains } = collectDns(config);
  const used = nameservers.slice(0, NAMESERVER_COUNT_MAX);
  for (const server of nameservers.slice(NAMESERVER_COUNT_MAX)) {
    problems.push({
      message: `DNS server "${server}" is left out: a resolver asks ${NAMESERVER_COUNT_MAX} at most (${used.join(", ")})`,
      severity: "warning",
    });
  }
  const search: string[] = [];
  for (const domain of searchDomains) {
    const isRoom =
      search.length < SEARCH_COUNT_MAX && [...search, domain].join(" ").length <= SEARCH_LENGTH_MAX;
    if (isRoom) {
      search.push(domain);
    } else {
      problems.push({
        message: `Search domain "${domain}" is left out: a resolver uses ${SEARCH_COUNT_MAX} with ${SEARCH_LENGTH_MAX} characters at most`,
        severity: "warning",
      });
    }
  }
  const lines = used.map((server) => `nameserver ${server}`);
  if (search.length > 0) {
    lines.push(`search ${search.join(" ")}`);
  }
  return { text: lines.length === 0 ? undefined : `${lines.join("\n")}\n`, problems };
}

/** Those of the interfaces in their order, then those of the machine; each once. */
export function collectDns(config: NetworkConfig): {
  readonly nameservers: readonly string[];
  readonly searchDomains: readonly string[];
} {
  return {
    nameservers: [
      ...new Set([...config.interfaces.flatMap((each) => each.nameservers), ...config.nameservers]),
    ],
    searchDomains: [
      ...new Set([
        ...config.interfaces.flatMap((each) => each.searchDomains),
        ...config.searchDomains,
      ]),
    ],
  };
}

export const RESOLV_CONF_PATH = "/etc/resolv.conf";
export const RESOLV_CONF_COPY_PATH = "/etc/resolv.conf.cloud-init.orig";

/** The two files as they are. */
export interface ResolvConfState {
  readonly text: string | undefined;
  readonly hasCopy: boolean;
}

/**
 * Replaces what was captured with the image; the first captured file is kept as a copy. Without
 * any DNS setting it is taken away, but only that first time (a file that came later is the
 * administrator's), and only where `isOwn`: all addresses are static, so nobody else writes it.
 */
export function renderResolvConfStep(
  wanted: string | undefined,
  current: ResolvConfState,
  isOwn: boolean,
): NetworkStep | undefined {
  const { text, hasCopy } = current;
  if (text === wanted || (wanted === undefined && (hasCopy || !isOwn))) {
    return undefined;
  }
  const copy = text === undefined || hasCopy ? [] : [writeChange(RESOLV_CONF_COPY_PATH, text)];
  const change =
    wanted === undefined
      ? ({ kind: "remove", path: RESOLV_CONF_PATH } as const)
      : writeChange(RESOLV_CONF_PATH, wanted);
  return { subject: RESOLV_CONF_PATH, changes: [...copy, change] };
}
