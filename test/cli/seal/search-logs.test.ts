import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { searchLogs } from "../../../src/cli/seal/search-logs.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

async function search(files: Record<string, string | Uint8Array>, own: readonly string[] = []) {
  const fs = createMemoryFileSystem(files);
  const findings = await searchLogs(fs, ["/var/log", "/nowhere"], () => own).find();
  return findings.map(({ kind, what }) => `${kind} ${what}`);
}

const KEY = "-----BEGIN PRIVATE KEY-----\n";

describe("logs are searched", () => {
  test("in directories below, at the line that counts, without the agent's own", async () => {
    expect(
      await search({ "/var/log/a/b/x.log": `one\ntwo\n${KEY}`, "/var/log/cloud-init.log": KEY }, [
        "/var/log/cloud-init.log",
      ]),
    ).toEqual(["blocker /var/log/a/b/x.log:3 shows a private key"]);
  });

  test("over the borders of the pieces that are read", async () => {
    const line = `${"x".repeat(1000)}\n`;
    const before = line.repeat(1047);
    const filler = "y".repeat(1024 * 1024 - before.length - 10);
    const text = `${before}${filler} ${KEY}`;
    expect(text.indexOf("-----BEGIN")).toBeLessThan(1024 * 1024);
    expect(text.indexOf("PRIVATE")).toBeGreaterThan(1024 * 1024);
    expect(await search({ "/var/log/big": text })).toEqual([
      "blocker /var/log/big:1048 shows a private key",
    ]);
  });

  test("when they were packed by gzip; other packers are said", async () => {
    expect(
      await search({
        "/var/log/old.1.gz": gzipSync(`a\n${KEY}`),
        "/var/log/bad.gz": "no gzip",
        "/var/log/x.xz": "x",
      }),
    ).toEqual([
      "blocker /var/log/old.1.gz:2 shows a private key",
      expect.stringMatching(
        /^notice Not searched: \/var\/log\/bad\.gz \(.+\), \/var\/log\/x\.xz \(compressed\)$/u,
      ),
    ]);
  });

  test("and many lines of one file are not all told", async () => {
    const found = await search({ "/var/log/app": "password=Sup3rSecret\n".repeat(8) });
    expect(found).toHaveLength(6);
    expect(found.at(-1)).toBe("notice /var/log/app has 3 more lines of this kind");
  });

  test("a binary one has no line numbers", async () => {
    expect(await search({ "/var/log/wtmp": `\0\0\n${KEY}` })).toEqual([
      "blocker /var/log/wtmp shows a private key",
    ]);
  });
});

describe("a line without an end", () => {
  const JWT = `eyJ${"a".repeat(20)}.eyJ${"b".repeat(20)}.${"c".repeat(20)}`;
  const around = (text: string, offset: number): string =>
    `${"x ".repeat(offset / 2)}${text}${" y".repeat(100_000)}`;

  test.each([0, 65_500, 65_530, 131_050, 1_048_560])(
    "is searched to its end, and what is at %d is told once",
    async (offset) => {
      expect(await search({ "/var/log/app": `one\n${around(JWT, offset)}\ntwo` })).toEqual([
        "notice /var/log/app:2 may show a token (JWT)",
      ]);
      expect(await search({ "/var/log/app.gz": gzipSync(around(JWT, offset)) })).toEqual([
        "notice /var/log/app.gz:1 may show a token (JWT)",
      ]);
    },
  );

  test("takes no long time", async () => {
    const started = performance.now();
    await search({ "/var/log/app": "-eyJaaaaa".repeat(1_000_000) });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
