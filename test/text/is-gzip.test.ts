import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { isGzip } from "../../src/text/is-gzip.ts";

test("gzip data is known by its first two bytes", () => {
  expect(isGzip(gzipSync("hello"))).toBe(true);
  expect(isGzip(new TextEncoder().encode("#cloud-config"))).toBe(false);
  expect(isGzip(new Uint8Array())).toBe(false);
});
