import { isRecord } from "../text/record.ts";
import { addAddress, addNameserver, addSearchDomain, setMtu } from "./draft-interface.ts";
import { addGateway } from "./draft-route.ts";
import { addGivenRoute } from "./given-route.ts";
import {
  describeValue,
  givenAt,
  givenList,
  type Path,
  type Raw,
  readList,
  readText,
} from "./given.ts";
import {
  type Given,
  type InterfaceDraft,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** Adds `subnets` of one interface of version 1 (compat network.md §6). */
export function applySubnets(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  item: Raw,
  path: Path,
): void {
  for (const [index, subnet] of readList(draft, item, "subnets", { path }).entries()) {
    const at = [...path, "subnets", index];
    if (isRecord(subnet)) {
      applySubnet(draft, iface, subnet, at);
    } else {
      const message = `Cannot use a subnet of ${iface.name}: expected a mapping`;
      reportProblem(draft, message, { path: at });
    }
  }
}

function applySubnet(draft: NetworkDraft, iface: InterfaceDraft, subnet: Raw, path: Path): void {
  const type = (readText(subnet["type"]) ?? "").toLowerCase();
  switch (type) {
    case "dhcp":
    case "dhcp4":
      iface.dhcp4 = true;
      break;
    case "dhcp6":
    case "ipv6_dhcpv6-stateful":
      iface.dhcp6 = "stateful";
      break;
    case "ipv6_dhcpv6-stateless":
      // Addresses from the router, the rest from the server (RFC 8415 §6.1).
      iface.slaac = true;
      iface.dhcp6 = iface.dhcp6 === "stateful" ? "stateful" : "stateless";
      break;
    case "ipv6_slaac":
      iface.slaac = true;
      break;
    case "static":
    case "static4":
    case "static6":
      applyStatic(draft, iface, { subnet, path, type });
      break;
    case "manual":
    case "loopback":
      break;
    default: {
      const message = `Cannot use a subnet of type ${quoteValue(describeValue(subnet["type"] ?? ""))} on ${iface.name}: expected static, static6, dhcp4, dhcp6, ipv6_slaac, ipv6_dhcpv6-stateful, ipv6_dhcpv6-stateless or manual`;
      reportProblem(draft, message, { path: [...path, "type"] });
      return;
    }
  }
  applyRest(draft, iface, subnet, path);
}

function applyStatic(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  given: { readonly subnet: Raw; readonly path: Path; readonly type: string },
): void {
  const { subnet, path, type } = given;
  const family = type === "static4" ? 4 : type === "static6" ? 6 : undefined;
  const read = (key: string): Given => givenAt(subnet[key], [...path, key]);
  const [address, prefix, netmask, gateway] = [
    read("address"),
    read("prefix"),
    read("netmask"),
    read("gateway"),
  ];
  const mask = prefix.text === "" ? netmask : prefix;
  if (isOwnAddress(iface, address.text)) {
    return;
  }
  addAddress(draft, iface, {
    address,
    ...(family === undefined ? {} : { family }),
    ...(mask.text === "" ? {} : { mask }),
  });
  if (gateway.text !== "") {
    const metric = read("metric");
    addGateway(draft, iface, gateway, metric.text === "" ? {} : { metric });
  }
}

/** What every loopback interface has by itself. */
export function isOwnAddress(iface: InterfaceDraft, address: string): boolean {
  return iface.link.kind === "loopback" && /^(?:127\.0\.0\.1|::1)(?:\/\d+)?$/u.test(address);
}

function applyRest(draft: NetworkDraft, iface: InterfaceDraft, subnet: Raw, path: Path): void {
  for (const [index, raw] of readList(draft, subnet, "routes", { path }).entries()) {
    addGivenRoute(draft, iface, { raw, path: [...path, "routes", index], assumesMask: true });
  }
  for (const server of givenList(subnet, "dns_nameservers", path)) {
    addNameserver(draft, iface.nameservers, server, iface.name);
  }
  for (const domain of givenList(subnet, "dns_search", path)) {
    addSearchDomain(draft, iface.searchDomains, domain, iface.name);
  }
  const mtu = givenAt(subnet["mtu"], [...path, "mtu"]);
  if (mtu.text !== "" && iface.mtuBytes === undefined) {
    setMtu(draft, iface, mtu);
  }
}
