import { expect, test } from "bun:test";
import { redirectTarget } from "../../src/system/http-redirect.ts";
import type { HttpRequest } from "../../src/system/system.ts";

function get(url: string): HttpRequest {
  return { method: "GET", url, effect: "query", timeoutMs: 1, headers: { "x-token": "t" } };
}

test("a link-local address leads to itself only", () => {
  const request = get("http://169.254.169.254/latest");
  expect(redirectTarget(request, 302, "/latest/")).toMatchObject({
    kind: "follow",
    request: { url: "http://169.254.169.254/latest/", headers: { "x-token": "t" } },
  });
  for (const url of ["http://169.254.169.254/", "http://[fe80::a9fe:a9fe]/"]) {
    expect(redirectTarget(get(url), 302, "http://192.0.2.1/")).toEqual({
      kind: "refuse",
      reason: 'a link-local address redirects to host "192.0.2.1"',
    });
  }
});

test("headers do not leave the host they are for", () => {
  const target = redirectTarget(get("http://192.0.2.1/"), 301, "http://192.0.2.2/");
  expect(target).toMatchObject({ kind: "follow", request: { url: "http://192.0.2.2/" } });
  expect(JSON.stringify(target)).not.toContain("x-token");
});

test("a client certificate is shown to the host that it is for, and to no other", () => {
  const clientCertificate = { certificate: Uint8Array.of(1) };
  const request = { ...get("https://192.0.2.1/"), clientCertificate };
  const same = redirectTarget(request, 302, "/x");
  expect(same).toMatchObject({ kind: "follow", request: { clientCertificate } });
  const other = redirectTarget(request, 302, "https://192.0.2.2/");
  expect(other).toMatchObject({ kind: "follow" });
  expect(JSON.stringify(other)).not.toContain("clientCertificate");
});

test("https is not left for http", () => {
  expect(redirectTarget(get("https://example.com/"), 302, "http://example.com/")).toMatchObject({
    kind: "refuse",
  });
  expect(redirectTarget(get("http://example.com/"), 302, "https://example.com/")).toMatchObject({
    kind: "follow",
  });
});

test("a location that is no address is refused", () => {
  expect(redirectTarget(get("http://example.com/"), 302, "http://[")).toMatchObject({
    kind: "refuse",
    reason: 'it redirects to "http://[", which is no HTTP address',
  });
});
