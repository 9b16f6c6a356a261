import { expect, test } from "bun:test";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import { hasSameContent } from "../../src/system/same-content.ts";

test("files are alike only with the same bytes, also beyond the first piece", () => {
  const long = new Uint8Array(2_500_000).fill(7);
  const other = Uint8Array.from(long);
  other[2_400_000] = 8;
  const fs = createMemoryFileSystem({
    "/a": long,
    "/b": Uint8Array.from(long),
    "/other": other,
    "/short": long.subarray(1),
    "/dir/x": "",
  });
  expect(hasSameContent(fs, "/a", "/b")).toBe(true);
  expect(hasSameContent(fs, "/a", "/other")).toBe(false);
  expect(hasSameContent(fs, "/a", "/short")).toBe(false);
  expect(hasSameContent(fs, "/a", "/none")).toBe(false);
  expect(hasSameContent(fs, "/dir", "/a")).toBe(false);
});
