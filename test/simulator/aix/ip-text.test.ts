import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  formatIpv4,
  formatIpv6,
  isSameNetwork,
  linkLocalOf,
  maskOfPrefix,
  networkOf,
  parseIpv4,
  parseIpv6,
  prefixOfMask,
} from "../../../src/simulator/aix/ip-text.ts";

describe("addresses as text", () => {
  test("every IPv4 address reads back what was written", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 32 - 1 }), (bits) => parseIpv4(formatIpv4(bits)) === bits),
    );
  });

  test("every IPv6 address reads back what was written", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (bits) => {
        return parseIpv6(formatIpv6(bits)) === bits;
      }),
    );
  });

  test("IPv6 text shortens the longest run of zeros, the first of equals, and never a single one", () => {
    const rows = [
      ["2001:db8:0:0:0:0:0:1", "2001:db8::1"],
      ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["0:0:0:0:0:0:0:0", "::"],
      ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
      ["1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"],
      ["::ffff:192.0.2.1", "::ffff:c000:201"],
    ] as const;
    for (const [text, expected] of rows) {
      expect(formatIpv6(parseIpv6(text) ?? -1n)).toBe(expected);
    }
  });

  test("a zone is ignored, other text is no address", () => {
    expect(parseIpv6("fe80::1%en0")).toBe(parseIpv6("fe80::1"));
    for (const text of ["", "1", "1:2", "::1::", ":::", "12345::", "g::", "1:2:3:4:5:6:7:8:9"]) {
      expect(parseIpv6(text)).toBeUndefined();
    }
    for (const text of ["", "1.2.3", "256.1.1.1", "1.2.3.4.5", "0x7f.1.1.1"]) {
      expect(parseIpv4(text)).toBeUndefined();
    }
  });

  test("masks and prefix lengths stand for each other, a mask with holes for none", () => {
    for (let length = 0; length <= 32; length += 1) {
      expect(prefixOfMask(formatIpv4(maskOfPrefix(length)))).toBe(length);
    }
    expect(prefixOfMask("255.0.255.0")).toBeUndefined();
  });

  test("the network of an address holds it", () => {
    expect(networkOf("192.0.2.77", 26)).toBe("192.0.2.64");
    expect(networkOf("2001:db8:1:2:3::4", 48)).toBe("2001:db8:1::");
    expect(isSameNetwork("192.0.2.77", "192.0.2.126", 26)).toBe(true);
    expect(isSameNetwork("192.0.2.77", "192.0.2.130", 26)).toBe(false);
    expect(isSameNetwork("192.0.2.77", "no address", 0)).toBe(false);
  });

  test("a MAC makes the link-local address of modified EUI-64", () => {
    expect(linkLocalOf("82:de:0e:65:0c:1a")).toBe("fe80::80de:eff:fe65:c1a");
  });
});
