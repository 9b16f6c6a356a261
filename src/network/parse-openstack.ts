import { isRecord } from "../text/record.ts";
import { addNameserver, setMacAddress, setMtu } from "./draft-interface.ts";
import { leaveOut, setBond, setVlan } from "./draft-link.ts";
import { finishDraft } from "./finish-draft.ts";
import { describeValue, givenAt, type Raw, readList, readText } from "./given.ts";
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
import { applyOpenStackNetwork } from "./openstack-network.ts";

/**
 * OpenStack's network_data.json (nova, doc "Metadata", network_data; compat datasources.md §3.6),
 * already parsed from JSON. Link types that nova and nova-powervm write count as physical NICs
 * (DECISIONS 10), unknown ones too, with a note. `source` names the file in problems.
 */
export function parseOpenStackNetwork(data: unknown, source: string): ParsedNetwork {
  const draft = createNetworkDraft(source);
  if (!isRecord(data)) {
    reportProblem(draft, "Cannot read network settings: expected a JSON object", {});
    return finishDraft(draft);
  }
  const links = readLinks(draft, data["links"]);
  for (const link of links.values()) {
    applyLink(draft, link, links);
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
  return finishDraft(draft);
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
  const list = readList(draft, { links: value }, "links", {});
  const wantedNames = chooseNames(list);
  for (const [index, raw] of list.entries()) {
    const path = ["links", index];
    const id = isRecord(raw) ? readText(raw["id"]) : undefined;
    if (!isRecord(raw) || id === undefined || links.has(id)) {
      const what = id === undefined ? 'without "id"' : `with the id ${quoteValue(id)} of another`;
      reportProblem(draft, `Cannot use a link ${what}`, { path });
      continue;
    }
    const wanted = wantedNames.get(id) ?? id;
    const name = [wanted, id].find((each) => isInterfaceName(each) && !names.has(each));
    if (name !== wanted) {
      const message = `Cannot use ${quoteValue(wanted)} as the name of a link: expected a name of its own, of letters and digits`;
      reportProblem(draft, message, { path });
    }
    const used = name ?? `link${index}`;
    names.add(used);
    links.set(id, { id, name: used, type: typeOf(raw), raw, path });
  }
  return links;
}

function typeOf(raw: Raw): string {
  return (readText(raw["type"]) ?? "").toLowerCase();
}

/** By id: their own names, else "bondN" for the Nth bond and "PARENT.ID" for a VLAN, else the id. */
function chooseNames(list: readonly unknown[]): ReadonlyMap<string, string> {
  const raws = list.filter(isRecord);
  const names = new Map<string, string>();
  let bondCount = 0;
  for (const raw of raws) {
    const isBond = typeOf(raw) === "bond";
    const id = readText(raw["id"]) ?? "";
    const name = readText(raw["name"]) ?? (isBond ? `bond${bondCount}` : id);
    bondCount += isBond ? 1 : 0;
    names.set(id, names.get(id) ?? name);
  }
  for (const raw of raws.filter((each) => typeOf(each) === "vlan")) {
    const id = readText(raw["id"]) ?? "";
    const parent = names.get(readText(raw["vlan_link"]) ?? "");
    const number = readText(raw["vlan_id"]);
    if (readText(raw["name"]) === undefined && parent !== undefined && number !== undefined) {
      names.set(id, `${parent}.${number}`);
    }
  }
  return names;
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
    applyBond(draft, iface, link, links);
  } else if (type === "vlan") {
    applyVlan(draft, iface, link, links);
  } else if (type !== "" && !PHYSICAL_TYPES.has(type)) {
    addNote(
      draft,
      `Link ${link.name} of ${draft.source} has the unknown type ${quoteValue(type)}: it is treated as a physical NIC`,
    );
  }
}

function applyBond(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  { raw, path }: OpenStackLink,
  links: ReadonlyMap<string, OpenStackLink>,
): void {
  const members: Given[] = [];
  for (const [index, value] of readList(draft, raw, "bond_links", { path }).entries()) {
    const member = links.get(readText(value) ?? "");
    const at = { path: [...path, "bond_links", index] };
    if (member === undefined) {
      const message = `Cannot find the link ${quoteValue(describeValue(value))} that bond ${iface.name} is made of`;
      reportProblem(draft, message, at);
    } else {
      members.push({ text: member.name, at });
    }
  }
  const parameters: [string, Given][] = [];
  for (const [key, value] of Object.entries(raw)) {
    const parameter = /^bond_(?!links$|mode$)([a-z0-9_]+)$/u.exec(key)?.[1];
    const given = givenAt(value, [...path, key]);
    if (parameter !== undefined && given.text !== "") {
      parameters.push([parameter.replaceAll("_", "-"), given]);
    }
  }
  const mode = givenAt(raw["bond_mode"], [...path, "bond_mode"]);
  setBond(draft, iface, { members, mode: mode.text === "" ? undefined : mode, parameters });
}

function applyVlan(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  { raw, path }: OpenStackLink,
  links: ReadonlyMap<string, OpenStackLink>,
): void {
  const given = givenAt(raw["vlan_link"], [...path, "vlan_link"]);
  const parent = links.get(given.text);
  if (parent === undefined) {
    const message = `Cannot find the link ${quoteValue(given.text)} that VLAN ${iface.name} is on`;
    leaveOut(draft, iface, message, given.at);
    return;
  }
  setVlan(draft, iface, {
    parent: { text: parent.name, at: given.at },
    id: givenAt(raw["vlan_id"], [...path, "vlan_id"]),
  });
}
