import type { InterfaceConfig, NetworkConfig } from "../../network/network-config.ts";
import type { Problem } from "../../text/problem.ts";
import type { AdapterInfo } from "../distro.ts";

/** A configuration whose interfaces carry this machine's names. */
export interface MatchedNetwork {
  readonly config: NetworkConfig;
  readonly problems: readonly Problem[];
}

/**
 * Finds the adapter for each physical interface that has something to configure (compat network.md
 * §2): by MAC address; where no adapter has that MAC, by name, with a problem that shows both MACs;
 * where no MAC is given, by name ("eth0" is en0), else the next free adapter, with a problem.
 * `isReserved` tells adapters that only carry a link-local address: the management path, which a
 * guess never takes (DECISIONS 9). An interface without an adapter keeps its DNS settings only.
 */
export function matchAdapters(
  config: NetworkConfig,
  adapters: readonly AdapterInfo[],
  isReserved: (name: string) => boolean,
): MatchedNetwork {
  const problems: Problem[] = [];
  const taken = new Map<string, string>();
  const matches = new Map<InterfaceConfig, AdapterInfo>();
  const missing: InterfaceConfig[] = [];
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
  const interfaces = config.interfaces.map((iface) => {
    const adapter = matches.get(iface);
    const isLost = adapter === undefined && hasSettings(iface);
    return isLost ? withoutSettings(iface) : { ...iface, name: adapter?.name ?? iface.name };
  });
  return { config: { ...config, interfaces }, problems };
}

/** Beyond this many, a problem gives their number only. */
const MISSING_COUNT_MAX = 20;

/** "eth1", "en1" and "ent1" are all AIX's en1. */
function aixName(name: string): string {
  const number = /^(?:eth|ent|en)(\d{1,4})$/iu.exec(name)?.[1];
  return number === undefined ? name : `en${Number(number)}`;
}

function hasSettings(iface: InterfaceConfig): boolean {
  return (
    iface.link.kind === "physical" &&
    (iface.addresses.length > 0 ||
      iface.routes.length > 0 ||
      iface.mtuBytes !== undefined ||
      iface.dhcp4 ||
      iface.dhcp6 !== "no" ||
      iface.slaac)
  );
}

function withoutSettings(iface: InterfaceConfig): InterfaceConfig {
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
