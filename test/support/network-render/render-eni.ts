import { formatMask } from "../../../src/network/ip-address.ts";
import type {
  InterfaceConfig,
  NetworkConfig,
  RouteConfig,
} from "../../../src/network/network-config.ts";

/** interfaces(5) text of a network, as `parseEni` reads it; `masks` says how masks are written. */
export function renderEni(config: NetworkConfig, masks: "prefix" | "dotted"): string {
  return ["auto lo", "iface lo inet loopback", ""]
    .concat(config.interfaces.flatMap((iface) => renderInterface(iface, masks)))
    .join("\n");
}

function renderInterface(iface: InterfaceConfig, masks: "prefix" | "dotted"): readonly string[] {
  const stanzas: { readonly head: string; readonly lines: string[] }[] = [];
  const add = (head: string, ...lines: readonly string[]): void => {
    stanzas.push({ head: `iface ${iface.name} ${head}`, lines: [...lines] });
  };
  if (iface.dhcp4) {
    add("inet dhcp");
  }
  if (iface.dhcp6 === "stateful") {
    add("inet6 dhcp");
  }
  if (iface.slaac) {
    add("inet6 auto", ...(iface.dhcp6 === "stateless" ? ["dhcp 1"] : []));
  }
  for (const { family, address, prefixLength } of iface.addresses) {
    const lines =
      masks === "prefix"
        ? [`address ${address}/${prefixLength}`]
        : [
            `address ${address}`,
            `netmask ${family === 4 ? formatMask(4, prefixLength) : prefixLength}`,
          ];
    add(family === 4 ? "inet static" : "inet6 static", ...lines);
  }
  if (stanzas.length === 0) {
    add("inet manual");
  }
  stanzas[0]?.lines.push(...renderCommon(iface));
  return [
    `auto ${iface.name}`,
    ...stanzas.flatMap(({ head, lines }) => [head].concat(lines.map((line) => `    ${line}`))),
    "",
  ];
}

function renderCommon(iface: InterfaceConfig): readonly string[] {
  const { macAddress, mtuBytes, nameservers, searchDomains } = iface;
  return [
    ...(macAddress === undefined ? [] : [`hwaddress ether ${macAddress}`]),
    ...(mtuBytes === undefined ? [] : [`mtu ${mtuBytes}`]),
    ...(nameservers.length === 0 ? [] : [`dns-nameservers ${nameservers.join(" ")}`]),
    ...(searchDomains.length === 0 ? [] : [`dns-search ${searchDomains.join(" ")}`]),
    ...renderLink(iface),
    ...iface.routes.map((route, index) => renderRoute(route, index)),
  ];
}

function renderLink({ link }: InterfaceConfig): readonly string[] {
  switch (link.kind) {
    case "bond":
      return [
        `bond-slaves ${link.members.join(" ")}`,
        `bond-mode ${link.mode}`,
        ...Object.entries(link.parameters).map(
          ([key, value]) => `bond_${key.replaceAll("-", "_")} ${value}`,
        ),
      ];
    case "vlan":
      return [`vlan-raw-device ${link.parent}`, `vlan_id ${link.id}`];
    default:
      return [];
  }
}

/** In turn by iproute2 and, where it can say it, by net-tools. */
function renderRoute(route: RouteConfig, index: number): string {
  const { family, destination, prefixLength, gateway, metric } = route;
  const isDefault = prefixLength === 0;
  const end = metric === undefined ? "" : ` metric ${metric}`;
  if (index % 2 === 0) {
    const tool = family === 4 ? "ip route add" : "ip -6 route add";
    const to = isDefault ? "default" : `${destination}/${prefixLength}`;
    return `post-up ${tool} ${to} via ${gateway}${end}`;
  }
  if (family === 6) {
    return `post-up route -A inet6 add ${destination}/${prefixLength} gw ${gateway}${end} || true`;
  }
  const to = isDefault
    ? "add default"
    : prefixLength === 32
      ? `add -host ${destination}`
      : `add -net ${destination} netmask ${formatMask(4, prefixLength)}`;
  return `post-up route ${to} gw ${gateway}${end} || true`;
}
