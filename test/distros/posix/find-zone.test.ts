import { expect, test } from "bun:test";
import { hasZone, zoneAdvice } from "../../../src/distros/posix/find-zone.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

const fs = createMemoryFileSystem({ "/z/Europe/Berlin": "TZif2", "/z/UTC": "TZif2" });

test("a zone is a file of the database, not a directory of it", () => {
  expect(hasZone(fs, "/z", "Europe/Berlin")).toBe(true);
  expect(hasZone(fs, "/z", "Europe")).toBe(false);
});

test("a slip is told with the name that was probably meant", () => {
  expect(zoneAdvice(fs, "/z", "Europe/Belrin")).toBe(' (did you mean "Europe/Berlin"?)');
  expect(zoneAdvice(fs, "/z", "UTX")).toBe(' (did you mean "UTC"?)');
  expect(zoneAdvice(fs, "/z", "Nowhere/Berlin")).toBe("");
});
