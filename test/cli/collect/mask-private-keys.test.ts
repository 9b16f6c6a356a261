import { expect, test } from "bun:test";
import { maskPrivateKeys } from "../../../src/cli/collect/mask-private-keys.ts";

const BEGIN = "-----BEGIN RSA PRIVATE KEY-----";
const END = "-----END RSA PRIVATE KEY-----";
const LINE = "MIIEpAIBAAKCAQEAleakleakleakleakleak";

test("the lines of a key go, whatever a log wrote before each of them", () => {
  const prefix = "2026-01-01 10:00:00,000 - x.py[DEBUG]: ";
  const log = [BEGIN, LINE, `${LINE}==`, END].map((line) => `${prefix}${line}\n`).join("");
  expect(maskPrivateKeys(`before\n${log}after\n`)).toBe(
    `before\n${prefix}${BEGIN}***${END}\nafter\n`,
  );
});

test("of a key that was cut off, its lines go, and what follows stays", () => {
  expect(maskPrivateKeys(`${BEGIN}\n${LINE}\n${LINE}\nnext line\n`)).toBe(
    `${BEGIN}***\nnext line\n`,
  );
  expect(maskPrivateKeys(`${BEGIN}\n${LINE}`)).toBe(`${BEGIN}***`);
  expect(maskPrivateKeys(`grep -q "${BEGIN}" file\nfine\n`)).toBe(
    `grep -q "${BEGIN}" file\nfine\n`,
  );
});

test("two keys, and one whose end is far away", () => {
  const key = `${BEGIN}\n${LINE}\n${END}`;
  expect(maskPrivateKeys(`${key}\nbetween\n${key}`)).toBe(
    `${BEGIN}***${END}\nbetween\n${BEGIN}***${END}`,
  );
  const far = "word\n".repeat(20_000);
  expect(maskPrivateKeys(`${BEGIN}\n${LINE}\n${far}${END}`)).toBe(`${BEGIN}***\n${far}${END}`);
});

test.each([BEGIN, `${BEGIN}\n`, `${BEGIN}\n${LINE}\n`])(
  "a log full of beginnings takes no more than a moment: %s",
  (part) => {
    const start = performance.now();
    maskPrivateKeys(part.repeat(2_000_000 / part.length));
    expect(performance.now() - start).toBeLessThan(4_000);
  },
);
