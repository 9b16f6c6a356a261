import { isRecord } from "../text/record.ts";
import { bondModeName } from "./bond-mode.ts";
import { addNameserver, setMacAddress, setMtu } from "./draft-interface.ts";
import { finishDraft } from "./finish-draft.ts";
import type { Link, ParsedNetwork } from "./network-config.ts";
import {
  createNetworkDraft,
  draftInterface,
  isInterfaceName,
  type NetworkDraft,
  type Place,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";
import { applyOpenStackNetwork, describeValue, givenAt, readList } from "./openstack-network.ts";

/**
 * OpenStack's network_data.json (nova, doc "Metadata", network_data; compat datasources.md §3.6),
 * already parsed from JSON. Link types that nova and nova-powervm write count as physical NICs
 * (DECISIONS 10), unknown ones too, with a note. `source` names the file in problems.
 */
export function parseOpenStackNetwork(data: unknown, source: string): ParsedNetwork {
  const draft = createNetworkDraft(source);
  const notes: string[] = [];
  if (!isRecord(data)) {
    reportProblem(draft, "Cannot read network settings: expected a JSON object", {});
    return finishDraft(draft);
  }
  const links = readLinks(draft, data["links"]);
  for (const link of links.values()) {
    applyLink(draft, link, links, notes);
  }
  for (const [index, network] of readList(draft, data, "networks", {}).entries()) {
    const at = { path: ["networks", index] };
    const id = isRecord(network) ? readText(network["link"]) : undefined;
    const link = id === undefined ? undefined : links.get(id);
    if (!isRecord(network) || link === undefined) {
      const found = isRecord(network) ? quoteValue(describeValue(network["link"])) : "no object";
      const message = `Cannot use a network: expected the id of a link in "link", found ${found}`;
      reportProblem(draft, message, at);
      continue;
    }
    applyOpenStackNetwork(draft, draftInterface(draft, link.name, {}), network, at.path);
  }
  for (const [index, service] of readList(draft, data, "services", {}).entries()) {
    if (isRecord(service) && (service["type"] ?? "dns") === "dns") {
      const address = givenAt(service["address"], ["services", index, "address"]);
      addNameserver(draft, draft.nameservers, address, "the machine");
    }
  }
  const parsed = finishDraft(draft);
  return notes.length === 0 ? parsed : { ...parsed, notes };
}

interface OpenStackLink {
  readonly id: string;
  /** Unique. */
  readonly name: string;
  readonly type: string;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly path: readonly (string | number)[];
}

/** By id. Names are settled first, since bonds and VLANs name other links. */
function readLinks(draft: NetworkDraft, value: unknown): ReadonlyMap<string, OpenStackLink> {
  const links = new Map<string, OpenStackLink>();
  const names = new Set<string>();
  let bondCount = 0;
  for (const [index, raw] of readList(draft, { links: value }, "links", {}).entries()) {
    const path = ["links", index];
    const id = isRecord(raw) ? readText(raw["id"]) : undefined;
    if (!isRecord(raw) || id === undefined || links.has(id)) {
      const what = id === undefined ? 'without "id"' : `with the id ${quoteValue(id)} of another`;
      reportProblem(draft, `Cannot use a link ${what}`, { path });
      continue;
    }
    const type = (readText(raw["type"]) ?? "").toLowerCase();
    const wanted = readText(raw["name"]) ?? (type === "bond" ? `bond${bondCount}` : id);
    bondCount += type === "bond" ? 1 : 0;
    const name = [wanted, id].find((each) => isInterfaceName(each) && !names.has(each));
    if (name !== wanted) {
      const message = `Cannot use ${quoteValue(wanted)} as the name of a link: expected a name of its own, of letters and digits`;
      reportProblem(draft, message, { path });
    }
    const used = name ?? `link${index}`;
    names.add(used);
    links.set(id, { id, name: used, type, raw, path });
  }
  return links;
}

/** phy … cascading: nova; pvm_*: nova-powervm; null and absent: nova for some drivers. */
const PHYSICAL_TYPES = new Set(
  "phy vif ovs bridge tap ethernet hw_veb hyperv dvs vhostuser bgpovs cascading macvtap midonet ivs vrouter 802.1qbg 802.1qbh ib_hostdev hostdev_physical pvm_sea pvm_sriov pvm_ovs".split(
    " ",
  ),
);

function applyLink(
  draft: NetworkDraft,
  link: OpenStackLink,
  links: ReadonlyMap<string, OpenStackLink>,
  notes: string[],
): void {
  const { raw, path, type } = link;
  const iface = draftInterface(draft, link.name, {});
  const mtu = givenAt(raw["mtu"], [...path, "mtu"]);
  if (mtu.text !== "") {
    setMtu(draft, iface, mtu);
  }
  const macKey = type === "vlan" ? "vlan_mac_address" : "ethernet_mac_address";
  const mac = givenAt(raw[macKey], [...path, macKey]);
  if (mac.text !== "") {
    setMacAddress(draft, iface, mac);
  }
  if (type === "bond") {
    iface.link = bondLink(draft, link, links);
  } else if (type === "vlan") {
    iface.link = vlanLink(draft, link, links) ?? iface.link;
  } else if (type !== "" && !PHYSICAL_TYPES.has(type)) {
    notes.push(
      `Link ${link.name} of ${draft.source} has the unknown type ${quoteValue(type)}: it is treated as a physical NIC`,
    );
  }
}

function bondLink(
  draft: NetworkDraft,
  { name, raw, path }: OpenStackLink,
  links: ReadonlyMap<string, OpenStackLink>,
): Link {
  const members: string[] = [];
  for (const value of readList(draft, raw, "bond_links", { path })) {
    const member = links.get(readText(value) ?? "");
    if (member === undefined) {
      const message = `Cannot find the link ${quoteValue(describeValue(value))} that bond ${name} is made of`;
      reportProblem(draft, message, { path: [...path, "bond_links"] });
    } else {
      members.push(member.name);
    }
  }
  const parameters: Record<string, string> = {};
  for (const [key, value] of Object.entries(raw)) {
    const parameter = /^bond_(?!links$|mode$)([a-z0-9_]+)$/u.exec(key)?.[1];
    const text = readText(value);
    if (parameter !== undefined && text !== undefined) {
      parameters[parameter.replaceAll("_", "-")] = text;
    }
  }
  return { kind: "bond", members, mode: bondModeName(readText(raw["bond_mode"])), parameters };
}

function vlanLink(
  draft: NetworkDraft,
  { name, raw, path }: OpenStackLink,
  links: ReadonlyMap<string, OpenStackLink>,
): Link | undefined {
  const parent = links.get(readText(raw["vlan_link"]) ?? "");
  const idText = readText(raw["vlan_id"]) ?? "";
  const id = /^\d{1,4}$/u.test(idText) ? Number(idText) : 0;
  const report = (message: string, at: Place): undefined => {
    reportProblem(draft, message, at);
  };
  if (parent === undefined) {
    const message = `Cannot find the link ${quoteValue(describeValue(raw["vlan_link"]))} that VLAN ${name} is on`;
    return report(message, { path: [...path, "vlan_link"] });
  }
  if (id < 1 || id > 4094) {
    const message = `Cannot use VLAN number ${quoteValue(idText)} of ${name}: expected a number from 1 to 4094`;
    return report(message, { path: [...path, "vlan_id"] });
  }
  return { kind: "vlan", parent: parent.name, id };
}

/** Text, or a number as text; undefined for everything else and for "". */
function readText(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text !== "" ? text : undefined;
}
