import { expect, test } from "bun:test";
import { renderBasicTemplate } from "../../src/text/basic-template.ts";

test("names are replaced, bare and in braces", () => {
  const rendered = renderBasicTemplate("$a and ${b}! costs 5$ or $ 6", { a: "1", b: "2" });
  expect(rendered).toEqual({ ok: true, text: "1 and 2! costs 5$ or $ 6" });
});

test("a full stop after a name is text", () => {
  expect(renderBasicTemplate("from $ds.  Up", { ds: "X" })).toEqual({
    ok: true,
    text: "from X.  Up",
  });
});

test("a name without a value is told", () => {
  expect(renderBasicTemplate("$a $nope $b", { a: "1", b: "2" })).toEqual({
    ok: false,
    missingName: "nope",
  });
  expect(renderBasicTemplate("$constructor", {})).toEqual({
    ok: false,
    missingName: "constructor",
  });
});

test("dots lead into mappings, and values become text as in Python", () => {
  const variables = { v1: { region: "r1", up: true }, a: null };
  expect(renderBasicTemplate("${v1.region} $v1.up. $a", variables)).toEqual({
    ok: true,
    text: "r1 True. None",
  });
  expect(renderBasicTemplate("$v1.none", variables)).toEqual({ ok: false, missingName: "v1.none" });
  expect(renderBasicTemplate("${v1.region.x}", variables).ok).toBe(false);
});
