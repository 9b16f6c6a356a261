import { isRecord } from "../text/record.ts";
import { addAddress, addNameserver, addSearchDomain } from "./draft-interface.ts";
import { addGateway, addRoute } from "./draft-route.ts";
import {
  type Given,
  type InterfaceDraft,
  type NetworkDraft,
  type Place,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

type Path = readonly (string | number)[];
type Raw = Readonly<Record<string, unknown>>;

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
  for (const [index, route] of readList(draft, network, "routes", { path }).entries()) {
    const routePath = [...path, "routes", index];
    if (isRecord(route)) {
      applyRoute(draft, iface, route, routePath);
    } else {
      reportProblem(draft, `Cannot use a route on ${iface.name}: expected an object`, {
        path: routePath,
      });
    }
  }
}

function applyRoute(draft: NetworkDraft, iface: InterfaceDraft, route: Raw, path: Path): void {
  const given = (key: string): Given => givenAt(route[key], [...path, key]);
  const destination = given(route["network"] === undefined ? "destination" : "network");
  const [mask, metric] = [given("netmask"), given("metric")];
  if (mask.text === "" && !/[/]|^default$/u.test(destination.text)) {
    const message = `Cannot use a route to ${quoteValue(destination.text)} on ${iface.name}: it has no netmask`;
    reportProblem(draft, message, { path });
    return;
  }
  addRoute(draft, iface, {
    destination,
    gateway: given("gateway"),
    ...(mask.text === "" ? {} : { mask }),
    ...(metric.text === "" ? {} : { metric }),
  });
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

/** A list, or text with blanks or commas between the items. */
function givenList(owner: Raw, key: string, path: Path): readonly Given[] {
  const value = owner[key];
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : typeof value === "string"
      ? value.split(/[\s,]+/u)
      : [];
  return items.map((item) => givenAt(item, [...path, key])).filter(({ text }) => text !== "");
}

/** A value of JSON as text, and where it stands; "" where there is none. */
export function givenAt(value: unknown, path: Path): Given {
  const at = { path };
  if (value === undefined || value === null) {
    return { text: "", at };
  }
  return { text: describeValue(value), at };
}

/** A value of JSON for a message, or to be parsed where it is text or a number. Never throws, whatever the JSON. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") {
    return value.trim();
  }
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "[a list]" : "[an object]";
  }
  return String(value);
}

/** The list under a key; empty where there is none, with a problem where there is something else. */
export function readList(
  draft: NetworkDraft,
  owner: Raw,
  key: string,
  at: Place,
): readonly unknown[] {
  const value = owner[key];
  if (Array.isArray(value)) {
    return value as readonly unknown[];
  }
  if (value !== undefined && value !== null) {
    reportProblem(draft, `Cannot use "${key}": expected a list`, {
      path: [...(at.path ?? []), key],
    });
  }
  return [];
}
