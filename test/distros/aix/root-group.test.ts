import { describe, expect, test } from "bun:test";
import { mapGroup, mapRootGroup } from "../../../src/distros/aix/root-group.ts";
import { createTestLogger } from "../../support/module-context.ts";

describe("mapRootGroup", () => {
  test.each([
    ["root:root", "root:system"],
    ["alice:wheel", "alice:system"],
    [":root", ":system"],
  ])("%s is %s, which is said at DEBUG", (owner, mapped) => {
    const log: string[] = [];
    expect(mapRootGroup(owner, createTestLogger(log))).toBe(mapped);
    expect(log).toEqual([`DEBUG Owner "${owner}" is "${mapped}" on AIX`]);
  });

  test.each(["root", "root:system", "alice:staff", "0:0", "wheel", "wheel:staff"])(
    "%s stays",
    (owner) => {
      const log: string[] = [];
      expect(mapRootGroup(owner, createTestLogger(log))).toBe(owner);
      expect(log).toEqual([]);
    },
  );

  test("other groups keep their names", () => {
    expect(["root", "wheel", "staff", "sudo"].map(mapGroup)).toEqual([
      "system",
      "system",
      "staff",
      "sudo",
    ]);
  });
});
