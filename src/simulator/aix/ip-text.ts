/** The 32 bits of dotted decimal text, or undefined. */
export function parseIpv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u.exec(text);
  if (match === null) {
    return undefined;
  }
  const octets = match.slice(1).map(Number);
  return octets.every((octet) => octet <= 255)
    ? octets.reduce((all, octet) => all * 256 + octet, 0)
    : undefined;
}

/** Dotted decimal text of 32 bits. */
export function formatIpv4(bits: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join(".");
}

/** 24 for "255.255.255.0"; undefined for text that is no mask or has holes. */
export function prefixOfMask(mask: string): number | undefined {
  const bits = parseIpv4(mask);
  if (bits === undefined) {
    return undefined;
  }
  const match = /^(1*)0*$/u.exec(bits.toString(2).padStart(32, "0"));
  return match?.[1]?.length;
}

/** The mask as 32 bits. */
export function maskOfPrefix(prefixLength: number): number {
  return 2 ** 32 - 2 ** (32 - prefixLength);
}

/** The prefix length that class A, B and C gave an address (RFC 791 §3.2). */
export function classfulPrefix(address: string): number {
  const first = Number(address.split(".")[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

/** The 128 bits of IPv6 text, a zone ignored, or undefined (RFC 4291 §2.2). */
export function parseIpv6(text: string): bigint | undefined {
  const plain = text.replace(/%[\w.]+$/u, "");
  const halves = plain.split("::");
  if (halves.length > 2 || !plain.includes(":")) {
    return undefined;
  }
  const head = groupsOf(halves[0] ?? "");
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) {
    return undefined;
  }
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) {
    return undefined;
  }
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return groups.reduce((all, group) => all * 65_536n + BigInt(group), 0n);
}

/** IPv6 text as RFC 5952 wants it. */
export function formatIpv6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((bits >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  const zeros = [8, 7, 6, 5, 4, 3, 2].find((count) => zeroRun(groups, count) !== undefined);
  const start = zeros === undefined ? undefined : zeroRun(groups, zeros);
  if (zeros === undefined || start === undefined) {
    return groups.join(":");
  }
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + zeros).join(":")}`;
}

/** Whether both addresses are in one network. False for text that is no address. */
export function isSameNetwork(a: string, b: string, prefixLength: number): boolean {
  if (a.includes(":") || b.includes(":")) {
    const [left, right] = [parseIpv6(a), parseIpv6(b)];
    const shift = BigInt(128 - prefixLength);
    return left !== undefined && right !== undefined && left >> shift === right >> shift;
  }
  const [left, right] = [parseIpv4(a), parseIpv4(b)];
  const size = 2 ** (32 - prefixLength);
  return (
    left !== undefined &&
    right !== undefined &&
    Math.floor(left / size) === Math.floor(right / size)
  );
}

/** The network that an address is in: "192.0.2.0" for "192.0.2.9" and 24. */
export function networkOf(address: string, prefixLength: number): string {
  const bits = parseIpv6(address);
  if (bits !== undefined) {
    const shift = BigInt(128 - prefixLength);
    return formatIpv6((bits >> shift) << shift);
  }
  const size = 2 ** (32 - prefixLength);
  return formatIpv4(Math.floor((parseIpv4(address) ?? 0) / size) * size);
}

/** The link-local address that an interface makes of its MAC (RFC 4291 §2.5.6 and appendix A). */
export function linkLocalOf(macAddress: string): string {
  const octets = macAddress.split(":").map((part) => Number.parseInt(part, 16));
  const identifier = [(octets[0] ?? 0) ^ 2, octets[1], octets[2], 0xff, 0xfe, ...octets.slice(3)];
  const low = identifier.reduce<bigint>((all, octet) => all * 256n + BigInt(octet ?? 0), 0n);
  return formatIpv6((0xfe80n << 112n) | low);
}

/** Where the first run of `count` zero groups begins. */
function zeroRun(groups: readonly string[], count: number): number | undefined {
  const last = groups.length - count;
  for (let start = 0; start <= last; start += 1) {
    if (groups.slice(start, start + count).every((group) => group === "0")) {
      return start;
    }
  }
  return undefined;
}

function groupsOf(text: string): number[] | undefined {
  if (text === "") {
    return [];
  }
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const ipv4 = index === parts.length - 1 ? parseIpv4(part) : undefined;
    if (ipv4 !== undefined) {
      groups.push(Math.floor(ipv4 / 65_536), ipv4 % 65_536);
    } else if (/^[0-9a-f]{1,4}$/iu.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}
