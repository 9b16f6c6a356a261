import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  canonicalAddress,
  formatAddress,
  formatMask,
  isHostAddress,
  isSameNetwork,
  networkAddress,
  parseAddress,
  parsePrefixLength,
  type IpAddress,
} from "../../src/network/ip-address.ts";

const byte = fc.integer({ min: 0, max: 255 });
const anyAddress: fc.Arbitrary<IpAddress> = fc.oneof(
  fc.array(byte, { minLength: 4, maxLength: 4 }).map((bytes) => ({ family: 4 as const, bytes })),
  fc
    .array(fc.oneof(fc.constant(0), byte), { minLength: 16, maxLength: 16 })
    .map((bytes) => ({ family: 6 as const, bytes })),
);

function parsed(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === undefined) {
    throw new Error(`no address: ${text}`);
  }
  return address;
}

describe("addresses", () => {
  test("the text of an address reads back as the same address", () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        expect(parseAddress(formatAddress(address))).toEqual(address);
      }),
    );
  });

  test("any text is an address or is not, without an exception", () => {
    const fragments = fc.constantFrom("::", ":", ".", "1", "ffff", "255", "-a", "%en0", "/24", ",");
    const text = fc.oneof(
      fc.string(),
      fc.array(fragments).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (given) => {
        const canonical = canonicalAddress(given);
        if (canonical !== undefined) {
          expect(canonical).toMatch(/^[0-9a-f:.]+$/u);
          expect(canonicalAddress(canonical)).toBe(canonical);
        }
      }),
    );
  });

  test("IPv6 text follows RFC 5952", () => {
    const cases: Record<string, string> = {
      "2001:DB8:0:0:0:0:0:1": "2001:db8::1",
      "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
      "2001:0:0:1:0:0:0:1": "2001:0:0:1::1",
      "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
      "0:0:0:0:0:0:0:0": "::",
      "::1": "::1",
      "fe80::": "fe80::",
      "::FFFF:192.0.2.1": "::ffff:192.0.2.1",
      "64:ff9b::192.0.2.33": "64:ff9b::c000:221",
    };
    for (const [given, wanted] of Object.entries(cases)) {
      expect(canonicalAddress(given)).toBe(wanted);
    }
  });

  test("what only looks like an address is none", () => {
    const refused = [
      "",
      "192.0.2",
      "192.0.2.1.1",
      "192.0.2.256",
      "192.0.2.01",
      "0x7f.0.0.1",
      "192.0.2.1 ",
      "-a192.0.2.1",
      "192.0.2.1,255.255.255.0",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1::2::3",
      ":::",
      "1:2:3:4:5:6:7::8",
      "fe80::1%en0",
      "12345::",
      "::1.2.3",
    ];
    for (const text of refused) {
      expect(parseAddress(text)).toBeUndefined();
    }
  });

  test("unspecified, loopback, multicast and broadcast addresses are no host's", () => {
    for (const text of [
      "0.0.0.0",
      "127.0.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "ff02::1",
    ]) {
      expect(isHostAddress(parsed(text))).toBe(false);
    }
    for (const text of ["192.0.2.1", "169.254.1.1", "2001:db8::1", "fe80::1", "::2"]) {
      expect(isHostAddress(parsed(text))).toBe(true);
    }
  });
});

describe("masks", () => {
  test("every prefix length and its mask are one", () => {
    for (let length = 0; length <= 32; length += 1) {
      expect(parsePrefixLength(4, formatMask(4, length))).toBe(length);
      expect(parsePrefixLength(4, String(length))).toBe(length);
    }
    for (let length = 0; length <= 128; length += 1) {
      expect(parsePrefixLength(6, formatMask(6, length))).toBe(length);
    }
    expect(formatMask(4, 26)).toBe("255.255.255.192");
    expect(formatMask(6, 64)).toBe("ffff:ffff:ffff:ffff::");
  });

  test("masks with holes and lengths out of range are refused", () => {
    for (const text of [
      "255.0.255.0",
      "0.0.0.255",
      "33",
      "-1",
      "24 ",
      "",
      "abc",
      "ffff::",
      "1.5",
    ]) {
      expect(parsePrefixLength(4, text)).toBeUndefined();
    }
    for (const text of ["129", "255.255.255.0", "ffff:0:ffff::"]) {
      expect(parsePrefixLength(6, text)).toBeUndefined();
    }
  });

  test("addresses are in the network that the mask makes", () => {
    expect(formatAddress(networkAddress(parsed("192.0.2.77"), 26))).toBe("192.0.2.64");
    expect(isSameNetwork(parsed("192.0.2.65"), parsed("192.0.2.126"), 26)).toBe(true);
    expect(isSameNetwork(parsed("192.0.2.63"), parsed("192.0.2.64"), 26)).toBe(false);
    expect(isSameNetwork(parsed("192.0.2.1"), parsed("2001:db8::1"), 0)).toBe(false);
    fc.assert(
      fc.property(anyAddress, fc.nat(32), (address, length) => {
        expect(isSameNetwork(address, networkAddress(address, length), length)).toBe(true);
      }),
    );
  });
});
