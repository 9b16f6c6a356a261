import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { parseArchive } from "../../src/userdata/archive.ts";

function parse(text: string) {
  const { entities, problems } = parseArchive(
    Buffer.from(`#cloud-config-archive\n${text}`),
    "user-data",
  );
  const texts = entities.map(({ contentType, filename = "", headers, content }) => ({
    contentType,
    filename,
    headers,
    content: new TextDecoder().decode(content),
  }));
  return { problems, entities: texts };
}

test("texts and mappings are parts; a type that is not said is told by the first line", () => {
  const { entities, problems } = parse(
    [
      "- 'a: 1'",
      '- "#!/bin/sh\\necho"',
      "- content: |",
      "    #cloud-boothook",
      "  filename: hook",
      "  launch-index: 3",
      "  Merge-Type: list(append)",
      "- {type: text/Plain, content: x}",
      "- {content: !!binary aGk=}",
    ].join("\n"),
  );
  expect(problems).toEqual([]);
  expect(entities).toEqual([
    { contentType: "text/cloud-config", filename: "", headers: {}, content: "a: 1" },
    { contentType: "text/x-shellscript", filename: "", headers: {}, content: "#!/bin/sh\necho" },
    {
      contentType: "text/cloud-boothook",
      filename: "hook",
      headers: { "merge-type": "list(append)", "launch-index": "3" },
      content: "#cloud-boothook\n",
    },
    { contentType: "text/plain", filename: "", headers: {}, content: "x" },
    { contentType: "application/octet-stream", filename: "", headers: {}, content: "hi" },
  ]);
});

test("an item of a wrong type is a problem with its line, and the rest is used", () => {
  const { entities, problems } = parse("- 7\n- {content: [x]}\n- ok\n- {type: text/plain}\n");
  expect(entities.map(({ content }) => content)).toEqual(["ok"]);
  expect(problems).toEqual([
    {
      message:
        'Cannot use item 1 of this archive: expected text or a mapping with "content", got a number',
      source: "user-data",
      line: 2,
    },
    {
      message: 'Cannot use item 2 of this archive: expected "content" to be text, got a list',
      source: "user-data",
      line: 3,
    },
    {
      message: 'Cannot use item 4 of this archive: expected "content" to be text, got nothing',
      source: "user-data",
      line: 5,
    },
  ]);
});

test("a root that is no list, and YAML that is none, are one problem each", () => {
  expect(parse("a: 1").problems).toEqual([
    {
      message: "Cannot use this archive: expected a list of parts, got a mapping",
      source: "user-data",
    },
  ]);
  expect(parse("").problems.length).toBe(1);
  expect(parse("- [").problems).toMatchObject([{ source: "user-data", line: 2 }]);
});

test("whatever comes, nothing is thrown", () => {
  const item = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom("{content: a}", "&a [*a]", "- -", "!!set {a}"),
  );
  fc.assert(
    fc.property(fc.array(item, { maxLength: 10 }), (items) => {
      expect(Array.isArray(parse(items.map((text) => `- ${text}\n`).join("")).entities)).toBe(true);
    }),
  );
});
