import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseExternalHeader } from "../../src/modules/external-header.ts";

const parse = (text: string) => parseExternalHeader(new TextEncoder().encode(text));

test("a comment among the first lines of a script", () => {
  const text =
    "#!/usr/bin/ksh\n# Copyright\n# cloud-init: frequency=always schema=my.schema.json plan=yes timeout=5m\n";
  expect(parse(text)).toEqual({
    frequency: "always",
    schema: "my.schema.json",
    isPlannable: true,
    limit: { ms: 300_000, title: "5m (timeout in its header)" },
    problems: [],
  });
  expect(parse("#!/bin/sh\r\n  ## cloud-init: plan=no, timeout=300\r\n")).toMatchObject({
    isPlannable: false,
    limit: { ms: 300_000 },
    problems: [],
  });
});

test("several such comments add up", () => {
  expect(parse("# cloud-init: frequency=once\n#cloud-init: plan=yes\n")).toEqual({
    frequency: "once",
    isPlannable: true,
    problems: [],
  });
});

test("a program, a script without it and one that has it too far down say nothing", () => {
  for (const text of [
    "\u007fELF\0\n# cloud-init: plan=yes\n",
    "#!/bin/sh\necho '# cloud-init: plan=yes'\n",
    `${"\n".repeat(20)}# cloud-init: plan=yes\n`,
    "",
  ]) {
    expect(parse(text)).toEqual({ problems: [] });
  }
});

test.each([
  ["frequency=daily", 'expected "once-per-instance", "always" or "once"'],
  ["schema=../x.json", 'expected the name of a file beside it, ending in ".json"'],
  ["schema=.json", 'expected the name of a file beside it, ending in ".json"'],
  ["plan=maybe", 'expected "yes" or "no"'],
  ["timeout=soon", "expected a duration such as 300, 30s, 5m or 1h30m"],
  ["timeout=0", "expected a duration such as 300, 30s, 5m or 1h30m"],
  ["colour=red", "expected frequency=, schema=, plan= or timeout="],
  ["yes", "expected frequency=, schema=, plan= or timeout="],
])("%s is a problem, and the other words count", (word, expected) => {
  expect(parse(`# cloud-init: ${word} frequency=once\n`)).toEqual({
    frequency: "once",
    problems: [`Cannot use "${word}" in its "# cloud-init:" line: ${expected}`],
  });
});

test("whatever a file begins with, it is read", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (head) => {
      expect(Array.isArray(parseExternalHeader(head).problems)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.string({ maxLength: 100 }), (words) => {
      expect(Array.isArray(parse(`# cloud-init: ${words}`).problems)).toBe(true);
    }),
  );
});
