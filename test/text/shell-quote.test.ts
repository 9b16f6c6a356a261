import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { renderShellScript, shellQuote } from "../../src/text/shell-quote.ts";

test("a shell reads a quoted word back unchanged", () => {
  const word = fc.string({ unit: "binary-ascii" }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const script = `printf '%s\\n--\\n' ${words.map(shellQuote).join(" ")}`;
      const result = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
      const expected = words.length === 0 ? [""] : words;
      expect(result.stdout).toBe(expected.map((text) => `${text}\n--\n`).join(""));
    }),
    { numRuns: 40 },
  );
});

test("a string stands as it is and a list is quoted word by word", () => {
  const script = renderShellScript(["echo $HOME | wc", ["echo", "it's", 5, true], null], "runcmd");
  expect(script.text).toBe(
    ["#!/bin/sh", "echo $HOME | wc", String.raw`'echo' 'it'\''s' '5' 'True'`, ""].join("\n"),
  );
  expect(script.itemCount).toBe(2);
  expect(script.problems).toEqual([]);
});

test("an item of another kind is left out, told by its place and without its content", () => {
  const script = renderShellScript(
    ["echo 1", { "echo secret": "word" }, 42, ["echo", { a: "secret" }], "echo 2"],
    "bootcmd",
  );
  expect(script.text).toBe("#!/bin/sh\necho 1\necho 2\n");
  expect(script.problems.map((problem) => problem.message)).toEqual([
    'Cannot make a command of bootcmd[1]: expected a string or a list of strings, got a mapping (a command with ": " in it must be written in quotes)',
    "Cannot make a command of bootcmd[2]: expected a string or a list of strings, got a number",
    "Cannot make a command of bootcmd[3]: expected a string as word 2, got a mapping",
  ]);
  expect(script.problems[1]?.path).toEqual(["bootcmd", 2]);
});
