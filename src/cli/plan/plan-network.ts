import type { AixMachine, KernelAddress, LinkServices } from "../../simulator/aix/machine.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

/** What a machine's network is at some moment: one row for each thing, by name. */
export type PlanNetwork = Readonly<Record<string, string>>;

/** The network before and after the boot: rows whose value is the same are in it too. */
export interface PlanNetworkSummary {
  readonly before: PlanNetwork;
  readonly after: PlanNetwork;
}

const RESOLV_CONF = "/etc/resolv.conf";

/** Rows "en0", "default route", "route 198.51.100.0/24", "DNS servers", "DNS search" of a simulated AIX. */
export function readPlanNetwork(machine: AixMachine, system: System): PlanNetwork {
  const network: Record<string, string> = {};
  for (const { name, isUp, mtuBytes, addresses } of machine.interfaces) {
    if (name !== "lo0") {
      const mtu = mtuBytes === MTU_USUAL ? [] : [`MTU ${mtuBytes}`];
      const parts = [isUp ? "up" : "down", ...mtu, ...addresses.map(describeAddress)];
      network[name] = [...new Set(parts)].join(", ");
    }
  }
  for (const { destination, prefixLength, gateway, interface: name, origin } of machine.routes) {
    const family = destination.includes(":") ? " (IPv6)" : "";
    const target =
      prefixLength === 0 ? `default route${family}` : `route ${destination}/${prefixLength}`;
    const by = origin === undefined ? gateway : ORIGINS[origin];
    const known = network[target];
    network[target] = `${known === undefined ? "" : `${known}; `}${by} on ${name}`;
  }
  const lines = (readTextIfExists(system.fs, RESOLV_CONF) ?? "").split("\n");
  const words = (key: RegExp): string =>
    lines.flatMap((line) => (key.test(line) ? line.trim().split(/\s+/u).slice(1) : [])).join(", ");
  for (const [row, key] of DNS_ROWS) {
    const value = words(key);
    if (value !== "") {
      network[row] = value;
    }
  }
  return network;
}

/**
 * What answers on the links of a planned machine, so that nobody waits for it. Its addresses are
 * never shown: the real ones are known when the machine boots.
 */
export const PLAN_LINK: LinkServices = {
  dhcp4: { address: "192.0.2.77", prefixLength: 24, router: "192.0.2.1" },
  dhcp6: { address: "2001:db8::77", prefixLength: 64 },
  router6: { address: "fe80::1", prefix: "2001:db8::" },
};

const MTU_USUAL = 1500;
const ORIGINS = { dhcp: "as DHCP says", router: "as a router says" } as const;
const DNS_ROWS = [
  ["DNS servers", /^\s*nameserver\s/u],
  ["DNS search", /^\s*(?:search|domain)\s/u],
] as const;

function describeAddress({ address, prefixLength, origin }: KernelAddress): string {
  switch (origin) {
    case "dhcp":
      return "address by DHCP";
    case "router":
      return "address by router advertisement";
    case "auto":
      return "link-local address";
    default:
      return `${address}/${prefixLength}`;
  }
}
