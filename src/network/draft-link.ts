import { BOND_MODES, bondModeName } from "./bond-mode.ts";
import {
  type Given,
  type InterfaceDraft,
  isInterfaceName,
  type NetworkDraft,
  type Place,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** A bond as the source spells it. */
export interface GivenBond {
  /** Names of interfaces. */
  readonly members: readonly Given[];
  /** By name or by number. */
  readonly mode?: Given | undefined;
  /** Linux's names with hyphens: "miimon", "xmit-hash-policy". */
  readonly parameters: Iterable<readonly [string, Given]>;
}

/** What does no harm on a switch that knows nothing of the bond. */
const MODE_FALLBACK = "active-backup";

/** Makes the interface a bond. Members that cannot be one, and parameters that are no plain words, are problems. */
export function setBond(draft: NetworkDraft, iface: InterfaceDraft, bond: GivenBond): void {
  const members = new Set<string>();
  for (const { text, at } of bond.members) {
    if (!isInterfaceName(text) || text === iface.name) {
      const message = `Cannot use ${quoteValue(text)} as a member of bond ${iface.name}: expected the name of another interface`;
      reportProblem(draft, message, at);
    } else {
      members.add(text);
    }
  }
  const parameters: Record<string, string> = {};
  for (const [key, value] of bond.parameters) {
    if (/^[a-z][a-z0-9-]{0,63}$/u.test(key) && isPlainValue(value.text)) {
      parameters[key] = value.text;
    } else {
      const message = `Cannot use parameter ${quoteValue(key)} of bond ${iface.name} with the value ${quoteValue(value.text)}: expected a word, a number or a list of them`;
      reportProblem(draft, message, value.at);
    }
  }
  iface.link = {
    kind: "bond",
    members: [...members],
    mode: readMode(draft, iface, bond),
    parameters,
  };
}

/** Nothing that a shell or an attribute of AIX's ODM takes for more than text. */
function isPlainValue(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.:+,/ -]{0,255}$/u.test(text);
}

function readMode(draft: NetworkDraft, iface: InterfaceDraft, { mode }: GivenBond): string {
  const name = bondModeName(mode?.text.toLowerCase());
  if (mode === undefined || BOND_MODES.includes(name)) {
    return name;
  }
  const message = `Cannot use mode ${quoteValue(mode.text)} of bond ${iface.name}, it gets ${MODE_FALLBACK}: expected one of ${BOND_MODES.join(", ")}`;
  reportProblem(draft, message, mode.at);
  return MODE_FALLBACK;
}

/** A VLAN as the source spells it. */
export interface GivenVlan {
  /** Name of an interface. */
  readonly parent: Given;
  readonly id: Given;
}

/** IEEE 802.1Q. */
const VLAN_ID_MAX = 4094;

/** Makes the interface a VLAN. One that cannot be made is left out: its address must not come to lie on an adapter. */
export function setVlan(draft: NetworkDraft, iface: InterfaceDraft, vlan: GivenVlan): void {
  const { parent, id } = vlan;
  const number = /^\d{1,4}$/u.test(id.text) ? Number(id.text) : 0;
  if (!isInterfaceName(parent.text) || parent.text === iface.name) {
    const message = `Cannot make VLAN ${iface.name} on ${quoteValue(parent.text)}: expected the name of another interface`;
    leaveOut(draft, iface, message, parent.at);
  } else if (number < 1 || number > VLAN_ID_MAX) {
    const message = `Cannot use VLAN number ${quoteValue(id.text)} of ${iface.name}: expected a number from 1 to ${VLAN_ID_MAX}`;
    leaveOut(draft, iface, message, id.at);
  } else {
    iface.link = { kind: "vlan", parent: parent.text, id: number };
  }
}

/** Reports why an interface cannot be made, and leaves it out. */
export function leaveOut(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  message: string,
  at: Place,
): void {
  reportProblem(draft, message, at);
  iface.isLeftOut = true;
}

/**
 * Bonds are made of adapters, VLANs lie on adapters or bonds: what is said otherwise is left out,
 * and with that no link can lead back to itself. For the whole draft, when it is complete.
 */
export function checkLinks(draft: NetworkDraft): void {
  const all = [...draft.interfaces.values()];
  for (const iface of all) {
    if (iface.link.kind === "bond" && iface.isLeftOut !== true) {
      checkMembers(draft, iface, iface.link);
    }
  }
  for (const iface of all) {
    const { link } = iface;
    const parent = link.kind === "vlan" ? draft.interfaces.get(link.parent) : undefined;
    const isUsable =
      parent === undefined ||
      (parent.isLeftOut !== true &&
        (parent.link.kind === "physical" || parent.link.kind === "bond"));
    if (!isUsable && iface.isLeftOut !== true) {
      const message = `Cannot make VLAN ${iface.name} on ${parent.name}: expected an adapter or a bond that can be made`;
      leaveOut(draft, iface, message, placeOf(iface));
    }
  }
}

function checkMembers(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  link: Extract<InterfaceDraft["link"], { kind: "bond" }>,
): void {
  const members = link.members.filter((name) => {
    const member = draft.interfaces.get(name);
    const isUsable =
      member === undefined || (member.isLeftOut !== true && member.link.kind === "physical");
    if (!isUsable) {
      const message = `Cannot use ${name} as a member of bond ${iface.name}: expected an adapter`;
      reportProblem(draft, message, placeOf(iface));
    }
    return isUsable;
  });
  if (members.length === 0) {
    leaveOut(draft, iface, `Cannot make bond ${iface.name}: it has no members`, placeOf(iface));
  }
  iface.link = { ...link, members };
}

function placeOf({ line }: InterfaceDraft): Place {
  return line === undefined ? {} : { line };
}
