import { isRecord } from "../text/record.ts";
import { readDhcpOverrides } from "./dhcp-overrides.ts";
import { addNameserver, addSearchDomain, setMtu } from "./draft-interface.ts";
import { setBond, setVlan } from "./draft-link.ts";
import { finishDraft } from "./finish-draft.ts";
import { addGlobalRoutes, type GlobalRoute } from "./global-route.ts";
import {
  describeValue,
  givenAt,
  givenList,
  type Path,
  type Raw,
  readList,
  readText,
} from "./given.ts";
import { setYamlMacAddress } from "./yaml-mac-address.ts";
import type { ParsedNetwork } from "./network-config.ts";
import {
  addNote,
  createNetworkDraft,
  draftInterface,
  type Given,
  type InterfaceDraft,
  isInterfaceName,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";
import { applySubnets } from "./v1-subnet.ts";

/**
 * Network configuration version 1 (compat network.md §6): `{version: 1, config: [items]}`, already
 * parsed from YAML or JSON. An item that cannot be used is a problem and skipped. `at` is where the
 * mapping itself stands, for key paths; `source` names the file.
 */
export function parseNetworkV1(data: Raw, source: string, at: Path = []): ParsedNetwork {
  const draft = createNetworkDraft(source);
  const later: Item[] = [];
  for (const [index, raw] of readList(draft, data, "config", { path: at }).entries()) {
    const path = [...at, "config", index];
    if (!isRecord(raw)) {
      reportProblem(draft, "Skipping invalid command: expected a mapping", { path });
      continue;
    }
    const type = (readText(raw["type"]) ?? "").toLowerCase();
    if (type === "nameserver" || type === "route") {
      later.push({ raw, path, type });
    } else if (INTERFACE_TYPES.has(type)) {
      applyInterface(draft, { raw, path, type });
    } else {
      const message = `Unknown command type ${quoteValue(describeValue(raw["type"] ?? ""))}: expected physical, loopback, bond, vlan, nameserver or route`;
      reportProblem(draft, message, { path: [...path, "type"] });
    }
  }
  const routes: GlobalRoute[] = [];
  for (const item of later) {
    if (item.type === "route") {
      routes.push(item);
    } else {
      applyNameserver(draft, item);
    }
  }
  addGlobalRoutes(draft, routes);
  return finishDraft(draft);
}

interface Item {
  readonly raw: Raw;
  readonly path: Path;
  readonly type: string;
}

const INTERFACE_TYPES = new Set(["physical", "loopback", "bond", "vlan", "bridge"]);

const KNOWN_KEYS = new Set(
  "type name mac_address mtu subnets accept-ra accept_ra bond_interfaces params vlan_link vlan_id wakeonlan dhcp4-overrides dhcp6-overrides".split(
    " ",
  ),
);

function applyInterface(draft: NetworkDraft, { raw, path, type }: Item): void {
  const name = readText(raw["name"]) ?? (type === "loopback" ? "lo" : undefined);
  if (name === undefined || !isInterfaceName(name) || draft.interfaces.has(name)) {
    const found =
      name === undefined
        ? 'it has no "name"'
        : `${quoteValue(name)} is ${draft.interfaces.has(name) ? "there already" : "no name of an interface"}`;
    const message = `Skipping invalid command: an item of type ${type} needs a name of its own, and ${found}`;
    reportProblem(draft, message, { path: name === undefined ? path : [...path, "name"] });
    return;
  }
  if (type === "bridge") {
    const message = `Cannot make the bridge ${name}: bridges are not supported`;
    reportProblem(draft, message, { path });
    return;
  }
  const iface = draftInterface(draft, name, {});
  applyLink(draft, iface, { raw, path, type });
  setYamlMacAddress(draft, iface, raw["mac_address"], [...path, "mac_address"]);
  const mtu = givenAt(raw["mtu"], [...path, "mtu"]);
  if (mtu.text !== "") {
    setMtu(draft, iface, mtu);
  }
  applySubnets(draft, iface, raw, path);
  readDhcpOverrides(draft, iface, raw, path);
  // With DHCPv6 it only says that routers are listened to, which DHCPv6 needs anyway.
  if ((raw["accept-ra"] ?? raw["accept_ra"]) === true && iface.dhcp6 === "no") {
    iface.slaac = true;
  }
  for (const key of Object.keys(raw).filter((each) => !KNOWN_KEYS.has(each))) {
    addNote(draft, `Key ${quoteValue(key)} of ${name} in ${draft.source} is not used`);
  }
}

function applyLink(draft: NetworkDraft, iface: InterfaceDraft, { raw, path, type }: Item): void {
  if (type === "loopback") {
    iface.link = { kind: "loopback" };
  } else if (type === "bond") {
    const params = bondParameters(raw["params"], [...path, "params"]);
    setBond(draft, iface, {
      members: givenList(raw, "bond_interfaces", path),
      mode: params.get("mode"),
      parameters: [...params].filter(([key]) => key !== "mode"),
    });
  } else if (type === "vlan") {
    setVlan(draft, iface, {
      parent: givenAt(raw["vlan_link"], [...path, "vlan_link"]),
      id: givenAt(raw["vlan_id"], [...path, "vlan_id"]),
    });
  }
}

/** "bond-miimon", "bond_miimon" and "miimon" are one. */
function bondParameters(value: unknown, path: Path): ReadonlyMap<string, Given> {
  const parameters = new Map<string, Given>();
  for (const [key, given] of isRecord(value) ? Object.entries(value) : []) {
    const text = Array.isArray(given) ? given.map(describeValue).join(",") : given;
    const parameter = givenAt(text, [...path, key]);
    if (parameter.text !== "") {
      parameters.set(key.replace(/^bond[-_]/u, "").replaceAll("_", "-"), parameter);
    }
  }
  return parameters;
}

function applyNameserver(draft: NetworkDraft, { raw, path }: Item): void {
  const name = readText(raw["interface"]);
  const iface = name === undefined ? undefined : draft.interfaces.get(name);
  if (name !== undefined && iface === undefined) {
    const message = `Cannot find the interface ${quoteValue(name)} that DNS settings are for: they are used for the whole machine`;
    reportProblem(draft, message, { path: [...path, "interface"] }, "warning");
  }
  const { nameservers, searchDomains } = iface ?? draft;
  const where = iface?.name ?? "the machine";
  const servers = givenList(raw, "address", path);
  const domains = givenList(raw, "search", path);
  if (servers.length === 0 && domains.length === 0) {
    const message = 'Skipping invalid command: an item of type nameserver needs an "address"';
    reportProblem(draft, message, { path });
  }
  for (const server of servers) {
    addNameserver(draft, nameservers, server, where);
  }
  for (const domain of domains) {
    addSearchDomain(draft, searchDomains, domain, where);
  }
}
