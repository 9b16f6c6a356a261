import { expect, test } from "bun:test";
import fc from "fast-check";
import { addSeed, NO_SEED } from "../../../src/datasources/no-cloud/merge-seeds.ts";
import { parseSeed } from "../../../src/datasources/no-cloud/seed.ts";
import { readSeedNetwork } from "../../../src/datasources/no-cloud/seed-network.ts";

test("A seed of any bytes is read or refused with a reason, and never throws", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ maxLength: 200 }).map((text) => new TextEncoder().encode(text)),
    fc.json({ maxDepth: 4 }).map((text) => new TextEncoder().encode(text)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (metaData, networkConfig) => {
      const seed = await parseSeed("x", { metaData, userData: new Uint8Array(), networkConfig });
      if ("reason" in seed) {
        expect(seed.reason).not.toBe("");
        return;
      }
      const merged = addSeed(addSeed(NO_SEED, seed), seed);
      expect(merged.metadata).toEqual(addSeed(NO_SEED, seed).metadata);
      expect(Array.isArray(readSeedNetwork(merged).problems)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("Network settings of any shape are problems at most", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (data) => {
      const network = { source: "network-config", data: { version: 2, ethernets: data } };
      const { problems } = readSeedNetwork({
        network,
        metadata: { "network-interfaces": "iface" },
      });
      expect(Array.isArray(problems)).toBe(true);
    }),
  );
});

test("Of metadata the earlier seed counts at every depth, of all else the later one that has it", () => {
  const userData = new TextEncoder().encode("first");
  const first = { name: "a", metadata: { a: { b: 1 }, list: [1] }, userData, problems: [] };
  const second = {
    name: "b",
    metadata: { a: { b: 2, c: 3 }, list: [2], d: 4 },
    vendorData: new Uint8Array(),
    problems: [{ message: "p" }],
  };
  expect(addSeed(addSeed(NO_SEED, first), second)).toEqual({
    names: ["a", "b"],
    metadata: { a: { b: 1, c: 3 }, list: [1], d: 4 },
    userData,
    vendorData: new Uint8Array(),
    problems: [{ message: "p" }],
  });
});
