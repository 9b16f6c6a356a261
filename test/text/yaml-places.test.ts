import { expect, test } from "bun:test";
import { createYamlPlaces } from "../../src/text/yaml-places.ts";

const TEXT = `#cloud-config
a: 1
list:
  - x: 1
    y: {z: 2}
  - &b [q, r]
again: *b
a: 2
`;

test("keys and items have their line and column", () => {
  const places = createYamlPlaces(TEXT);
  expect(places.placeOf(["list"])).toEqual({ line: 3, column: 1 });
  expect(places.placeOf(["list", 0, "y", "z"])).toEqual({ line: 5, column: 9 });
  expect(places.placeOf(["list", 1, 1])).toEqual({ line: 6, column: 12 });
});

test("of a key that stands twice, the last", () => {
  expect(createYamlPlaces(TEXT).placeOf(["a"])).toEqual({ line: 8, column: 1 });
});

test("what is not written is where the nearest thing around it is", () => {
  const places = createYamlPlaces(TEXT);
  expect(places.placeOf(["list", 0, "missing"])).toEqual({ line: 4, column: 5 });
  expect(places.placeOf(["again", 0])).toEqual({ line: 7, column: 1 });
  expect(places.placeOf(["nothing"])).toEqual({ line: 2, column: 1 });
});

test("a text that is no YAML has no places", () => {
  expect(createYamlPlaces("a: [").placeOf(["a"])).toBeUndefined();
  expect(createYamlPlaces("").placeOf([])).toBeUndefined();
});
