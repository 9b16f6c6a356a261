import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseHttpDate } from "../../src/text/http-date.ts";

test.each([
  ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"],
  ["Fri, 02 Jan 2026 03:04:05 +0000", "2026-01-02T03:04:05.000Z"],
  [" 2 jan 2026 03:04:05 gmt ", "2026-01-02T03:04:05.000Z"],
  ["Fri, 02-Jan-26 03:04:05 GMT", "2026-01-02T03:04:05.000Z"],
])("%p is %p", (text, iso) => {
  expect(parseHttpDate(text)?.toISOString()).toBe(iso);
});

test.each([
  "",
  "2026-01-02T03:04:05Z",
  "Fri, 02 Jan 2026 03:04:05 EST",
  "Fri, 02 Xyz 2026 03:04:05 GMT",
  "Fri, 31 Feb 2026 03:04:05 GMT",
  "Fri, 02 Jan 2026 24:04:05 GMT",
  "Fri, 02 Jan 2026 03:60:05 GMT",
])("%p is no date", (text) => {
  expect(parseHttpDate(text)).toBeUndefined();
});

test("what a server writes is read back, and nothing throws", () => {
  const date = fc.date({
    min: new Date(0),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (given) => {
      const seconds = Math.floor(given.getTime() / 1000);
      expect(parseHttpDate(given.toUTCString())?.getTime()).toBe(seconds * 1000);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseHttpDate(text);
    }),
  );
});
