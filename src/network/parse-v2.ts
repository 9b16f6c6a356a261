import { isRecord } from "../text/record.ts";
import { setBond, setVlan } from "./draft-link.ts";
import { finishDraft } from "./finish-draft.ts";
import { describeValue, givenAt, type Path, type Raw, readList, readText } from "./given.ts";
import type { ParsedNetwork } from "./network-config.ts";
import {
  createNetworkDraft,
  draftInterface,
  type Given,
  type InterfaceDraft,
  isInterfaceName,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";
import { applyV2Device, applyV2Match } from "./v2-device.ts";

/**
 * Network configuration version 2, the form of netplan (compat network.md §7): `{version: 2,
 * ethernets: {…}, bonds: {…}, vlans: {…}}`, already parsed from YAML or JSON. A device or a value
 * that cannot be used is a problem and left out. `at` is where the mapping itself stands, for key
 * paths; `source` names the file.
 */
export function parseNetworkV2(data: Raw, source: string, at: Path = []): ParsedNetwork {
  const draft = createNetworkDraft(source);
  const devices = new Map<string, Device>();
  for (const [group, value] of Object.entries(data)) {
    if (group === "ethernets" || group === "bonds" || group === "vlans") {
      readDevices(draft, devices, { group, value, path: [...at, group] });
    } else if (UNSUPPORTED_GROUPS.has(group)) {
      reportUnsupported(draft, { group, value, path: [...at, group] });
    } else if (!OTHER_KEYS.has(group)) {
      const message = `Unknown key ${quoteValue(group)}: expected ethernets, bonds or vlans`;
      reportProblem(draft, message, { path: [...at, group] }, "warning");
    }
  }
  for (const device of devices.values()) {
    applyDevice(draft, devices, device);
  }
  return finishDraft(draft);
}

const OTHER_KEYS = new Set(["version", "renderer"]);
const UNSUPPORTED_GROUPS = new Set(
  "bridges wifis modems tunnels vrfs dummy-devices virtual-ethernets openvswitch nm-devices".split(
    " ",
  ),
);

interface Group {
  readonly group: string;
  readonly value: unknown;
  readonly path: Path;
}

function reportUnsupported(draft: NetworkDraft, { group, value, path }: Group): void {
  for (const id of isRecord(value) ? Object.keys(value) : []) {
    const message = `Cannot make ${quoteValue(id)}: ${group} are not supported`;
    reportProblem(draft, message, { path: [...path, id] });
  }
}

/** A device under its id, by which others refer to it. */
interface Device {
  readonly kind: "ethernets" | "bonds" | "vlans";
  readonly iface: InterfaceDraft;
  readonly raw: Raw;
  readonly path: Path;
}

/** Names are settled before anything else: bonds and VLANs refer to other devices. */
function readDevices(
  draft: NetworkDraft,
  devices: Map<string, Device>,
  { group, value, path }: Group & { readonly group: Device["kind"] },
): void {
  if (!isRecord(value)) {
    if (value !== null && value !== undefined) {
      reportProblem(draft, `Cannot use "${group}": expected a mapping`, { path });
    }
    return;
  }
  for (const [id, given] of Object.entries(value)) {
    const devicePath = [...path, id];
    // "eth0:" without anything is a device without settings.
    const raw = given ?? {};
    if (!isRecord(raw)) {
      const message = `Cannot use device ${quoteValue(id)}: expected a mapping`;
      reportProblem(draft, message, { path: devicePath });
      continue;
    }
    const { name, namePattern } = chooseName(group, id, raw);
    if (!isInterfaceName(name) || draft.interfaces.has(name) || devices.has(id)) {
      const message = `Cannot use ${quoteValue(name)} as the name of ${quoteValue(id)}: expected a name of its own, of letters and digits`;
      reportProblem(draft, message, { path: devicePath });
      continue;
    }
    const iface = draftInterface(draft, name, {});
    if (namePattern !== undefined) {
      iface.namePattern = namePattern;
    }
    devices.set(id, { kind: group, iface, raw, path: devicePath });
  }
}

/** set-name, else the one name that `match` allows, else the id. */
function chooseName(
  group: string,
  id: string,
  raw: Raw,
): { readonly name: string; readonly namePattern?: string } {
  const match = group === "ethernets" ? raw["match"] : undefined;
  const setName = readText(raw["set-name"]);
  if (!isRecord(match)) {
    return { name: setName ?? id };
  }
  const isByOther = match["macaddress"] !== undefined || match["driver"] !== undefined;
  // An empty "match" is every adapter.
  const pattern = readText(match["name"]) ?? (isByOther ? undefined : "*");
  const isPattern = pattern !== undefined && /[*?[]/u.test(pattern);
  const name = setName ?? (isPattern ? id : (pattern ?? id));
  return pattern === undefined || match["macaddress"] !== undefined || pattern === name
    ? { name }
    : { name, namePattern: pattern };
}

function applyDevice(
  draft: NetworkDraft,
  devices: ReadonlyMap<string, Device>,
  { kind, iface, raw, path }: Device,
): void {
  const nameOf = (given: Given): Given => ({
    text: devices.get(given.text)?.iface.name ?? given.text,
    at: given.at,
  });
  if (kind === "bonds") {
    const members = readList(draft, raw, "interfaces", { path }).map((value, index) =>
      nameOf(givenAt(value, [...path, "interfaces", index])),
    );
    const parameters = bondParameters(raw["parameters"], [...path, "parameters"]);
    setBond(draft, iface, {
      members,
      mode: parameters.get("mode"),
      parameters: [...parameters].filter(([key]) => key !== "mode"),
    });
  } else if (kind === "vlans") {
    setVlan(draft, iface, {
      parent: nameOf(givenAt(raw["link"], [...path, "link"])),
      id: givenAt(raw["id"], [...path, "id"]),
    });
  } else {
    if (iface.name === "lo") {
      iface.link = { kind: "loopback" };
    }
    applyV2Match(draft, iface, raw, path);
  }
  applyV2Device(draft, iface, { raw, path, isPhysical: kind === "ethernets" });
}

/** netplan's names for Linux's bonding parameters, where they differ. */
const PARAMETER_NAMES: ReadonlyMap<string, string> = new Map([
  ["mii-monitor-interval", "miimon"],
  ["transmit-hash-policy", "xmit-hash-policy"],
  ["arp-ip-targets", "arp-ip-target"],
  ["up-delay", "updelay"],
  ["down-delay", "downdelay"],
  ["fail-over-mac-policy", "fail-over-mac"],
  ["gratuitous-arp", "num-grat-arp"],
  ["gratuitious-arp", "num-grat-arp"],
  ["primary-reselect-policy", "primary-reselect"],
  ["learn-packet-interval", "lp-interval"],
]);

function bondParameters(value: unknown, path: Path): ReadonlyMap<string, Given> {
  const parameters = new Map<string, Given>();
  for (const [key, given] of isRecord(value) ? Object.entries(value) : []) {
    const text = Array.isArray(given) ? given.map(describeValue).join(",") : given;
    const parameter = givenAt(text, [...path, key]);
    if (parameter.text !== "") {
      parameters.set(PARAMETER_NAMES.get(key) ?? key, parameter);
    }
  }
  return parameters;
}
