import { expect, test } from "bun:test";
import fc from "fast-check";
import { keepableMetadata } from "../../src/datasources/keepable-metadata.ts";

test("bytes become the text that instance-data takes for base64, wherever they stand", () => {
  const bytes = new Uint8Array([255, 0]);
  expect(keepableMetadata({ a: bytes, b: [{ c: bytes }], d: "text", e: null })).toEqual({
    a: "ci-b64:/wA=",
    b: [{ c: "ci-b64:/wA=" }],
    d: "text",
    e: null,
  });
});

test("numbers that JSON has no word for become text", () => {
  const raw = { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: 10n ** 30n, d: 1.5 };
  expect(keepableMetadata(raw)).toEqual({
    a: "NaN",
    b: "Infinity",
    c: `1${"0".repeat(30)}`,
    d: 1.5,
  });
});

test("any JSON with bytes in it comes back from JSON the same", () => {
  const leaf = fc.oneof(
    fc.uint8Array(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noDefaultInfinity: false }),
    fc.bigInt(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(leaf, fc.array(tie("tree")), fc.dictionary(fc.string(), tie("tree"))),
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), tree), (raw) => {
      const kept = keepableMetadata(raw);
      // JSON has no -0.
      expect(JSON.stringify(JSON.parse(JSON.stringify(kept)))).toBe(JSON.stringify(kept));
    }),
  );
});

test("what is nested without end is cut", () => {
  let deep: Record<string, unknown> = {};
  for (let index = 0; index < 100_000; index += 1) {
    deep = { deep };
  }
  expect(JSON.stringify(keepableMetadata(deep)).length).toBeLessThan(1000);
});
