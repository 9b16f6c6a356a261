import type { InterfaceConfig, Link, NetworkConfig } from "../../network/network-config.ts";
import { hasSettings as hasOwnSettings } from "../../network/renderers/aix-interface-state.ts";
import { lowerNames } from "../../network/renderers/aix-links.ts";
import type { Problem } from "../../text/problem.ts";
import type { AdapterInfo } from "../distro.ts";

/** A configuration whose interfaces carry this machine's names. */
export interface MatchedNetwork {
  readonly config: NetworkConfig;
  readonly problems: readonly Problem[];
}

/**
 * Finds the adapter for each physical interface that has something to configure, or that an
 * EtherChannel or a VLAN is made of (compat network.md §2): by MAC address; where no adapter has that MAC, by name, with a problem that shows both MACs;
 * where no MAC is given, by name ("eth0" is en0), else the next free adapter, with a problem.
 * `isReserved` tells adapters that only carry a link-local address: the management path, which a
 * guess never takes (DECISIONS 9). An interface without an adapter keeps its DNS settings only.
 */
export function matchAdapters(
  given: NetworkConfig,
  adapters: readonly AdapterInfo[],
  isReserved: (name: string) => boolean,
): MatchedNetwork {
  const problems: Problem[] = [];
  const taken = new Map<string, string>();
  const matches = new Map<InterfaceConfig, AdapterInfo>();
  const missing: InterfaceConfig[] = [];
  const config = withLowerInterfaces(given);
  const lower = new Set(config.interfaces.flatMap(lowerNames));
  const hasSettings = (iface: InterfaceConfig): boolean =>
    iface.link.kind === "physical" && (hasOwnSettings(iface) || lower.has(iface.name));
  const wanted = config.interfaces.filter(hasSettings);
  const take = (iface: InterfaceConfig, adapter: AdapterInfo): void => {
    taken.set(adapter.name, iface.name);
    matches.set(iface, adapter);
  };
  const isFree = (adapter: AdapterInfo): boolean => !taken.has(adapter.name);

  for (const iface of wanted) {
    const found = adapters.find(({ macAddress }) => macAddress === iface.macAddress);
    if (iface.macAddress !== undefined && found !== undefined && isFree(found)) {
      take(iface, found);
    }
  }
  for (const iface of wanted.filter((each) => !matches.has(each))) {
    const named = adapters.find(({ name }) => name === aixName(iface.name));
    const isUsable = named !== undefined && isFree(named);
    if (isUsable && iface.macAddress === undefined) {
      take(iface, named);
    } else if (isUsable && !isKnownMac(iface, adapters) && !isReserved(named.name)) {
      take(iface, named);
      problems.push({ ...problemOf(iface, describeOtherMac(iface, named)), severity: "warning" });
    }
  }
  for (const iface of wanted.filter((each) => !matches.has(each))) {
    const next =
      iface.macAddress === undefined
        ? adapters.find((each) => isFree(each) && !isReserved(each.name))
        : undefined;
    if (next === undefined) {
      missing.push(iface);
    } else {
      take(iface, next);
      const message = `Interface "${iface.name}" has no adapter of its name: ${describe(next)}, the next free one, is used`;
      problems.push({ ...problemOf(iface, message), severity: "warning" });
    }
  }
  for (const iface of missing.slice(0, MISSING_COUNT_MAX)) {
    problems.push(problemOf(iface, describeMissing(iface, adapters, taken)));
  }
  if (missing.length > MISSING_COUNT_MAX) {
    const message = `Cannot find an adapter for ${missing.length - MISSING_COUNT_MAX} further interfaces: they are left out`;
    problems.push({ message });
  }
  const names = new Map([...matches].map(([iface, { name }]) => [iface.name, name]));
  const interfaces = config.interfaces.map((iface) => {
    const adapter = matches.get(iface);
    const isLost = adapter === undefined && hasSettings(iface);
    return isLost
      ? withoutSettings(iface)
      : { ...iface, name: adapter?.name ?? iface.name, link: renameLower(iface.link, names) };
  });
  return { config: { ...config, interfaces }, problems };
}

/** With those that only a bond or a VLAN names. */
function withLowerInterfaces(config: NetworkConfig): NetworkConfig {
  const known = new Set(config.interfaces.map(({ name }) => name));
  const lower = new Set(config.interfaces.flatMap(lowerNames));
  const added = [...lower]
    .filter((name) => !known.has(name))
    .slice(0, LOWER_COUNT_MAX)
    .map((name): InterfaceConfig => Object.assign({ name }, NO_SETTINGS));
  return added.length === 0 ? config : { ...config, interfaces: [...config.interfaces, ...added] };
}

/** Far more than a partition has adapters. */
const LOWER_COUNT_MAX = 1000;

const NO_SETTINGS: Omit<InterfaceConfig, "name"> = {
  link: { kind: "physical" },
  dhcp4: false,
  dhcp6: "no",
  slaac: false,
  addresses: [],
  routes: [],
  nameservers: [],
  searchDomains: [],
};

function renameLower(link: Link, names: ReadonlyMap<string, string>): Link {
  const rename = (name: string): string => names.get(name) ?? name;
  switch (link.kind) {
    case "bond":
      return { ...link, members: [...new Set(link.members.map(rename))] };
    case "vlan":
      return { ...link, parent: rename(link.parent) };
    default:
      return link;
  }
}

/** Beyond this many, a problem gives their number only. */
const MISSING_COUNT_MAX = 20;

/** "eth1", "en1" and "ent1" are all AIX's en1. */
function aixName(name: string): string {
  const number = /^(?:eth|ent|en)(\d{1,4})$/iu.exec(name)?.[1];
  return number === undefined ? name : `en${Number(number)}`;
}

/** The interface without anything that needs an adapter: its name servers count all the same. */
export function withoutSettings(iface: InterfaceConfig): InterfaceConfig {
  const { mtuBytes: _, ...rest } = iface;
  return { ...rest, addresses: [], routes: [], dhcp4: false, dhcp6: "no", slaac: false };
}

/** Whether the MAC is there after all, but another interface of the configuration has it. */
function isKnownMac(iface: InterfaceConfig, adapters: readonly AdapterInfo[]): boolean {
  return adapters.some(({ macAddress }) => macAddress === iface.macAddress);
}

function describeOtherMac(iface: InterfaceConfig, named: AdapterInfo): string {
  const found = named.macAddress ?? "an unknown hardware address";
  return `No adapter has the hardware address ${iface.macAddress ?? ""} of "${iface.name}": ${named.name} with ${found} is used, by its name`;
}

function describeMissing(
  iface: InterfaceConfig,
  adapters: readonly AdapterInfo[],
  taken: ReadonlyMap<string, string>,
): string {
  const mac = iface.macAddress === undefined ? "" : ` with hardware address ${iface.macAddress}`;
  const found = adapters.slice(0, LISTED_COUNT_MAX).map((adapter) => {
    const user = taken.get(adapter.name);
    return `${describe(adapter)}${user === undefined ? "" : ` for "${user}"`}`;
  });
  const there = found.length === 0 ? "no Ethernet adapter" : found.join(", ");
  return `Cannot find an adapter for "${iface.name}"${mac}: this machine has ${there}; the interface is left out`;
}

const LISTED_COUNT_MAX = 8;

function describe(adapter: AdapterInfo): string {
  return adapter.macAddress === undefined
    ? adapter.name
    : `${adapter.name} (${adapter.macAddress})`;
}

function problemOf(iface: InterfaceConfig, message: string): Problem {
  return iface.line === undefined ? { message } : { message, line: iface.line };
}
