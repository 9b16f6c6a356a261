import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { linkLocalOf, networkOf, parseIpv6, formatIpv6 } from "./ip-text.ts";
import { addKernelAddress, addKernelRoute } from "./kernel.ts";
import {
  adapterOfInterface,
  type AixMachine,
  findDevice,
  findInterface,
  type KernelInterface,
  type LinkServices,
  type ServedInterface,
  type Subsystem,
} from "./machine.ts";

const CONFIG_FILES: Readonly<Record<string, string>> = {
  dhcpcd: "/etc/dhcpcd.ini",
  dhcpcd6: "/etc/dhcpv6/dhcpc6.cnf",
};

/** How long servers and routers take to answer. */
const ANSWER_MS = 1_000;

const DEFAULT_ROUTE6 = { family: 6, destination: "::", prefixLength: 0 } as const;
const DEFAULT_ROUTE4 = { family: 4, destination: "0.0.0.0", prefixLength: 0 } as const;

/** What a network daemon does when it starts: it reads its file, once. */
export function beginService(fs: FileSystem, subsystem: Subsystem, nowMs: number): void {
  subsystem.startedAtMs = nowMs;
  const file = CONFIG_FILES[subsystem.name];
  if (file !== undefined) {
    subsystem.interfaces = parseServedInterfaces(readTextIfExists(fs, file) ?? "");
  }
}

/** What goes with a daemon: ndpd-host takes the routes back that routers told it. */
export function forgetLearned(machine: AixMachine, name: string): void {
  if (name === "ndpd-host") {
    machine.routes = machine.routes.filter(({ origin }) => origin !== "router");
  }
}

/** What dhcpcd, dhcpcd6 and ndpd-host have learned from the links of their interfaces by now. */
export function settleNetwork(machine: AixMachine, nowMs: number): void {
  for (const subsystem of machine.subsystems) {
    if (subsystem.state !== "active" || subsystem.startedAtMs === undefined) {
      continue;
    }
    const sinceMs = nowMs - subsystem.startedAtMs;
    for (const [name, link] of Object.entries(machine.links)) {
      const iface = findInterface(machine, name);
      if (iface?.isUp === true) {
        settleLink(machine, subsystem, { iface, link, sinceMs });
      }
    }
  }
}

interface Answer {
  readonly iface: KernelInterface;
  readonly link: LinkServices;
  readonly sinceMs: number;
}

function settleLink(machine: AixMachine, subsystem: Subsystem, answer: Answer): void {
  switch (subsystem.name) {
    case "dhcpcd":
      return settleDhcp4(machine, subsystem, answer);
    case "dhcpcd6":
      return settleDhcp6(machine, subsystem, answer);
    case "ndpd-host":
      return settleRouter(machine, answer);
  }
}

function settleDhcp4(machine: AixMachine, subsystem: Subsystem, answer: Answer): void {
  const { iface, link, sinceMs } = answer;
  const wanted = findServed(subsystem, iface.name);
  const lease = link.dhcp4;
  if (wanted === undefined || lease === undefined || sinceMs < (lease.delayMs ?? ANSWER_MS)) {
    return;
  }
  const { address, prefixLength, router } = lease;
  if (!iface.addresses.some((each) => each.address === address)) {
    addKernelAddress(machine, iface.name, { family: 4, address, prefixLength, origin: "dhcp" });
  }
  if (router !== undefined && !wanted.rejectsRouter) {
    addKernelRoute(machine, { ...DEFAULT_ROUTE4, gateway: router }, "UG", "dhcp");
  }
}

function settleDhcp6(machine: AixMachine, subsystem: Subsystem, answer: Answer): void {
  const { iface, link, sinceMs } = answer;
  const lease = link.dhcp6;
  const isDue = lease !== undefined && sinceMs >= (lease.delayMs ?? ANSWER_MS);
  if (isDue && findServed(subsystem, iface.name) !== undefined && hasLinkLocal(iface)) {
    const { address, prefixLength } = lease;
    addKernelAddress(machine, iface.name, { family: 6, address, prefixLength, origin: "dhcp" });
  }
}

/** A router's own default route is taken only where there is none yet, as IBM's restart of ndpd-host relies on. */
function settleRouter(machine: AixMachine, { iface, link, sinceMs }: Answer): void {
  const router = link.router6;
  const macAddress = findDevice(machine, adapterOfInterface(iface.name) ?? "")?.macAddress;
  const isSilent = router === undefined || sinceMs < ANSWER_MS || !hasLinkLocal(iface);
  if (isSilent || macAddress === undefined) {
    return;
  }
  const host = (parseIpv6(linkLocalOf(macAddress)) ?? 0n) & ((1n << 64n) - 1n);
  const network = parseIpv6(networkOf(router.prefix, 64)) ?? 0n;
  addKernelAddress(machine, iface.name, {
    family: 6,
    address: formatIpv6(network | host),
    prefixLength: 64,
    origin: "router",
  });
  if (!machine.routes.some(({ family, prefixLength }) => family === 6 && prefixLength === 0)) {
    addKernelRoute(machine, { ...DEFAULT_ROUTE6, gateway: router.address }, "UG", "router");
  }
}

function hasLinkLocal(iface: KernelInterface): boolean {
  return iface.addresses.some(({ address }) => address.startsWith("fe80:"));
}

function findServed(subsystem: Subsystem, name: string): ServedInterface | undefined {
  return subsystem.interfaces?.find((each) => each.name === name || each.name === "any");
}

/** `interface NAME` with options in braces (IBM documentation, "DHCP Client Configuration File"). */
function parseServedInterfaces(text: string): ServedInterface[] {
  const plain = text.replace(/#.*/gu, "");
  const named = [...plain.matchAll(/^\s*interface\s+([^\s{]+)\s*(?:\{([^}]*)\})?/gmu)];
  return named.map(([, name = "", options = ""]) => ({
    name,
    rejectsRouter: /^\s*reject\s+3\s*$/mu.test(options),
  }));
}
