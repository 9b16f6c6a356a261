import type { AdapterInfo } from "../../distros/distro.ts";
import {
  canonicalAddress,
  isHostAddress,
  parseAddress,
  parsePrefixLength,
} from "../../network/ip-address.ts";
import { parseMacAddress } from "../../network/mac-address.ts";
import type { ParsedNetwork } from "../../network/network-config.ts";
import { parseNetworkV2 } from "../../network/parse-v2.ts";
import type { Problem } from "../../text/problem.ts";
import { CONTEXT_SOURCE } from "./parse-context.ts";

type Variables = ReadonlyMap<string, string>;

const DEFAULT_LENGTH = { 4: 24, 6: 64 } as const;
const MTU_MIN = 68;
const MTU_MAX = 65_535;
const ROUTE_COUNT_MAX = 256;

/** Whether a context says anything of addresses, be it that they are empty (compat datasources-clouds.md §10.4). */
export function asksForNetwork(variables: Variables): boolean {
  return [...variables.keys()].some((name) => /^ETH\d+_IP/u.test(name));
}

/** The `ETHx_…` variables for the adapters of this machine, which are in number order. Adapters that are not described are left out. */
export function buildOpenNebulaNetwork(
  variables: Variables,
  adapters: readonly AdapterInfo[],
): ParsedNetwork {
  const problems: Problem[] = [];
  const ethernets = new Map<string, unknown>();
  const indices = listIndices(variables);
  const placed = placeAdapters(indices, variables, adapters, problems);
  for (const [index, adapter] of placed) {
    const card: Card = { prefix: `ETH${index}_`, variables, adapter, problems };
    const settings = readCard(card);
    // What no address is known for is left as it is.
    if (settings !== undefined) {
      ethernets.set(adapter.name, settings);
    }
  }
  const parsed = parseNetworkV2(
    { version: 2, ethernets: Object.fromEntries(ethernets) },
    CONTEXT_SOURCE,
  );
  return {
    config: parsed.config,
    problems: [...problems, ...parsed.problems.map(withoutPath)],
    ...(parsed.notes === undefined ? {} : { notes: parsed.notes }),
  };
}

/** As written: "ETH0_" and "ETH00_" are two. */
function listIndices(variables: Variables): readonly string[] {
  const found = new Set<string>();
  for (const name of variables.keys()) {
    const index = /^ETH(\d{1,9})_/u.exec(name)?.[1];
    if (index !== undefined) {
      found.add(index);
    }
  }
  return [...found].sort((left, right) => Number(left) - Number(right));
}

/** By hardware address first, so that nobody takes the adapter of another; then by name, then by number. */
function placeAdapters(
  indices: readonly string[],
  variables: Variables,
  adapters: readonly AdapterInfo[],
  problems: Problem[],
): readonly (readonly [string, AdapterInfo])[] {
  const placed = new Map<string, AdapterInfo>();
  const free = new Set(adapters);
  const take = (index: string, adapter: AdapterInfo | undefined, wanted: string): void => {
    if (adapter === undefined || !free.delete(adapter)) {
      const message = `Cannot use the settings of ETH${index}: expected ${wanted}, but there is none that is free`;
      problems.push({ message, source: CONTEXT_SOURCE });
      return;
    }
    placed.set(index, adapter);
  };
  const macOf = (index: string): string => textAt(variables, `ETH${index}_MAC`);
  for (const index of indices) {
    const mac = macOf(index);
    if (mac !== "") {
      const wanted = parseMacAddress(mac);
      const adapter = adapters.find(
        ({ macAddress }) => wanted !== undefined && parseMacAddress(macAddress ?? "") === wanted,
      );
      take(index, adapter, `an adapter with the address of ETH${index}_MAC`);
    }
  }
  for (const index of indices) {
    if (macOf(index) === "") {
      const adapter =
        adapters.find(({ name }) => name === `eth${index}`) ?? adapters[Number(index)];
      take(index, adapter, `adapter number ${Number(index)} of this machine`);
    }
  }
  return indices.flatMap((index) => {
    const adapter = placed.get(index);
    return adapter === undefined ? [] : [[index, adapter] as const];
  });
}

/** One network card of the context, and the adapter that it is. */
interface Card {
  readonly prefix: string;
  readonly variables: Variables;
  readonly adapter: AdapterInfo;
  readonly problems: Problem[];
}

function textAt(variables: Variables, name: string): string {
  return variables.get(name)?.trim() ?? "";
}

function readCard(card: Card): unknown {
  const { adapter } = card;
  const addresses = readAddresses(card);
  if (addresses.length === 0) {
    return undefined;
  }
  const gateway4 = readAddress(card, "GATEWAY", 4);
  const gateway6 = readAddress(card, "IP6_GATEWAY", 6) ?? readAddress(card, "GATEWAY6", 6);
  const mtu = readMtu(card);
  return {
    ...(adapter.macAddress === undefined ? {} : { match: { macaddress: adapter.macAddress } }),
    addresses,
    ...(gateway4 === undefined ? {} : { gateway4 }),
    ...(gateway6 === undefined ? {} : { gateway6 }),
    ...(mtu === undefined ? {} : { mtu }),
    nameservers: {
      addresses: readNameservers(card),
      search: readWords(card, "SEARCH_DOMAIN"),
    },
    routes: readRoutes(card),
  };
}

function reportWrong({ problems }: Card, name: string, expected: string): void {
  problems.push({
    message: `Cannot use "${name}": expected ${expected}`,
    source: CONTEXT_SOURCE,
  });
}

function readAddresses(card: Card): readonly string[] {
  const own = readAddress(card, "IP", 4) ?? addressOfMac(card);
  const length4 = readLength(card, "MASK", 4);
  const length6 = readLength(card, "IP6_PREFIX_LENGTH", 6);
  return [
    ...(own === undefined ? [] : [`${own}/${length4}`]),
    ...["IP6", "IP6_ULA"].flatMap((key) => {
      const address = readAddress(card, key, 6);
      return address === undefined ? [] : [`${address}/${length6}`];
    }),
  ];
}

/** Undefined where there is none, or none that can be used. */
function readAddress(card: Card, key: string, family: 4 | 6): string | undefined {
  const name = `${card.prefix}${key}`;
  const text = textAt(card.variables, name);
  if (text === "") {
    return undefined;
  }
  const address = parseAddress(text);
  if (address?.family !== family || !isHostAddress(address)) {
    reportWrong(card, name, `an IPv${family} address`);
    return undefined;
  }
  return canonicalAddress(text);
}

/** OpenNebula makes hardware addresses of IPv4 ones: 02:00:c0:00:02:0a is 192.0.2.10. Only where the context gives no other, and does not give IPv6 alone. */
function addressOfMac({ prefix, variables, adapter }: Card): string | undefined {
  const hasAddress6 = ["IP6", "IP6_ULA"].some((key) => textAt(variables, prefix + key) !== "");
  const isIpv6Alone = hasAddress6 && !variables.has(`${prefix}IP`);
  const mac = parseMacAddress(adapter.macAddress ?? "");
  // OpenNebula's own prefix (MAC_PREFIX of its oned.conf); others say nothing of addresses.
  if (
    textAt(variables, `${prefix}IP`) !== "" ||
    isIpv6Alone ||
    mac?.startsWith("02:00:") !== true
  ) {
    return undefined;
  }
  const text = mac
    .split(":")
    .slice(2)
    .map((octet) => Number.parseInt(octet, 16))
    .join(".");
  const address = parseAddress(text);
  return address !== undefined && isHostAddress(address) ? text : undefined;
}

function readLength(card: Card, key: string, family: 4 | 6): number {
  const name = `${card.prefix}${key}`;
  const text = textAt(card.variables, name);
  const length = text === "" ? DEFAULT_LENGTH[family] : parsePrefixLength(family, text);
  if (length === undefined || length === 0) {
    reportWrong(
      card,
      name,
      `${family === 4 ? "a mask" : "a prefix length"}; ${DEFAULT_LENGTH[family]} bits are used`,
    );
    return DEFAULT_LENGTH[family];
  }
  return length;
}

function readMtu(card: Card): number | undefined {
  const name = `${card.prefix}MTU`;
  const text = textAt(card.variables, name);
  if (text === "") {
    return undefined;
  }
  const mtu = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (mtu < MTU_MIN || mtu > MTU_MAX) {
    reportWrong(card, name, `a number of bytes from ${MTU_MIN} to ${MTU_MAX}`);
    return undefined;
  }
  return mtu;
}

/** Those of the card, then those for all, each once. */
function readWords({ prefix, variables }: Card, key: string): readonly string[] {
  const words = [`${prefix}${key}`, key].flatMap((name) =>
    textAt(variables, name).split(/[\s,]+/u),
  );
  return [...new Set(words.filter((word) => word !== ""))];
}

function readNameservers(card: Card): readonly string[] {
  return readWords(card, "DNS").filter((word) => {
    const isAddress = parseAddress(word) !== undefined;
    if (!isAddress) {
      reportWrong(card, `${card.prefix}DNS" or "DNS`, "addresses with blanks between them");
    }
    return isAddress;
  });
}

/** `198.51.100.0/24 via 192.0.2.254, …` */
function readRoutes(card: Card): readonly unknown[] {
  const name = `${card.prefix}ROUTES`;
  const entries = textAt(card.variables, name)
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  if (entries.length > ROUTE_COUNT_MAX) {
    reportWrong(card, name, `at most ${ROUTE_COUNT_MAX} routes; the first of them are used`);
  }
  return entries.slice(0, ROUTE_COUNT_MAX).flatMap((entry, index) => {
    const [, network = "", length, gateway = ""] =
      /^([^\s/]{1,64})(?:\/(\S{1,64}))?\s+via\s+(\S{1,64})$/u.exec(entry) ?? [];
    const destination = parseAddress(network);
    const { family } = destination ?? {};
    const bits =
      family === undefined
        ? undefined
        : length === undefined
          ? family === 4
            ? 32
            : 128
          : parsePrefixLength(family, length);
    if (bits === undefined || family === undefined || parseAddress(gateway)?.family !== family) {
      reportWrong(
        card,
        name,
        `"NETWORK/BITS via GATEWAY" with commas between routes, which route ${index + 1} is not`,
      );
      return [];
    }
    return [{ to: `${network}/${bits}`, via: gateway }];
  });
}

/** Key paths are those of the version 2 document that nobody wrote. */
function withoutPath({ message, severity }: Problem): Problem {
  return {
    message: message.replace(/^ethernets\.[^\s:]*: /u, ""),
    source: CONTEXT_SOURCE,
    ...(severity === undefined ? {} : { severity }),
  };
}
