import { expect, test } from "bun:test";
import fc from "fast-check";
import { readGrowthMemory, writeGrowthMemory } from "../../src/distros/growth-memory.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";

const PATH = "/var/lib/cloud/instances/i-1/growth.json";

test("what was kept is read again, and only root may read the file", () => {
  const fs = createMemoryFileSystem();
  const memory = readGrowthMemory(fs, PATH);
  writeGrowthMemory(fs, PATH, memory);
  expect(fs.stat(PATH)).toBeUndefined();
  memory.disks.set("00f9c1af1b2c3d4e", { size: 20_480, attempts: 0 });
  memory.fileSystems.set("/opt", {
    wish: "+2G",
    isDone: true,
    targetMb: 4_096,
    volumeGroup: "rootvg",
    totalPartitions: 639,
  });
  writeGrowthMemory(fs, PATH, memory);
  expect(readGrowthMemory(fs, PATH)).toEqual(memory);
  expect(fs.stat(PATH)?.mode).toBe(0o600);
});

test("a file that is cut off, or of another kind, counts as nothing done", () => {
  for (const text of [
    "",
    "{",
    "[]",
    "null",
    '{"disks":{"a":1,"b":{"size":"x"}},"fileSystems":[]}',
  ]) {
    const fs = createMemoryFileSystem({ [PATH]: text });
    const { disks, fileSystems } = readGrowthMemory(fs, PATH);
    expect([disks.size, fileSystems.size]).toEqual([0, 0]);
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const fs = createMemoryFileSystem({ [PATH]: JSON.stringify(value) });
      expect(readGrowthMemory(fs, PATH).disks).toBeInstanceOf(Map);
    }),
  );
});
