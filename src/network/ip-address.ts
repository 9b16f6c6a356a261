/**
 * An IPv4 or IPv6 address that has been read from text. `bytes` has 4 or 16 entries, in network
 * order. Only `formatAddress` makes text of it again, so that nothing a cloud wrote (a leading "-",
 * a comma, a quote) ever reaches a command.
 */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bytes: readonly number[];
}

/** An address, or undefined for text that is none. No zone ("%en0"), no prefix, no blanks. */
export function parseAddress(text: string): IpAddress | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Dotted decimal, or the form of RFC 5952. */
export function formatAddress(address: IpAddress): string {
  return address.family === 4 ? address.bytes.join(".") : formatIpv6(address.bytes);
}

/** The canonical text of an address, or undefined for text that is none. */
export function canonicalAddress(text: string): string | undefined {
  const address = parseAddress(text);
  return address === undefined ? undefined : formatAddress(address);
}

/** The address without its zone: AIX shows and takes "fe80::1%en0". Other text as it is. */
export function withoutZone(text: string): string {
  const plain = text.split("%", 1)[0] ?? text;
  return parseAddress(plain) === undefined ? text : plain;
}

/** 32 or 128. */
export function prefixLengthMax(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/**
 * A prefix length from any of its forms: "24", "255.255.255.0", "64", "ffff:ffff::". Undefined for
 * a length out of range and for a mask with holes.
 */
export function parsePrefixLength(family: 4 | 6, text: string): number | undefined {
  if (/^\d{1,3}$/u.test(text)) {
    const length = Number(text);
    return length <= prefixLengthMax(family) ? length : undefined;
  }
  const mask = parseAddress(text);
  return mask?.family === family ? contiguousOnes(mask.bytes) : undefined;
}

/** The mask as text: "255.255.255.0" for family 4 and 24. */
export function formatMask(family: 4 | 6, prefixLength: number): string {
  const size = family === 4 ? 4 : 16;
  const bytes = Array.from({ length: size }, (_, index) => maskByte(prefixLength, index));
  return formatAddress({ family, bytes });
}

/** The network that an address is in: 192.0.2.0 for 192.0.2.9 and 24. */
export function networkAddress(address: IpAddress, prefixLength: number): IpAddress {
  return {
    family: address.family,
    bytes: address.bytes.map((byte, index) => byte & maskByte(prefixLength, index)),
  };
}

/** Whether both addresses are of one family and in one network of this prefix length. */
export function isSameNetwork(a: IpAddress, b: IpAddress, prefixLength: number): boolean {
  return (
    a.family === b.family &&
    a.bytes.every(
      (byte, index) => ((byte ^ (b.bytes[index] ?? 0)) & maskByte(prefixLength, index)) === 0,
    )
  );
}

/** Whether an interface can have it: not unspecified, not loopback, not multicast, not broadcast. */
export function isHostAddress(address: IpAddress): boolean {
  const [first = 0] = address.bytes;
  if (address.family === 4) {
    return first !== 0 && first !== 127 && first < 224;
  }
  const isZeroButLast = address.bytes.slice(0, 15).every((byte) => byte === 0);
  return first !== 0xff && !(isZeroButLast && (address.bytes[15] ?? 0) <= 1);
}

/** fe80::/10 (RFC 4291 §2.5.6). */
export function isLinkLocal6(address: IpAddress): boolean {
  return (
    address.family === 6 && address.bytes[0] === 0xfe && ((address.bytes[1] ?? 0) & 0xc0) === 0x80
  );
}

function parseIpv4(text: string): IpAddress | undefined {
  const octets = text.split(".", 5);
  // A leading zero is refused: some readers take such a number as octal.
  if (octets.length !== 4 || !octets.every((octet) => /^(?:0|[1-9]\d{0,2})$/u.test(octet))) {
    return undefined;
  }
  const bytes = octets.map(Number);
  return bytes.every((byte) => byte <= 255) ? { family: 4, bytes } : undefined;
}

/** RFC 4291 §2.2, all three forms. */
function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split("::", 3);
  const [headText = "", tailText] = halves;
  if (text.length > IPV6_TEXT_LENGTH_MAX || halves.length > 2) {
    return undefined;
  }
  const head = parseGroups(headText, tailText === undefined);
  const tail = tailText === undefined ? [] : parseGroups(tailText, true);
  if (head === undefined || tail === undefined) {
    return undefined;
  }
  const missing = 16 - head.length - tail.length;
  if (tailText === undefined ? missing !== 0 : missing < 2) {
    return undefined;
  }
  return { family: 6, bytes: [...head, ...Array.from({ length: missing }, () => 0), ...tail] };
}

const IPV6_TEXT_LENGTH_MAX = 45;

/** The bytes of groups with ":" between them; the last of all may be dotted decimal. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === "") {
    return [];
  }
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/iu.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const dotted = isEnd && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (dotted === undefined) {
      return undefined;
    }
    bytes.push(...dotted.bytes);
  }
  return bytes;
}

/** RFC 5952 §4 and, for IPv4-mapped addresses, §5. */
function formatIpv6(bytes: readonly number[]): string {
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff) {
    return `::ffff:${bytes.slice(12).join(".")}`;
  }
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  const run = longestZeroRun(groups);
  return run === undefined
    ? groups.join(":")
    : `${groups.slice(0, run.start).join(":")}::${groups.slice(run.start + run.length).join(":")}`;
}

/** The first of the longest runs of at least two zero groups. */
function longestZeroRun(groups: readonly string[]): { start: number; length: number } | undefined {
  let best: { start: number; length: number } | undefined;
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === "0" ? length + 1 : 0;
    if (length >= 2 && length > (best?.length ?? 0)) {
      best = { start: index - length + 1, length };
    }
  }
  return best;
}

function maskByte(prefixLength: number, index: number): number {
  const ones = Math.min(8, Math.max(0, prefixLength - index * 8));
  return (0xff << (8 - ones)) & 0xff;
}

function contiguousOnes(bytes: readonly number[]): number | undefined {
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return /^(1*)0*$/u.exec(bits)?.[1]?.length;
}
