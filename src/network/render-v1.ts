import { renderDhcpOverrides } from "./dhcp-overrides.ts";
import type { InterfaceConfig, NetworkConfig, RouteConfig } from "./network-config.ts";

/**
 * Network configuration version 1 (compat network.md §6), as `instance/network-config.json` keeps
 * what was applied. `parseNetworkV1` reads it back to the same configuration; only lines of the
 * source are lost.
 */
export function renderNetworkV1(config: NetworkConfig): Readonly<Record<string, unknown>> {
  const items: unknown[] = config.interfaces.map(renderInterface);
  if (config.nameservers.length > 0 || config.searchDomains.length > 0) {
    items.push({
      type: "nameserver",
      ...listPart("address", config.nameservers),
      ...listPart("search", config.searchDomains),
    });
  }
  return { version: 1, config: items };
}

function renderInterface(iface: InterfaceConfig): unknown {
  const { name, macAddress, mtuBytes } = iface;
  return {
    ...renderLink(iface),
    name,
    ...(macAddress === undefined ? {} : { mac_address: macAddress }),
    ...(mtuBytes === undefined ? {} : { mtu: mtuBytes }),
    subnets: renderSubnets(iface),
    // No keys of version 1: it has none for them.
    ...renderDhcpOverrides(iface),
  };
}

function renderLink({ link }: InterfaceConfig): Readonly<Record<string, unknown>> {
  switch (link.kind) {
    case "physical":
    case "loopback":
      return { type: link.kind };
    case "bond": {
      const params = Object.entries(link.parameters).map(([key, value]) => [`bond-${key}`, value]);
      return {
        type: "bond",
        bond_interfaces: link.members,
        params: { "bond-mode": link.mode, ...Object.fromEntries(params) },
      };
    }
    case "vlan":
      return { type: "vlan", vlan_link: link.parent, vlan_id: link.id };
  }
}

/** Routes and DNS settings go with the first subnet: version 1 has no other place for them. */
function renderSubnets(iface: InterfaceConfig): readonly unknown[] {
  const subnets: Readonly<Record<string, unknown>>[] = [];
  if (iface.dhcp4) {
    subnets.push({ type: "dhcp4" });
  }
  if (iface.dhcp6 === "stateful") {
    subnets.push({ type: "ipv6_dhcpv6-stateful" });
  }
  if (iface.dhcp6 === "stateless") {
    subnets.push({ type: "ipv6_dhcpv6-stateless" });
  } else if (iface.slaac) {
    subnets.push({ type: "ipv6_slaac" });
  }
  for (const { family, address, prefixLength } of iface.addresses) {
    const type = family === 4 ? "static" : "static6";
    subnets.push({ type, address: `${address}/${prefixLength}` });
  }
  const [first = { type: "manual" }, ...others] = subnets;
  const rest = {
    ...(iface.routes.length === 0 ? {} : { routes: iface.routes.map(renderRoute) }),
    ...listPart("dns_nameservers", iface.nameservers),
    ...listPart("dns_search", iface.searchDomains),
  };
  const isEmpty = subnets.length === 0 && Object.keys(rest).length === 0;
  return isEmpty ? [] : [{ ...first, ...rest }, ...others];
}

function renderRoute({ destination, prefixLength, gateway, metric }: RouteConfig): unknown {
  return {
    destination: `${destination}/${prefixLength}`,
    gateway,
    ...(metric === undefined ? {} : { metric }),
  };
}

function listPart(key: string, values: readonly string[]): Readonly<Record<string, unknown>> {
  return values.length === 0 ? {} : { [key]: values };
}
