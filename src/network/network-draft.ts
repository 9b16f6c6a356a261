import type { Problem } from "../text/problem.ts";
import type { AddressConfig, InterfaceConfig, Link, RouteConfig } from "./network-config.ts";

/**
 * A network configuration while a parser reads it, whatever the format. Each `add…` and `set…`
 * checks one item: what cannot be used becomes a problem and is left out.
 */
export interface NetworkDraft {
  readonly source: string;
  readonly interfaces: Map<string, InterfaceDraft>;
  readonly nameservers: Set<string>;
  readonly searchDomains: Set<string>;
  /** Address → the interface that has it. */
  readonly addressOwners: Map<string, string>;
  readonly problems: Problem[];
}

export interface InterfaceDraft {
  readonly name: string;
  readonly line?: number;
  link: Link;
  macAddress?: string;
  mtuBytes?: number;
  dhcp4: boolean;
  dhcp6: InterfaceConfig["dhcp6"];
  slaac: boolean;
  readonly addresses: AddressConfig[];
  readonly routes: RouteDraft[];
  readonly nameservers: Set<string>;
  readonly searchDomains: Set<string>;
}

/** A route, and where the source asks for it. */
export interface RouteDraft {
  readonly config: RouteConfig;
  readonly at: Place;
}

/** Where a value stands: a line of text, or a key path. */
export type Place = Pick<Problem, "line" | "path">;

/** A value as the source has it, and where. */
export interface Given {
  readonly text: string;
  readonly at: Place;
}

/** An empty draft. */
export function createNetworkDraft(source: string): NetworkDraft {
  return {
    source,
    interfaces: new Map(),
    nameservers: new Set(),
    searchDomains: new Set(),
    addressOwners: new Map(),
    problems: [],
  };
}

/** Beyond this many, one problem says that the rest is left out: a hostile file fills no log. */
export const PROBLEM_COUNT_MAX = 200;

/** Records that something in the source cannot be used. */
export function reportProblem(draft: NetworkDraft, message: string, at: Place): void {
  if (draft.problems.length < PROBLEM_COUNT_MAX) {
    draft.problems.push({ message, source: draft.source, ...at });
  } else if (draft.problems.length === PROBLEM_COUNT_MAX) {
    draft.problems.push({
      message: `More than ${PROBLEM_COUNT_MAX} problems: the further ones are not listed`,
      source: draft.source,
    });
  }
}

/** A value for a message: in double quotes, control characters escaped, cut where it is long. */
export function quoteValue(text: string): string {
  return JSON.stringify(
    text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}…` : text,
  );
}

const QUOTE_LENGTH_MAX = 64;

/** Whether text can be the name of an interface: letters, digits, and `_ . : @ -` inside. */
export function isInterfaceName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,63}$/u.test(text);
}

/** The interface called `name`, made where it is new. */
export function draftInterface(draft: NetworkDraft, name: string, at: Place): InterfaceDraft {
  const known = draft.interfaces.get(name);
  if (known !== undefined) {
    return known;
  }
  const made: InterfaceDraft = {
    name,
    ...(at.line === undefined ? {} : { line: at.line }),
    link: { kind: "physical" },
    dhcp4: false,
    dhcp6: "no",
    slaac: false,
    addresses: [],
    routes: [],
    nameservers: new Set(),
    searchDomains: new Set(),
  };
  draft.interfaces.set(name, made);
  return made;
}
