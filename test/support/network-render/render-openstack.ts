import { formatMask } from "../../../src/network/ip-address.ts";
import type {
  InterfaceConfig,
  NetworkConfig,
  RouteConfig,
} from "../../../src/network/network-config.ts";

/** network_data.json of a network, as `parseOpenStackNetwork` reads it. */
export function renderOpenStack(config: NetworkConfig): Readonly<Record<string, unknown>> {
  return {
    links: config.interfaces.map(renderLink),
    networks: config.interfaces.flatMap(renderNetworks),
    services: config.nameservers.map((address) => ({ type: "dns", address })),
  };
}

function idOf(name: string): string {
  return `link-${name}`;
}

function renderLink(iface: InterfaceConfig): unknown {
  const { name, link, macAddress, mtuBytes } = iface;
  const macKey = link.kind === "vlan" ? "vlan_mac_address" : "ethernet_mac_address";
  return {
    id: idOf(name),
    name,
    mtu: mtuBytes ?? null,
    ...(macAddress === undefined ? {} : { [macKey]: macAddress.toUpperCase() }),
    ...renderKind(iface),
  };
}

function renderKind({ link }: InterfaceConfig): Readonly<Record<string, unknown>> {
  switch (link.kind) {
    case "bond": {
      const parameters = Object.entries(link.parameters).map(([key, value]) => [
        `bond_${key.replaceAll("-", "_")}`,
        /^\d+$/u.test(value) ? Number(value) : value,
      ]);
      return {
        type: "bond",
        bond_links: link.members.map(idOf),
        bond_mode: link.mode,
        ...Object.fromEntries(parameters),
      };
    }
    case "vlan":
      return { type: "vlan", vlan_link: idOf(link.parent), vlan_id: link.id };
    default:
      return { type: "pvm_sea" };
  }
}

function renderNetworks(iface: InterfaceConfig): readonly unknown[] {
  const networks: Readonly<Record<string, unknown>>[] = [];
  if (iface.dhcp4) {
    networks.push({ type: "ipv4_dhcp" });
  }
  if (iface.dhcp6 === "stateful") {
    networks.push({ type: "ipv6_dhcpv6-stateful" });
  }
  if (iface.dhcp6 === "stateless") {
    networks.push({ type: "ipv6_dhcpv6-stateless" });
  } else if (iface.slaac) {
    networks.push({ type: "ipv6_slaac" });
  }
  for (const { family, address, prefixLength } of iface.addresses) {
    networks.push({
      type: `ipv${family}`,
      ip_address: address,
      netmask: formatMask(family, prefixLength),
    });
  }
  const first = {
    routes: iface.routes.map(renderRoute),
    services: iface.nameservers.map((address) => ({ type: "dns", address })),
    dns_search: iface.searchDomains,
  };
  return networks.map((network, index) =>
    Object.assign(
      {
        id: `${iface.name}-${index}`,
        network_id: "8d5b3a5e-0000-4000-8000-000000000001",
        link: idOf(iface.name),
      },
      network,
      index === 0 ? first : {},
    ),
  );
}

function renderRoute({ family, destination, prefixLength, gateway, metric }: RouteConfig): unknown {
  return {
    network: destination,
    netmask: formatMask(family, prefixLength),
    gateway,
    ...(metric === undefined ? {} : { metric }),
  };
}
