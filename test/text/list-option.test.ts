import { expect, test } from "bun:test";
import { listOption, uniqueNames } from "../../src/text/list-option.ts";

test("a list stays, a single value becomes a list of its text, nothing is empty", () => {
  expect(listOption([1, "a"])).toEqual([1, "a"]);
  expect(listOption(7)).toEqual(["7"]);
  expect(listOption("a b")).toEqual(["a b"]);
  expect(listOption(null)).toEqual([]);
  expect(listOption(undefined)).toEqual([]);
});

test("names from several places, split at commas, each once, in order", () => {
  expect(uniqueNames("adm, wheel", ["wheel", " dip ,adm"], null, 5)).toEqual([
    "adm",
    "wheel",
    "dip",
    "5",
  ]);
});
