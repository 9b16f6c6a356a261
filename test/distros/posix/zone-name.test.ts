import { expect, test } from "bun:test";
import fc from "fast-check";
import { isPosixZone, isZoneText } from "../../../src/distros/posix/zone-name.ts";

test("a zone is no option, no absolute path and leads nowhere else", () => {
  for (const zone of [
    "Europe/Berlin",
    "Etc/GMT+5",
    "UTC",
    "<+03>-3",
    "America/Argentina/Ushuaia",
  ]) {
    expect([zone, isZoneText(zone)]).toEqual([zone, true]);
  }
  const bad = ["", "/etc/passwd", "../UTC", "Europe/../UTC", "Europe//Berlin", "-n", ":UTC", "a b"];
  for (const zone of [
    ...bad,
    "UTC\n",
    "UTC\0",
    "Zürich",
    "$(id)",
    "A".repeat(256),
    "Europe/",
    ".",
  ]) {
    expect([zone, isZoneText(zone)]).toEqual([zone, false]);
  }
});

test("POSIX rules are known by their form", () => {
  const good = ["CET-1", "CET-1CEST", "CET-1CEST,M3.5.0,M10.5.0/3", "IST-5:30", "<+03>-3"];
  for (const zone of [...good, "EST5EDT", "NZST-12NZDT,J60/2:00:00,300"]) {
    expect([zone, isPosixZone(zone)]).toEqual([zone, true]);
  }
  for (const zone of ["", "CET", "Europe/Berlin", "CET-1CEST,M13.5.0,M10.5.0", "5EST", "CET-1 "]) {
    expect([zone, isPosixZone(zone)]).toEqual([zone, false]);
  }
});

test("hostile text of any length is judged at once", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5_000 }), (text) => {
      isZoneText(text);
      isPosixZone(text);
    }),
  );
  expect(isPosixZone("A".repeat(65_536))).toBe(false);
});
