import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { gunzip } from "../../src/text/gunzip.ts";

const packed = gzipSync("hello");

function textOf(bytes: Uint8Array): string {
  const result = gunzip(bytes, 1000);
  return result.ok ? new TextDecoder().decode(result.content) : `(${result.reason})`;
}

test("several members are unpacked, padding with zeros is ignored", () => {
  expect(textOf(Buffer.concat([packed, gzipSync(" world")]))).toBe("hello world");
  expect(textOf(Buffer.concat([packed, new Uint8Array(512)]))).toBe("hello");
});

test("data that is cut short at any byte gives a reason", () => {
  for (let length = 2; length < packed.length; length += 1) {
    const result = gunzip(packed.subarray(0, length), 1000);
    expect(result).toEqual({ ok: false, reason: "the gzip data is cut short" });
  }
});

test("damaged data gives a reason", () => {
  const damaged = Uint8Array.from(packed);
  damaged[12] = 0xff;
  expect(textOf(damaged)).toStartWith("(the gzip data is damaged");
});

test("a bomb stops at the limit", () => {
  const bomb = gzipSync(new Uint8Array(20_000_000));
  expect(gunzip(bomb, 1_000_000)).toEqual({
    ok: false,
    reason: "unpacked it is longer than 1000000 bytes",
  });
  expect(gunzip(packed, 0).ok).toBe(false);
});
