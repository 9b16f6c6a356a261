import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseOdmRoute } from "../../../src/simulator/aix/odm-route.ts";

test("every form of a stored route that was found on machines is read", () => {
  const rows = [
    ["net,-hopcount,0,,0,192.168.10.1", 4, "0.0.0.0", 0, "192.168.10.1"],
    [
      "net,-hopcount,0,-netmask,255.255.255.0,,,10.11.12.0,192.168.10.2",
      4,
      "10.11.12.0",
      24,
      "192.168.10.2",
    ],
    [
      "net,-hopcount,0,-netmask,255.255.255.224,,,,,158.226.253.0,10.0.0.1",
      4,
      "158.226.253.0",
      27,
      "10.0.0.1",
    ],
    [
      "net,-hopcount,0,,,,,,-static,11.18.18.118,192.168.100.254",
      4,
      "11.0.0.0",
      8,
      "192.168.100.254",
    ],
    ["host,-hopcount,0,,,,,,10.1.1.9,192.168.10.1", 4, "10.1.1.9", 32, "192.168.10.1"],
    ["net,-hopcount,0,,,::,fe80::1", 6, "::", 0, "fe80::1"],
    ["net,-hopcount,0,-prefixlen,48,,2001:db8:1::,fe80::1", 6, "2001:db8:1::", 48, "fe80::1"],
  ] as const;
  for (const [value, family, destination, prefixLength, gateway] of rows) {
    expect(parseOdmRoute(value, family)).toEqual({ family, destination, prefixLength, gateway });
  }
});

test("a value without gateway, destination or type is no route", () => {
  for (const value of [
    "",
    "net",
    "net,0",
    "net,-hopcount,0,,0,",
    "x,-hopcount,0,,0,192.0.2.1",
    "net,-hopcount,0,,192.0.2.0/24,192.0.2.1",
  ]) {
    expect(parseOdmRoute(value, 4)).toBeUndefined();
  }
});

test("any text is read or refused, and never throws", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(4 as const, 6 as const), (text, family) => {
      const route = parseOdmRoute(`net,${text}`, family);
      return route === undefined || route.prefixLength <= 128;
    }),
  );
});
