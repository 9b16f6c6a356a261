import { expect, test } from "bun:test";
import { formatHttpAddress, isLinkLocal, parseHttpAddress } from "../../src/system/http-address.ts";
import { redirectTarget } from "../../src/system/http-redirect.ts";

test.each([
  ["http://[fe80::a9fe:a9fe%25eth0]/openstack", "http://[fe80::a9fe:a9fe]/openstack", "eth0"],
  ["http://[fe80::1%en1]:8080/x?y=[z%20]", "http://[fe80::1]:8080/x?y=[z%20]", "en1"],
  ["http://[fd00:ec2::254]/", "http://[fd00:ec2::254]/", undefined],
  ["https://example.com", "https://example.com/", undefined],
])("%s is an address", (text, url, zone) => {
  const address = parseHttpAddress(text);
  expect([address?.url.href, address?.zone]).toEqual([url, zone]);
});

test.each(["", "ftp://example.com", "http://", "http://[fe80::1%]/", "http://[fe80::1%25a b]/"])(
  "%p is none",
  (text) => expect(parseHttpAddress(text)).toBeUndefined(),
);

test("what was read is written with its zone", () => {
  const text = "http://[fe80::1%25en1]:8080/x";
  const address = parseHttpAddress(text);
  expect(address === undefined ? "" : formatHttpAddress(address)).toBe(text);
});

test("link-local addresses are told", () => {
  expect(["169.254.169.254", "[fe80::1]", "[febf::1]"].map(isLinkLocal)).toEqual([
    true,
    true,
    true,
  ]);
  expect(["192.0.2.1", "[fd00::1]", "fe80.example.com"].map(isLinkLocal)).toEqual([
    false,
    false,
    false,
  ]);
});

test("a redirect keeps the zone", () => {
  const request = {
    method: "GET",
    url: "http://[fe80::1%25en1]/a",
    effect: "query",
    timeoutMs: 1,
  } as const;
  const target = redirectTarget(request, 302, "/b");
  expect(target).toMatchObject({ kind: "follow", request: { url: "http://[fe80::1%25en1]/b" } });
});
