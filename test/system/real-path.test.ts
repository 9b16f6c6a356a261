import { expect, test } from "bun:test";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import { realPath } from "../../src/system/real-path.ts";

test("links on the way are followed, and what is not there stays as it is written", () => {
  const fs = createMemoryFileSystem({ "/dev/vdb": "", "/srv/data/.keep": "" });
  fs.makeDirectory("/dev/disk/by-label");
  fs.symlink("../../vdb", "/dev/disk/by-label/data");
  fs.symlink("/srv", "/mnt");
  expect(realPath(fs, "/dev/disk/by-label/data")).toBe("/dev/vdb");
  expect(realPath(fs, "/mnt/data/./new/../x//y")).toBe("/srv/data/x/y");
  expect(realPath(fs, "/none/at/all")).toBe("/none/at/all");
  expect(realPath(fs, "/../..")).toBe("/");
});

test("a circle of links leads nowhere", () => {
  const fs = createMemoryFileSystem();
  fs.symlink("b", "/a");
  fs.symlink("a", "/b");
  expect(realPath(fs, "/a/x")).toBeUndefined();
});
