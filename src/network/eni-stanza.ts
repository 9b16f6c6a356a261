import {
  addAddress,
  addNameserver,
  addSearchDomain,
  setMacAddress,
  setMtu,
} from "./draft-interface.ts";
import { setBond, setVlan } from "./draft-link.ts";
import { addGateway, addRoute } from "./draft-route.ts";
import { parseRouteCommand } from "./eni-route-command.ts";
import {
  addNote,
  draftInterface,
  type Given,
  type InterfaceDraft,
  type NetworkDraft,
  type Place,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** One `iface` block of interfaces(5). */
export interface EniStanza {
  /** Without ":N". */
  readonly name: string;
  readonly family: 4 | 6;
  /** Lower case: "static", "dhcp", "manual", "auto", … */
  readonly method: string;
  readonly line: number;
  readonly options: EniOption[];
}

/** A line inside a block. */
export interface EniOption {
  /** Lower case. */
  readonly key: string;
  /** The rest of the line, single blanks between words. */
  readonly value: string;
  readonly line: number;
}

/** Adds what one block says to the draft. `masters` collects bond → members that name it. */
export function applyEniStanza(
  draft: NetworkDraft,
  stanza: EniStanza,
  masters: Map<string, string[]>,
): void {
  const { name, method, line } = stanza;
  if (method === "loopback" || /^lo\d*$/u.test(name)) {
    return;
  }
  if (!isKnownMethod(stanza)) {
    const message = `Cannot use method ${quoteValue(method)} of ${name}: expected static, dhcp, manual${stanza.family === 6 ? ", auto" : ""}`;
    reportProblem(draft, message, { line });
    return;
  }
  if (stanza.options.some(({ key }) => /^bridge[-_]ports$/u.test(key))) {
    reportProblem(draft, `Cannot make the bridge ${name}: bridges are not supported`, { line });
    return;
  }
  const iface = draftInterface(draft, name, { line });
  applyLink(draft, iface, stanza);
  applyMethod(draft, iface, stanza);
  for (const option of stanza.options) {
    applyOption(draft, iface, option, masters);
  }
}

function isKnownMethod({ family, method }: EniStanza): boolean {
  return /^(?:static|dhcp|manual)$/u.test(method) || (family === 6 && method === "auto");
}

function applyMethod(draft: NetworkDraft, iface: InterfaceDraft, stanza: EniStanza): void {
  if (stanza.method === "static") {
    applyStatic(draft, iface, stanza);
  } else if (stanza.method === "dhcp") {
    if (stanza.family === 4) {
      iface.dhcp4 = true;
    } else {
      iface.dhcp6 = "stateful";
    }
  } else if (stanza.method === "auto") {
    iface.slaac = true;
    // "dhcp 1" in an auto block asks for the other settings by stateless DHCPv6.
    if (findOption(draft, iface, stanza, "dhcp")?.text === "1" && iface.dhcp6 === "no") {
      iface.dhcp6 = "stateless";
    }
  }
}

function applyStatic(draft: NetworkDraft, iface: InterfaceDraft, stanza: EniStanza): void {
  const { family } = stanza;
  const address = findOption(draft, iface, stanza, "address");
  const mask = findOption(draft, iface, stanza, "netmask");
  if (address === undefined) {
    const message = `Cannot configure ${iface.name}: its static IPv${family} block has no address`;
    reportProblem(draft, message, { line: stanza.line });
  } else {
    addAddress(draft, iface, { address, family, ...(mask === undefined ? {} : { mask }) });
  }
  const gateway = findOption(draft, iface, stanza, "gateway");
  if (gateway !== undefined && gateway.text !== "none") {
    const metric = findOption(draft, iface, stanza, "metric");
    addGateway(draft, iface, gateway, { family, ...(metric === undefined ? {} : { metric }) });
  }
}

/** The value of an option that a block has once; of several the last counts. */
function findOption(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  stanza: EniStanza,
  key: string,
): Given | undefined {
  const found = stanza.options.filter((option) => option.key === key && option.value !== "");
  const last = found.at(-1);
  if (last === undefined) {
    return undefined;
  }
  if (found.some((option) => option.value !== last.value)) {
    const message = `Several values for "${key}" in one block of ${iface.name}: the last, ${quoteValue(last.value)}, is used`;
    reportProblem(draft, message, { line: last.line }, "warning");
  }
  return { text: last.value, at: { line: last.line } };
}

function applyOption(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  option: EniOption,
  masters: Map<string, string[]>,
): void {
  const { key, value } = option;
  const at = { line: option.line };
  const words = value.split(" ").filter((word) => word !== "");
  switch (key) {
    case "mtu":
      setMtu(draft, iface, { text: value, at });
      return;
    case "hwaddress":
      setMacAddress(draft, iface, { text: value.replace(/^ether\s+/iu, ""), at });
      return;
    case "dns-nameserver":
    case "dns-nameservers":
      for (const text of words) {
        addNameserver(draft, iface.nameservers, { text, at }, iface.name);
      }
      return;
    case "dns-search":
    case "dns-domain":
      for (const text of words) {
        addSearchDomain(draft, iface.searchDomains, { text, at }, iface.name);
      }
      return;
    case "bond-master":
    case "bond_master":
      addMember(masters, iface.name, value);
      return;
    case "pre-up":
    case "up":
    case "post-up":
    case "down":
    case "pre-down":
    case "post-down":
      applyCommand(draft, iface, option, words);
      return;
    default:
      // interfaces(5) hands unknown options to scripts: they say nothing here.
      if (!KNOWN_OPTIONS.test(key)) {
        addNote(
          draft,
          `Option ${quoteValue(key)} of ${iface.name} in line ${option.line} of ${draft.source} is not used`,
        );
      }
      return;
  }
}

/** Read with their block, or said by the address and its mask already. */
const KNOWN_OPTIONS =
  /^(?:address|netmask|gateway|metric|broadcast|network|scope|pointopoint|dhcp|slaves|bond[-_].*|vlan-raw-device|vlan[-_]id)$/u;

function addMember(masters: Map<string, string[]>, member: string, master: string): void {
  const members = masters.get(master);
  if (members === undefined) {
    masters.set(master, [member]);
  } else {
    members.push(member);
  }
}

function applyCommand(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  option: EniOption,
  words: readonly string[],
): void {
  const command = parseRouteCommand(words);
  const isUp = option.key.endsWith("up");
  if (command === undefined || (command.verb === "add") !== isUp) {
    // Not the text itself: it may carry a secret.
    const message = `Ignoring unsupported ${option.key} command on ${iface.name}: only the usual "ip route" and "route" commands are understood`;
    reportProblem(draft, message, { line: option.line });
    return;
  }
  if (command.verb === "add") {
    const given = (text: string): Given => ({ text, at: { line: option.line } });
    addRoute(draft, iface, {
      destination: given(command.destination),
      gateway: given(command.gateway),
      ...(command.mask === undefined ? {} : { mask: given(command.mask) }),
      ...(command.metric === undefined ? {} : { metric: given(command.metric) }),
    });
  }
}

function applyLink(draft: NetworkDraft, iface: InterfaceDraft, stanza: EniStanza): void {
  const values = new Map<string, Given>();
  for (const { key, value, line } of stanza.options) {
    values.set(key.replaceAll("_", "-"), { text: value, at: { line } });
  }
  const members = values.get("bond-slaves") ?? values.get("slaves");
  const mode = values.get("bond-mode");
  if (members !== undefined || mode !== undefined) {
    setBond(draft, iface, {
      members: splitWords(members).filter(({ text }) => text !== "none"),
      mode,
      parameters: bondParameters(values),
    });
    return;
  }
  const [, namedParent, namedId] = /^(.+)\.(\d{1,4})$/u.exec(iface.name) ?? [];
  const at = { line: stanza.line };
  const parent = values.get("vlan-raw-device") ?? givenText(namedParent, at);
  if (parent !== undefined) {
    const idText = namedId ?? /^vlan(\d{1,4})$/iu.exec(iface.name)?.[1] ?? "";
    setVlan(draft, iface, { parent, id: values.get("vlan-id") ?? { text: idText, at } });
  }
}

function bondParameters(values: ReadonlyMap<string, Given>): readonly (readonly [string, Given])[] {
  return [...values].flatMap(([key, value]) =>
    /^bond-(?!slaves$|mode$|master$)./u.test(key)
      ? [[key.slice("bond-".length), value] as const]
      : [],
  );
}

function splitWords(given: Given | undefined): readonly Given[] {
  const words = given?.text.split(" ").filter((word) => word !== "") ?? [];
  return words.map((text) => ({ text, at: given?.at ?? {} }));
}

function givenText(text: string | undefined, at: Place): Given | undefined {
  return text === undefined ? undefined : { text, at };
}
