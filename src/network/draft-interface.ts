import { formatAddress, isHostAddress, parseAddress, parsePrefixLength } from "./ip-address.ts";
import { parseMacAddress } from "./mac-address.ts";
import {
  addNote,
  type Given,
  type InterfaceDraft,
  type NetworkDraft,
  quoteValue,
  reportProblem,
} from "./network-draft.ts";

/** What an address without a mask gets, as in cloud-init's network configuration version 1. */
const PREFIX_LENGTH_DEFAULT = { 4: 24, 6: 64 } as const;

/** Of one interface. */
const ADDRESS_COUNT_MAX = 1000;

/**
 * One static address, "A" or "A/prefix", with its mask in any form. `family` is what the source
 * says; absent: the address tells.
 */
export function addAddress(
  draft: NetworkDraft,
  iface: InterfaceDraft,
  given: { readonly address: Given; readonly mask?: Given; readonly family?: 4 | 6 },
): void {
  const { text, at } = given.address;
  const [addressText = "", lengthText, ...rest] = text.split("/", 3);
  const address = parseAddress(addressText);
  const isUsable =
    address !== undefined &&
    rest.length === 0 &&
    isHostAddress(address) &&
    (given.family === undefined || given.family === address.family);
  if (!isUsable) {
    const expected = given.family === undefined ? "an IP address" : `an IPv${given.family} address`;
    const message = `Cannot use address ${quoteValue(text)} of ${iface.name}: expected ${expected} that a host can have`;
    reportProblem(draft, message, at);
    return;
  }
  const mask = lengthText === undefined ? given.mask : { text: lengthText, at };
  const prefixLength =
    mask === undefined
      ? PREFIX_LENGTH_DEFAULT[address.family]
      : parsePrefixLength(address.family, mask.text);
  const canonical = formatAddress(address);
  if (prefixLength === undefined || prefixLength === 0) {
    const expected =
      address.family === 4
        ? "a prefix length from 1 to 32 or a mask such as 255.255.255.0"
        : "a prefix length from 1 to 128";
    const message = `Cannot use address "${canonical}" of ${iface.name}: its netmask is ${quoteValue(mask?.text ?? "")}, expected ${expected}`;
    reportProblem(draft, message, mask?.at ?? at);
    return;
  }
  const owner = draft.addressOwners.get(canonical);
  if (owner === iface.name && hasAddress(iface, canonical, prefixLength)) {
    addNote(draft, `Address "${canonical}" of ${iface.name} is there twice`);
    return;
  }
  if (owner !== undefined) {
    const message = `Address "${canonical}" of ${iface.name} is left out: ${owner} has it already`;
    reportProblem(draft, message, at);
    return;
  }
  if (iface.addresses.length >= ADDRESS_COUNT_MAX) {
    const message = `Address "${canonical}" of ${iface.name} is left out: ${ADDRESS_COUNT_MAX} addresses are the most that are used`;
    reportProblem(draft, message, at);
    return;
  }
  if (mask === undefined) {
    const message = `Address "${canonical}" of ${iface.name} has no netmask: /${prefixLength} is assumed`;
    reportProblem(draft, message, at, "warning");
  }
  draft.addressOwners.set(canonical, iface.name);
  iface.addresses.push({ family: address.family, address: canonical, prefixLength });
}

function hasAddress(iface: InterfaceDraft, address: string, prefixLength: number): boolean {
  return iface.addresses.some(
    (known) => known.address === address && known.prefixLength === prefixLength,
  );
}

/** The smallest IPv4 packet size (RFC 791) and the largest. */
const MTU_MIN = 68;
const MTU_MAX = 65_535;

/** The interface's packet size in bytes. */
export function setMtu(draft: NetworkDraft, iface: InterfaceDraft, mtu: Given): void {
  const bytes = /^\d{1,6}$/u.test(mtu.text) ? Number(mtu.text) : Number.NaN;
  if (bytes >= MTU_MIN && bytes <= MTU_MAX) {
    iface.mtuBytes = bytes;
    return;
  }
  const message = `Cannot use MTU ${quoteValue(mtu.text)} of ${iface.name}: expected a number from ${MTU_MIN} to ${MTU_MAX}`;
  reportProblem(draft, message, mtu.at);
}

/** The adapter's hardware address; the first one given counts. */
export function setMacAddress(draft: NetworkDraft, iface: InterfaceDraft, mac: Given): void {
  const address = parseMacAddress(mac.text);
  if (address === undefined) {
    const message = `Cannot use hardware address ${quoteValue(mac.text)} of ${iface.name}: expected six pairs of hexadecimal digits, such as fa:16:3e:00:00:01`;
    reportProblem(draft, message, mac.at);
  } else if (iface.macAddress === undefined) {
    iface.macAddress = address;
  } else if (iface.macAddress !== address) {
    const message = `Hardware address "${address}" of ${iface.name} is not used: "${iface.macAddress}" was given before`;
    reportProblem(draft, message, mac.at, "warning");
  }
}

/** A list as large as any real one; the renderers keep the few that a resolver honours. */
const DNS_COUNT_MAX = 64;

/** A DNS server, of the interface or of the whole machine. */
export function addNameserver(
  draft: NetworkDraft,
  nameservers: Set<string>,
  server: Given,
  where: string,
): void {
  const address = parseAddress(server.text);
  if (address === undefined) {
    const message = `Cannot use DNS server ${quoteValue(server.text)} of ${where}: expected an IP address`;
    reportProblem(draft, message, server.at);
  } else if (nameservers.size < DNS_COUNT_MAX) {
    nameservers.add(formatAddress(address));
  }
}

/** A domain that the resolver tries, of the interface or of the whole machine. */
export function addSearchDomain(
  draft: NetworkDraft,
  searchDomains: Set<string>,
  domain: Given,
  where: string,
): void {
  const name = domain.text.replace(/\.$/u, "");
  if (!isDomainName(name)) {
    const message = `Cannot use search domain ${quoteValue(domain.text)} of ${where}: expected a domain name such as example.com`;
    reportProblem(draft, message, domain.at);
  } else if (searchDomains.size < DNS_COUNT_MAX) {
    searchDomains.add(name);
  }
}

/** Labels of letters, digits, "-" and "_", not beginning or ending in "-" (RFC 1035 §2.3.1; "_" as resolvers allow it). */
function isDomainName(text: string): boolean {
  return (
    text.length <= 253 &&
    text.split(".").every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/iu.test(label))
  );
}
