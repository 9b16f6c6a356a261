import { expect, test } from "bun:test";
import { fileDiff } from "../../../src/cli/plan/file-diff.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("text is compared line by line", () => {
  expect(fileDiff(bytes("a\nb\n"), bytes("a\nc\n"))).toEqual(["@@ -1,2 +1,2 @@", " a", "-b", "+c"]);
});

test("what is no text, too long or the same says so in brackets", () => {
  expect(fileDiff(bytes(""), new Uint8Array([0, 1, 2]))).toEqual(["[binary]"]);
  expect(fileDiff(bytes(""), new Uint8Array([0xff, 0xfe]))).toEqual(["[binary]"]);
  expect(fileDiff(bytes(""), new Uint8Array(300 * 1024))).toEqual([
    "[not compared: 300 KiB, the limit is 256 KiB]",
  ]);
  expect(fileDiff(bytes("a\n"), bytes("a\n"))).toEqual(["[same content]"]);
});

test("a long diff is cut, with a count of what is left out", () => {
  const lines = fileDiff(bytes(""), bytes("line\n".repeat(1_000)));
  expect(lines).toHaveLength(401);
  expect(lines.at(-1)).toBe("[601 more lines]");
});

test("the inside of a private key is not shown", () => {
  const key = "-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\nafter\n";
  expect(fileDiff(bytes(""), bytes(key)).slice(1)).toEqual([
    "+-----BEGIN EC PRIVATE KEY-----",
    "+***",
    "+-----END EC PRIVATE KEY-----",
    "+after",
  ]);
});
