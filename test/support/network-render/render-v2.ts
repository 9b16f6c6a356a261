import type {
  InterfaceConfig,
  NetworkConfig,
  RouteConfig,
} from "../../../src/network/network-config.ts";

type Devices = Record<string, unknown>;

/** Network configuration version 2 of a network, as `parseNetworkV2` reads it. */
export function renderNetworkV2(config: NetworkConfig): Readonly<Record<string, unknown>> {
  const ethernets: Devices = {};
  const bonds: Devices = {};
  const vlans: Devices = {};
  for (const iface of config.interfaces) {
    const { name, link, macAddress } = iface;
    const mac = macAddress === undefined ? {} : { macaddress: macAddress };
    if (link.kind === "bond") {
      const { miimon, "xmit-hash-policy": hash, ...others } = link.parameters;
      bonds[idOf(name)] = {
        ...renderSettings(iface),
        ...mac,
        "set-name": name,
        interfaces: link.members.map(idOf),
        parameters: {
          mode: link.mode,
          ...(miimon === undefined ? {} : { "mii-monitor-interval": Number(miimon) }),
          ...(hash === undefined ? {} : { "transmit-hash-policy": hash }),
          ...others,
        },
      };
    } else if (link.kind === "vlan") {
      vlans[idOf(name)] = {
        ...renderSettings(iface),
        ...mac,
        "set-name": name,
        id: link.id,
        link: idOf(link.parent),
      };
    } else {
      ethernets[idOf(name)] = {
        ...renderSettings(iface),
        ...(macAddress === undefined ? {} : { match: mac }),
        "set-name": name,
      };
    }
  }
  return { version: 2, ethernets, bonds, vlans };
}

/** Others than the names, to see that references are by id. */
function idOf(name: string): string {
  return `id-${name}`;
}

function renderSettings(iface: InterfaceConfig): Readonly<Record<string, unknown>> {
  const { mtuBytes, nameservers, searchDomains } = iface;
  return {
    dhcp4: iface.dhcp4,
    ...(iface.dhcp6 === "no" ? {} : { dhcp6: "yes" }),
    ...(iface.slaac ? { "accept-ra": true } : {}),
    addresses: iface.addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
    routes: iface.routes.map(renderRoute),
    ...(mtuBytes === undefined ? {} : { mtu: mtuBytes }),
    nameservers: { addresses: nameservers, search: searchDomains },
  };
}

function renderRoute({ destination, prefixLength, gateway, metric }: RouteConfig): unknown {
  return {
    to: prefixLength === 0 ? "default" : `${destination}/${prefixLength}`,
    via: gateway,
    ...(metric === undefined ? {} : { metric }),
  };
}
