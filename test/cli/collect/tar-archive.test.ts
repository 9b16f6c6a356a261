import { spawnSync } from "node:child_process";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createTarArchive, type TarEntry } from "../../../src/cli/collect/tar-archive.ts";
import { findToolObstacle } from "../../support/run-tool.ts";
import { requireOrSkip } from "../../support/require-or-skip.ts";

const MODIFIED_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const entry = (name: string, text = ""): TarEntry => ({
  name,
  mode: 0o600,
  modifiedMs: MODIFIED_MS,
  content: new TextEncoder().encode(text),
});

function tar(program: readonly string[], archive: Uint8Array): string {
  const [command = "", ...args] = program;
  const result = spawnSync(command, args, { input: archive, encoding: "utf8" });
  expect([result.status, result.stderr]).toEqual([0, ""]);
  return result.stdout;
}

test("a header has the fields of ustar where POSIX puts them", () => {
  const archive = createTarArchive([entry("top/a", "hello")]);
  const text = (from: number, to: number): string =>
    new TextDecoder().decode(archive.subarray(from, to));
  expect(archive.length).toBe(4 * 512);
  expect(text(0, 6)).toBe("top/a\0");
  expect(text(100, 108)).toBe("0000600\0");
  expect(text(124, 136)).toBe("00000000005\0");
  expect(Number.parseInt(text(136, 147), 8) * 1_000).toBe(MODIFIED_MS);
  expect(text(156, 157)).toBe("0");
  expect(text(257, 265)).toBe("ustar\u000000");
  expect(text(512, 518)).toBe("hello\0");
  const header = new Uint8Array(archive.subarray(0, 512));
  header.fill(0x20, 148, 156);
  expect(Number.parseInt(text(148, 154), 8)).toBe(header.reduce((sum, byte) => sum + byte, 0));
});

test("an archive of nothing is its two empty blocks", () => {
  expect(createTarArchive([])).toEqual(new Uint8Array(1024));
});

describe.skipIf(requireOrSkip(findToolObstacle("tar")))("GNU tar", () => {
  test("lists modes, times and sizes, and takes the content out", () => {
    const archive = createTarArchive([
      { ...entry("top/"), mode: 0o700 },
      entry("top/empty"),
      entry("top/block", "x".repeat(512)),
      entry("top/ä", "y"),
    ]);
    const listing = tar(["tar", "--utc", "-tvf", "-"], archive).split("\n");
    expect(listing[0]).toMatch(/^drwx------ root\/root +0 2026-01-02 03:04 top\/$/u);
    expect(listing[2]).toMatch(/^-rw------- root\/root +512 2026-01-02 03:04 top\/block$/u);
    expect(tar(["tar", "-xOf", "-", "top/ä"], archive)).toBe("y");
  });

  test("reads names of any length", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-zä.-]{1,180}$/u), { minLength: 1, maxLength: 4 }),
        fc.string(),
        (parts, text) => {
          const name = `top/${parts.map((part) => `n${part}`).join("/")}`;
          const archive = createTarArchive([entry(name, text), entry("top/last", "end")]);
          const names = tar(["tar", "--quoting-style=literal", "-tf", "-"], archive);
          expect(names).toBe(`${name}\ntop/last\n`);
          expect(tar(["tar", "-xOf", "-"], archive)).toBe(`${text}end`);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe.skipIf(requireOrSkip(findToolObstacle("busybox")))("the tar of busybox", () => {
  test("reads it too", () => {
    const long = `top/${"d".repeat(90)}/${"e".repeat(90)}`;
    const archive = createTarArchive([entry(long, "deep")]);
    expect(tar(["busybox", "tar", "-tf", "-"], archive)).toBe(`${long}\n`);
    expect(tar(["busybox", "tar", "-xOf", "-"], archive)).toBe("deep");
  });
});
