import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "bun:test";
import { nameTag } from "../../src/system/host-name-tag.ts";
import { isTemporaryName, temporaryName } from "../../src/system/temporary-name.ts";

const COUNT = 1000;

/** Tags past what one reading of the device gives, so that it is opened. */
const drawTags = (device?: string): readonly string[] =>
  Array.from({ length: COUNT }, () => nameTag(device));

describe("the tag of a temporary name", () => {
  test("is another one each time, and what a temporary name wants", () => {
    const tags = drawTags();
    expect(new Set(tags).size).toBe(COUNT);
    expect(tags.every((tag) => isTemporaryName(temporaryName("hosts", tag)))).toBe(true);
  });

  test("does not need the device, nor believes a file in its place", () => {
    const directory = mkdtempSync(path.join(tmpdir(), "name-tag-"));
    try {
      const file = path.join(directory, "urandom");
      writeFileSync(file, "same".repeat(COUNT));
      for (const device of [file, path.join(directory, "none"), directory, "/dev/null"]) {
        expect(new Set(drawTags(device)).size).toBe(COUNT);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
