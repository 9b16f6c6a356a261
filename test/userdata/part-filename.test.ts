import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { cleanFilename, defaultFilename } from "../../src/userdata/part-filename.ts";

test("parts without a name are numbered", () => {
  expect([defaultFilename(1), defaultFilename(42), defaultFilename(1000)]).toEqual([
    "part-001",
    "part-042",
    "part-1000",
  ]);
});

test("slashes become underscores and odd characters go", () => {
  expect(cleanFilename("../../etc/passwd", "x")).toBe(".._.._etc_passwd");
  expect(cleanFilename("set up (1).sh\n", "x")).toBe("setup(1).sh");
  expect(cleanFilename("größe", "x")).toBe("gre");
});

test("where nothing usable is left the fallback is taken", () => {
  for (const name of ["", ".", "..", "\0", "äöü"]) {
    expect(cleanFilename(name, "part-007")).toBe("part-007");
  }
});

test("no name leaves the directory", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const clean = cleanFilename(name, "part-001");
      expect(clean).toMatch(/^[A-Za-z0-9_\-.()]{1,200}$/u);
      expect(["", ".", ".."]).not.toContain(clean);
    }),
  );
});
