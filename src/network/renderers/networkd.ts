import type { Change } from "../../system/change.ts";
import type { Problem } from "../../text/problem.ts";
import { isLinkLocal6, isSameNetwork, parseAddress } from "../ip-address.ts";
import type {
  DhcpOverrides,
  InterfaceConfig,
  NetworkConfig,
  RouteConfig,
} from "../network-config.ts";
import { renderNetdev, renderSection } from "./networkd-netdev.ts";
import { type NetworkStep, type RenderedNetwork, writeChange } from "./renderer.ts";

const UNIT_DIRECTORY = "/etc/systemd/network";
const UNIT_PREFIX = "10-cloud-init-";

/** The units of ours that are there, by path. */
export interface NetworkdState {
  readonly units: ReadonlyMap<string, string>;
}

/** Whether a file in /etc/systemd/network is one of ours. */
export function isOwnUnit(name: string): boolean {
  return name.startsWith(UNIT_PREFIX) && /\.(?:network|netdev)$/u.test(name);
}

/** Where units are kept. */
export const NETWORKD_DIRECTORY = UNIT_DIRECTORY;

/** IFNAMSIZ of Linux's if.h, without the NUL. */
const NAME_LENGTH_MAX = 15;

/**
 * One systemd.network(5) unit for each interface that has something to configure, matched by its
 * MAC address, else by its name, and a systemd.netdev(5) unit for each bond and VLAN. Units of ours
 * for interfaces that are no longer described go; everybody else's stay.
 */
export function renderNetworkd(given: NetworkConfig, current: NetworkdState): RenderedNetwork {
  const steps: NetworkStep[] = [];
  const problems: Problem[] = [];
  const wanted = new Map<string, string>();
  const config = withLowerInterfaces(given);
  const upper = findUpperLinks(config);
  const rendered = config.interfaces.filter((iface) => isRendered(iface, upper));
  // What is for the whole machine goes to one interface: networkd has no place for it.
  const first = rendered.find(({ name }) => upper.get(name)?.bond === undefined);
  for (const iface of rendered) {
    const netdev = renderNetdev(iface);
    if (netdev !== undefined && iface.name.length > NAME_LENGTH_MAX) {
      problems.push(describeLongName(iface));
      continue;
    }
    if (netdev !== undefined) {
      wanted.set(unitPath(iface.name, "netdev"), `${HEADER}\n${netdev}`);
    }
    const machine = iface === first ? config : undefined;
    wanted.set(
      unitPath(iface.name, "network"),
      renderUnit(iface, machine, upper.get(iface.name) ?? { vlans: [] }),
    );
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

const HEADER = "# Written by cloud-init. It is written again when the machine is deployed anew.\n";

/** What lies on an interface. */
interface UpperLinks {
  readonly bond?: { readonly name: string; readonly isPrimary: boolean };
  readonly vlans: readonly string[];
}

function findUpperLinks(config: NetworkConfig): ReadonlyMap<string, UpperLinks> {
  const found = new Map<string, UpperLinks>();
  for (const { name, link } of config.interfaces) {
    if (link.kind === "vlan") {
      const known = found.get(link.parent);
      found.set(link.parent, { ...known, vlans: [...(known?.vlans ?? []), name] });
    } else if (link.kind === "bond") {
      for (const member of link.members) {
        const bond = { name, isPrimary: link.parameters["primary"] === member };
        found.set(member, { vlans: found.get(member)?.vlans ?? [], bond });
      }
    }
  }
  return found;
}

/** With those that only a bond or a VLAN names. */
function withLowerInterfaces(config: NetworkConfig): NetworkConfig {
  const known = new Set(config.interfaces.map(({ name }) => name));
  const added = config.interfaces
    .flatMap(({ link }) =>
      link.kind === "bond" ? link.members : link.kind === "vlan" ? [link.parent] : [],
    )
    .filter((name) => !known.has(name));
  return {
    ...config,
    interfaces: [
      ...config.interfaces,
      ...[...new Set(added)].map((name): InterfaceConfig => Object.assign({ name }, NO_SETTINGS)),
    ],
  };
}

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

function isRendered(iface: InterfaceConfig, upper: ReadonlyMap<string, UpperLinks>): boolean {
  return (
    iface.link.kind === "bond" ||
    iface.link.kind === "vlan" ||
    upper.has(iface.name) ||
    iface.addresses.length > 0 ||
    iface.routes.length > 0 ||
    iface.mtuBytes !== undefined ||
    iface.dhcp4 ||
    iface.dhcp6 !== "no" ||
    iface.slaac
  );
}

function describeLongName(iface: InterfaceConfig): Problem {
  const message = `Cannot make "${iface.name}": Linux takes ${NAME_LENGTH_MAX} characters for the name of an interface, give a shorter one`;
  return iface.line === undefined ? { message } : { message, line: iface.line };
}

/** Names are letters, digits and `_.:@-` (network-draft.ts), so none leaves the directory. */
function unitPath(name: string, kind: "network" | "netdev"): string {
  return `${UNIT_DIRECTORY}/${UNIT_PREFIX}${name}.${kind}`;
}

/** A bond has the address of a member, and its members take the bond's: only the burnt-in one tells them. */
function renderMatch({ name, link, macAddress }: InterfaceConfig, upper: UpperLinks): string {
  if (link.kind !== "physical" || macAddress === undefined) {
    return renderSection("Match", [["Name", name]]);
  }
  const isShared = upper.bond !== undefined || upper.vlans.length > 0;
  return renderSection("Match", [[isShared ? "PermanentMACAddress" : "MACAddress", macAddress]]);
}

function renderUnit(
  iface: InterfaceConfig,
  machine: NetworkConfig | undefined,
  upper: UpperLinks,
): string {
  const sections = [HEADER, renderMatch(iface, upper)];
  if (iface.mtuBytes !== undefined) {
    sections.push(renderSection("Link", [["MTUBytes", String(iface.mtuBytes)]]));
  }
  if (upper.bond !== undefined) {
    const primary = upper.bond.isPrimary ? [["PrimarySlave", "yes"] as const] : [];
    sections.push(renderSection("Network", [["Bond", upper.bond.name], ...primary]));
    return sections.join("\n");
  }
  const vlans = upper.vlans.map((name) => ["VLAN", name] as const);
  sections.push(renderSection("Network", [...vlans, ...networkSettings(iface, machine)]));
  sections.push(...renderDhcpSections(iface));
  for (const route of iface.routes) {
    sections.push(
      renderSection("Route", [
        ["Destination", `${route.destination}/${route.prefixLength}`],
        ["Gateway", route.gateway],
        ...(isOutside(iface, route) ? [["GatewayOnLink", "yes"] as const] : []),
        ...(route.metric === undefined ? [] : [["Metric", String(route.metric)] as const]),
      ]),
    );
  }
  return sections.join("\n");
}

/**
 * Sections [DHCPv4], [DHCPv6] and [IPv6AcceptRA] of systemd.network(5): routes and packet size of IPv6
 * come from routers, not from DHCPv6.
 */
function renderDhcpSections(iface: InterfaceConfig): readonly string[] {
  const { dhcp4, dhcp6, dhcp4Overrides = {}, dhcp6Overrides = {} } = iface;
  const { routeMetric, useMtu, useRoutes, ...rest } = dhcp6Overrides;
  const byRouter: DhcpOverrides = {
    ...(routeMetric === undefined ? {} : { routeMetric }),
    ...(useMtu === undefined ? {} : { useMtu }),
    ...(useRoutes === undefined ? {} : { useRoutes }),
  };
  const sections: readonly (readonly [string, DhcpOverrides])[] = [
    ...(dhcp4 ? [["DHCPv4", dhcp4Overrides] as const] : []),
    ...(dhcp6 === "no" ? [] : [["DHCPv6", rest] as const, ["IPv6AcceptRA", byRouter] as const]),
  ];
  return sections.flatMap(([name, overrides]) => {
    const known = name === "IPv6AcceptRA" ? ROUTER_SETTINGS : DHCP_SETTINGS;
    const settings = known.flatMap(([setting, key]) => {
      const value = overrides[key];
      const text = typeof value === "boolean" ? (value ? "yes" : "no") : value;
      return text === undefined ? [] : [[setting, String(text)] as const];
    });
    return settings.length === 0 ? [] : [renderSection(name, settings)];
  });
}

const DHCP_SETTINGS: readonly (readonly [string, keyof DhcpOverrides])[] = [
  ["RouteMetric", "routeMetric"],
  ["UseDNS", "useDns"],
  ["UseNTP", "useNtp"],
  ["UseHostname", "useHostname"],
  ["UseMTU", "useMtu"],
  ["UseRoutes", "useRoutes"],
  ["UseDomains", "useDomains"],
  ["SendHostname", "sendHostname"],
  ["Hostname", "hostname"],
];

/** Routes are what makes it a gateway, and the prefixes that it announces. */
const ROUTER_SETTINGS: typeof DHCP_SETTINGS = [
  ["RouteMetric", "routeMetric"],
  ["UseMTU", "useMtu"],
  ["UseGateway", "useRoutes"],
  ["UseRoutePrefix", "useRoutes"],
];

/** Whether networkd has to be told that the gateway is on the link: it is in none of the networks that are known. */
function isOutside(iface: InterfaceConfig, { family, gateway }: RouteConfig): boolean {
  const isStatic = family === 4 ? !iface.dhcp4 : !iface.slaac && iface.dhcp6 === "no";
  const target = parseAddress(gateway);
  return (
    isStatic &&
    target !== undefined &&
    !isLinkLocal6(target) &&
    !iface.addresses.some(({ address, prefixLength }) => {
      const own = parseAddress(address);
      return own !== undefined && isSameNetwork(own, target, prefixLength);
    })
  );
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
