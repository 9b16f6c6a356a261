import { parseBoolean } from "../text/boolean-option.ts";
import { isRecord } from "../text/record.ts";
import { readDhcpOverrides } from "./dhcp-overrides.ts";
import { addAddress, addNameserver, addSearchDomain, setMtu } from "./draft-interface.ts";
import { addGateway } from "./draft-route.ts";
import { addV2Route } from "./v2-route.ts";
import { describeValue, givenAt, givenList, type Path, type Raw, readList } from "./given.ts";
import {
  addNote,
  type InterfaceDraft,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";
import { isOwnAddress } from "./v1-subnet.ts";
import { setYamlMacAddress } from "./yaml-mac-address.ts";

/** Which adapter a device of version 2 is: `match: {macaddress, name, driver}`; the name is settled already. */
export function applyV2Match(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  raw: Raw,
  path: Path,
): void {
  const match = raw["match"];
  if (match === undefined || match === null) {
    return;
  }
  const at = [...path, "match"];
  if (!isRecord(match)) {
    reportProblem(draft, `Cannot use "match" of ${iface.name}: expected a mapping`, { path: at });
    return;
  }
  setYamlMacAddress(draft, iface, match["macaddress"], [...at, "macaddress"]);
  if (match["driver"] === undefined) {
    return;
  }
  const message = `The driver of an adapter is not looked at for ${iface.name}`;
  const isKnown = iface.macAddress !== undefined || match["name"] !== undefined;
  reportProblem(
    draft,
    isKnown ? message : `${message}: the adapter of that name is used`,
    { path: [...at, "driver"] },
    "warning",
  );
}

/** What it is about, and where it stands. */
export interface V2Device {
  readonly raw: Raw;
  readonly path: Path;
  readonly isPhysical: boolean;
}

/** Adds the settings that all devices of version 2 have in common (compat network.md §7). */
export function applyV2Device(draft: NetworkDraft, iface: InterfaceDraft, device: V2Device): void {
  const { raw, path, isPhysical } = device;
  iface.dhcp4 = readBoolean(draft, iface, device, "dhcp4") === true;
  iface.dhcp6 = readBoolean(draft, iface, device, "dhcp6") === true ? "stateful" : "no";
  // With DHCPv6 it only says that routers are listened to, which DHCPv6 needs anyway.
  iface.slaac = readBoolean(draft, iface, device, "accept-ra") === true && iface.dhcp6 === "no";
  readDhcpOverrides(draft, iface, raw, path);
  const mtu = givenAt(raw["mtu"], [...path, "mtu"]);
  if (mtu.text !== "") {
    setMtu(draft, iface, mtu);
  }
  if (!isPhysical) {
    setYamlMacAddress(draft, iface, raw["macaddress"], [...path, "macaddress"]);
  } else if (raw["macaddress"] !== undefined && raw["macaddress"] !== null) {
    const message = `The hardware address of ${iface.name} is not changed: "match" says which adapter it is`;
    reportProblem(draft, message, { path: [...path, "macaddress"] }, "warning");
  }
  applyAddresses(draft, iface, device);
  applyNameservers(draft, iface, device);
  for (const [index, route] of readList(draft, raw, "routes", { path }).entries()) {
    addV2Route(draft, iface, route, [...path, "routes", index]);
  }
  noteUnused(draft, iface, device);
}

function readBoolean(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  { raw, path }: V2Device,
  key: string,
): boolean | undefined {
  const value = raw[key];
  const answer = parseBoolean(value);
  if (answer === undefined && value !== undefined && value !== null) {
    const message = `Cannot use ${key} of ${iface.name}: expected true or false, got ${quoteValue(describeValue(value))}`;
    reportProblem(draft, message, { path: [...path, key] });
  }
  return answer;
}

function applyAddresses(draft: NetworkDraft, iface: InterfaceDraft, device: V2Device): void {
  const { raw, path } = device;
  for (const [index, value] of readList(draft, raw, "addresses", { path }).entries()) {
    const at = [...path, "addresses", index];
    // "192.0.2.10/24: {label: …}" has the address for its key.
    const texts: readonly unknown[] = isRecord(value) ? Object.keys(value) : [value];
    for (const text of texts) {
      const address = givenAt(text, at);
      if (!isOwnAddress(iface, address.text)) {
        addAddress(draft, iface, { address });
      }
    }
  }
  for (const family of [4, 6] as const) {
    const gateway = givenAt(raw[`gateway${family}`], [...path, `gateway${family}`]);
    if (gateway.text !== "") {
      addGateway(draft, iface, gateway, { family });
    }
  }
}

function applyNameservers(draft: NetworkDraft, iface: InterfaceDraft, device: V2Device): void {
  const value = device.raw["nameservers"];
  const path = [...device.path, "nameservers"];
  if (value === undefined || value === null) {
    return;
  }
  if (!isRecord(value)) {
    const message = `Cannot use "nameservers" of ${iface.name}: expected a mapping with addresses and search`;
    reportProblem(draft, message, { path });
    return;
  }
  for (const server of givenList(value, "addresses", path)) {
    addNameserver(draft, iface.nameservers, server, iface.name);
  }
  for (const domain of givenList(value, "search", path)) {
    addSearchDomain(draft, iface.searchDomains, domain, iface.name);
  }
}

const USED_KEYS = new Set(
  "match set-name dhcp4 dhcp6 dhcp4-overrides dhcp6-overrides accept-ra addresses gateway4 gateway6 nameservers routes mtu macaddress interfaces parameters id link renderer".split(
    " ",
  ),
);
/** Real keys of netplan that change nothing here, or that the operating system looks after. */
const UNUSED_KEYS = new Set(
  "optional optional-addresses wakeonlan link-local critical dhcp-identifier ipv6-privacy ipv6-mtu ipv6-address-generation ipv6-address-token ignore-carrier activation-mode emit-lldp receive-checksum-offload transmit-checksum-offload tcp-segmentation-offload tcp6-segmentation-offload generic-segmentation-offload generic-receive-offload large-receive-offload neigh-suppress networkmanager openvswitch".split(
    " ",
  ),
);

function noteUnused(draft: NetworkDraft, iface: InterfaceDraft, { raw, path }: V2Device): void {
  for (const key of Object.keys(raw)) {
    if (UNUSED_KEYS.has(key)) {
      addNote(draft, `Key ${quoteValue(key)} of ${iface.name} in ${draft.source} is not used`);
    } else if (!USED_KEYS.has(key)) {
      const message = `Key ${quoteValue(key)} of ${iface.name} is not used: it is not known here`;
      reportProblem(draft, message, { path: [...path, key] }, "warning");
    }
  }
}
