import { createHash } from "node:crypto";
import type { OvfProperties } from "./parse-environment.ts";

/**
 * What the properties say that VMControl, SmartCloud Entry, ICCT and the first PowerVC releases
 * wrote for IBM's Virtual Solutions Activation Engine (compat datasources-clouds.md §12.2; never
 * seen on a real disc: their names are unconfirmed).
 */
export interface VsaeSettings {
  /** Long where a domain is given too. */
  readonly hostname?: string;
  /** "iid-vsae-…": a deployment with other values is another instance. */
  readonly instanceId: string;
  readonly adapters: readonly VsaeAdapter[];
  readonly gateway?: string;
  readonly nameservers: readonly string[];
  readonly searchDomains: readonly string[];
  /** Keys of passwords, which are never applied. */
  readonly passwordKeys: readonly string[];
  /** Keys that say nothing to us; values are not for the log. */
  readonly unknownKeys: readonly string[];
}

/** One adapter, as the n-th of the deployment. */
export interface VsaeAdapter {
  readonly number: number;
  /** The first one is the adapter's own, others are aliases. As written. */
  readonly addresses: readonly string[];
  readonly masks: readonly string[];
  readonly usesDhcp: boolean;
  /** Virtual slot, "32". */
  readonly slot?: string;
}

/** The settings; undefined where no property is of that kind. */
export function readVsae(properties: OvfProperties): VsaeSettings | undefined {
  const own = [...properties].filter(([key]) => isVsaeKey(key));
  const passwordKeys = own.map(([key]) => key).filter(isPasswordKey);
  const used = own.filter(([key]) => !isPasswordKey(key));
  const values = used.map(([key, value]) => ({ key, ...splitKey(key), value: value.trim() }));
  const known = values.filter(({ name }) => MEANINGS.has(name));
  if (known.length === 0) {
    return undefined;
  }
  const find = (meaning: Meaning): readonly Value[] =>
    known.filter(({ name, value }) => MEANINGS.get(name) === meaning && value !== "");
  const host = find("hostname")[0]?.value;
  const domain = find("domain")[0]?.value.replace(/^\.+/u, "");
  const isLong = host === undefined || host.includes(".") || domain === undefined || domain === "";
  const hostname = isLong ? host : `${host}.${domain}`;
  const gateway = find("gateway")[0]?.value.split(LIST)[0];
  return {
    ...(hostname === undefined ? {} : { hostname }),
    instanceId: `iid-vsae-${hashOf(used)}`,
    adapters: readAdapters(find),
    ...(gateway === undefined || gateway === "" ? {} : { gateway }),
    nameservers: find("nameservers").flatMap(({ value }) => splitList(value)),
    searchDomains: domain === undefined || domain === "" ? [] : [domain],
    passwordKeys,
    unknownKeys: values.filter(({ name }) => !MEANINGS.has(name)).map(({ key }) => key),
  };
}

type Meaning =
  | "hostname"
  | "domain"
  | "nameservers"
  | "gateway"
  | "address"
  | "mask"
  | "dhcp"
  | "slot";

/** The last part of a key in lower case → what it is. */
const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ["hostname", "hostname"],
  ["domainname", "domain"],
  ["domain", "domain"],
  ["dnsipaddresses", "nameservers"],
  ["pri_dns", "nameservers"],
  ["sec_dns", "nameservers"],
  ["ipv4defaultgateway", "gateway"],
  ["gateway", "gateway"],
  ["ipv4addresses", "address"],
  ["ipaddr", "address"],
  ["ipv4netmasks", "mask"],
  ["netmask", "mask"],
  ["usedhcpv4", "dhcp"],
  ["slotnumber", "slot"],
]);

const ADAPTER_COUNT_MAX = 64;
const ADDRESS_COUNT_MAX = 64;
const LIST = /[\s,;]+/u;

interface Value {
  readonly key: string;
  /** Last part that is no number, in lower case. */
  readonly name: string;
  /** Of the adapter; 1 where the key has none. */
  readonly number: number;
  readonly value: string;
}

function isVsaeKey(key: string): boolean {
  return /^(?:com\.ibm\.ovf\.vmcontrol\.|com\.ibm\.vsae|confignet(?:\.|$)|configpwd_)/iu.test(key);
}

function isPasswordKey(key: string): boolean {
  return /^configpwd_|passw(?:or)?d/iu.test(key);
}

/** "….ipv4addresses.2" and "ConfigNET.2.ipaddr" are both of the second adapter. */
function splitKey(key: string): { readonly name: string; readonly number: number } {
  const parts = key.toLowerCase().split(".");
  const last = parts.at(-1) ?? "";
  const isNumbered = /^\d{1,4}$/u.test(last);
  const name = (isNumbered ? parts.at(-2) : last) ?? "";
  const inside = /^confignet\.(\d{1,4})\./u.exec(key.toLowerCase())?.[1];
  const number = Number(isNumbered ? last : (inside ?? 1));
  return { name, number };
}

function readAdapters(find: (meaning: Meaning) => readonly Value[]): readonly VsaeAdapter[] {
  const numbers = new Set(
    [...find("address"), ...find("dhcp")].map(({ number }) => number).sort((a, b) => a - b),
  );
  const readAdapter = (number: number): VsaeAdapter => {
    const valueOf = (meaning: Meaning): string | undefined =>
      find(meaning).find((value) => value.number === number)?.value;
    const slot = valueOf("slot");
    return {
      number,
      addresses: splitList(valueOf("address") ?? "").slice(0, ADDRESS_COUNT_MAX),
      masks: splitList(valueOf("mask") ?? ""),
      usesDhcp: /^(?:true|yes|1|on)$/iu.test(valueOf("dhcp") ?? ""),
      ...(slot === undefined ? {} : { slot }),
    };
  };
  return [...numbers].slice(0, ADAPTER_COUNT_MAX).map(readAdapter);
}

function splitList(text: string): readonly string[] {
  return text.split(LIST).filter((item) => item !== "");
}

/** Passwords are left out: nobody is to try them against an id that everybody may read. */
function hashOf(values: readonly (readonly [string, string])[]): string {
  const lines = values.map(([key, value]) => `${key}=${value}\n`).sort();
  return createHash("sha256").update(lines.join("")).digest("hex").slice(0, 16);
}
