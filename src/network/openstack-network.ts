import { isRecord } from "../text/record.ts";
import { addAddress, addNameserver, addSearchDomain } from "./draft-interface.ts";
import { addGateway } from "./draft-route.ts";
import { addGivenRoute } from "./given-route.ts";
import { describeValue, givenAt, givenList, type Path, type Raw, readList } from "./given.ts";
import {
  type InterfaceDraft,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** Adds one entry of `networks` in network_data.json to the interface it is on. */
export function applyOpenStackNetwork(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  network: Raw,
  path: Path,
): void {
  const type = typeof network["type"] === "string" ? network["type"].toLowerCase() : "";
  switch (type) {
    case "ipv4_dhcp":
    case "dhcp4":
      iface.dhcp4 = true;
      break;
    case "ipv6_dhcp":
    case "ipv6_dhcpv6-stateful":
    case "dhcp6":
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
    case "ipv4":
    case "static":
    case "ipv6":
    case "static6":
      applyStatic(draft, iface, network, { type, path });
      break;
    default: {
      const message = `Cannot use a network of type ${quoteValue(describeValue(network["type"]))} on ${iface.name}: expected ipv4, ipv6, ipv4_dhcp, ipv6_dhcp, ipv6_slaac, ipv6_dhcpv6-stateful or ipv6_dhcpv6-stateless`;
      reportProblem(draft, message, { path: [...path, "type"] });
      return;
    }
  }
  for (const [index, route] of readList(draft, network, "routes", { path }).entries()) {
    addGivenRoute(draft, iface, { raw: route, path: [...path, "routes", index] });
  }
  applyDns(draft, iface, network, path);
}

function applyStatic(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  network: Raw,
  { type, path }: { readonly type: string; readonly path: Path },
): void {
  // "static" of cloud-init's own formats says no family.
  const family = type === "ipv4" ? 4 : type === "static" ? undefined : 6;
  const familyPart: { readonly family?: 4 | 6 } = family === undefined ? {} : { family };
  const address = givenAt(network["ip_address"] ?? network["address"], [...path, "ip_address"]);
  const mask = givenAt(network["netmask"], [...path, "netmask"]);
  const maskPart = mask.text === "" ? {} : { mask };
  addAddress(draft, iface, { address, ...familyPart, ...maskPart });
  const gateway = givenAt(network["gateway"], [...path, "gateway"]);
  if (gateway.text !== "") {
    addGateway(draft, iface, gateway, familyPart);
  }
}

/** DNS servers of the routes come first, then those of the network. */
function applyDns(draft: NetworkDraft, iface: InterfaceDraft, network: Raw, path: Path): void {
  const routes = Array.isArray(network["routes"]) ? (network["routes"] as readonly unknown[]) : [];
  const owners: (readonly [unknown, Path])[] = [
    ...routes.map((route, index) => [route, [...path, "routes", index]] as const),
    [network, path],
  ];
  for (const [owner, ownerPath] of owners) {
    if (!isRecord(owner)) {
      continue;
    }
    for (const [index, service] of readList(draft, owner, "services", {
      path: ownerPath,
    }).entries()) {
      if (isRecord(service) && service["type"] === "dns") {
        const address = givenAt(service["address"], [...ownerPath, "services", index, "address"]);
        addNameserver(draft, iface.nameservers, address, iface.name);
      }
    }
  }
  for (const server of givenList(network, "dns_nameservers", path)) {
    addNameserver(draft, iface.nameservers, server, iface.name);
  }
  for (const domain of givenList(network, "dns_search", path)) {
    addSearchDomain(draft, iface.searchDomains, domain, iface.name);
  }
}
