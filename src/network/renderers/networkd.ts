import type { Change } from "../../system/change.ts";
import type { Problem } from "../../text/problem.ts";
import type { InterfaceConfig, NetworkConfig } from "../network-config.ts";
import { type NetworkStep, type RenderedNetwork, writeChange } from "./renderer.ts";

const UNIT_DIRECTORY = "/etc/systemd/network";
const UNIT_PREFIX = "10-cloud-init-";

/** The units of ours that are there, by path. */
export interface NetworkdState {
  readonly units: ReadonlyMap<string, string>;
}

/** Whether a file in /etc/systemd/network is one of ours. */
export function isOwnUnit(name: string): boolean {
  return name.startsWith(UNIT_PREFIX) && name.endsWith(".network");
}

/** Where units are kept. */
export const NETWORKD_DIRECTORY = UNIT_DIRECTORY;

/**
 * One systemd.network(5) unit for each interface that has something to configure, matched by its
 * MAC address, else by its name. Units of ours for interfaces that are no longer described go;
 * everybody else's stay.
 */
export function renderNetworkd(config: NetworkConfig, current: NetworkdState): RenderedNetwork {
  const steps: NetworkStep[] = [];
  const problems: Problem[] = [];
  const wanted = new Map<string, string>();
  const physical = config.interfaces.filter(isRendered);
  for (const iface of config.interfaces) {
    if (iface.link.kind !== "physical") {
      problems.push(describeUnsupported(iface));
    }
  }
  for (const [index, iface] of physical.entries()) {
    // What is for the whole machine goes to one interface: networkd has no place for it.
    wanted.set(unitPath(iface.name), renderUnit(iface, index === 0 ? config : undefined));
  }
  for (const [path, text] of wanted) {
    if (current.units.get(path) !== text) {
      steps.push({ subject: path, changes: [writeChange(path, text)] });
    }
  }
  for (const path of current.units.keys()) {
    if (!wanted.has(path)) {
      const change: Change = { kind: "remove", path };
      steps.push({ subject: path, changes: [change] });
    }
  }
  return { steps, problems };
}

function isRendered(iface: InterfaceConfig): boolean {
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

function describeUnsupported({ name, link, line }: InterfaceConfig): Problem {
  const kind = link.kind === "bond" ? "Bond" : link.kind === "vlan" ? "VLAN" : "Loopback address";
  const message = `${kind} "${name}" is not supported yet on Linux: it is left out`;
  return line === undefined ? { message } : { message, line };
}

/** Names are letters, digits and `_.:@-` (network-draft.ts), so none leaves the directory. */
function unitPath(name: string): string {
  return `${UNIT_DIRECTORY}/${UNIT_PREFIX}${name}.network`;
}

function renderUnit(iface: InterfaceConfig, machine: NetworkConfig | undefined): string {
  const sections = [
    "# Written by cloud-init. It is written again when the machine is deployed anew.\n",
    renderSection("Match", [
      iface.macAddress === undefined ? ["Name", iface.name] : ["MACAddress", iface.macAddress],
    ]),
  ];
  if (iface.mtuBytes !== undefined) {
    sections.push(renderSection("Link", [["MTUBytes", String(iface.mtuBytes)]]));
  }
  sections.push(renderSection("Network", networkSettings(iface, machine)));
  for (const route of iface.routes) {
    const isHostNetwork = iface.addresses.every(
      ({ family, prefixLength }) =>
        family !== route.family || prefixLength >= (family === 4 ? 32 : 128),
    );
    const isStatic = route.family === 4 ? !iface.dhcp4 : !iface.slaac && iface.dhcp6 === "no";
    sections.push(
      renderSection("Route", [
        ["Destination", `${route.destination}/${route.prefixLength}`],
        ["Gateway", route.gateway],
        ...(isHostNetwork && isStatic ? [["GatewayOnLink", "yes"] as const] : []),
        ...(route.metric === undefined ? [] : [["Metric", String(route.metric)] as const]),
      ]),
    );
  }
  return sections.join("\n");
}

function networkSettings(
  iface: InterfaceConfig,
  machine: NetworkConfig | undefined,
): readonly (readonly [string, string])[] {
  const nameservers = new Set([...iface.nameservers, ...(machine?.nameservers ?? [])]);
  const domains = new Set([...iface.searchDomains, ...(machine?.searchDomains ?? [])]);
  const hasDhcp6 = iface.dhcp6 !== "no";
  const dhcp = iface.dhcp4 ? (hasDhcp6 ? "yes" : "ipv4") : hasDhcp6 ? "ipv6" : "no";
  const isAdvertised = iface.slaac || hasDhcp6;
  return [
    ["DHCP", dhcp],
    // An address that is given by hand needs no router to say another one.
    ...(isAdvertised || iface.addresses.some(({ family }) => family === 6)
      ? [["IPv6AcceptRA", isAdvertised ? "yes" : "no"] as const]
      : []),
    ...iface.addresses.map(
      ({ address, prefixLength }) => ["Address", `${address}/${prefixLength}`] as const,
    ),
    ...[...nameservers].map((server) => ["DNS", server] as const),
    ...(domains.size === 0 ? [] : [["Domains", [...domains].join(" ")] as const]),
  ];
}

function renderSection(name: string, settings: readonly (readonly [string, string])[]): string {
  return `[${name}]\n${settings.map(([key, value]) => `${key}=${value}\n`).join("")}`;
}
