import { formatKeyPath } from "../text/key-path.ts";
import type { Problem } from "../text/problem.ts";
import type {
  AddressConfig,
  DhcpOverrides,
  InterfaceConfig,
  Link,
  RouteConfig,
} from "./network-config.ts";

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
  /** For the log at DEBUG: what is not used, and harmless. */
  readonly notes: string[];
}

export interface InterfaceDraft {
  readonly name: string;
  readonly line?: number;
  link: Link;
  /** A pattern that the adapter's name matches, where the source has no name for it. */
  namePattern?: string;
  /** True: it cannot be made at all, and must not be taken for something else. */
  isLeftOut?: boolean;
  macAddress?: string;
  mtuBytes?: number;
  dhcp4: boolean;
  dhcp6: InterfaceConfig["dhcp6"];
  slaac: boolean;
  dhcp4Overrides?: DhcpOverrides;
  dhcp6Overrides?: DhcpOverrides;
  readonly addresses: AddressConfig[];
  readonly routes: RouteDraft[];
  readonly nameservers: Set<string>;
  readonly searchDomains: Set<string>;
}

/** A route, and where the source asks for it. */
export interface RouteDraft {
  readonly config: RouteConfig;
  readonly at: Place;
  /** The source says that the gateway is on the link, whatever the addresses say. */
  readonly isOnLink?: boolean;
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
    notes: [],
  };
}

/** Beyond this many, one problem says that the rest is left out: a hostile file fills no log. */
export const PROBLEM_COUNT_MAX = 200;

/** Records that something in the source cannot be used, or ("warning") is used although it is odd. */
export function reportProblem(
  draft: NetworkDraft,
  message: string,
  at: Place,
  severity?: "warning",
): void {
  if (draft.problems.length < PROBLEM_COUNT_MAX) {
    const grade = severity === undefined ? {} : { severity };
    // JSON and YAML come here without their lines: the key path is how to find the place.
    const { path = [] } = at;
    const text = path.length === 0 ? message : `${formatKeyPath(path)}: ${message}`;
    draft.problems.push({ message: text, source: draft.source, ...at, ...grade });
  } else if (draft.problems.length === PROBLEM_COUNT_MAX) {
    draft.problems.push({
      message: `More than ${PROBLEM_COUNT_MAX} problems: the further ones are not listed`,
      source: draft.source,
    });
  }
}

/** Records something for the log at DEBUG; as many as problems are kept. */
export function addNote(draft: NetworkDraft, note: string): void {
  if (draft.notes.length < PROBLEM_COUNT_MAX) {
    draft.notes.push(note);
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
