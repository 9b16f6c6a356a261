import { spawnSync } from "node:child_process";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cksum } from "../../scripts/carrier/cksum.ts";
import { compress } from "../../scripts/carrier/compress.ts";
import { writeUstar } from "../../scripts/carrier/ustar.ts";

describe("cksum", () => {
  test("is that of cksum(1)", () => {
    for (const text of ["", "a", "123456789", "x".repeat(70_000)]) {
      const { stdout } = spawnSync("cksum", { input: text, encoding: "utf8" });
      expect(`${cksum(new TextEncoder().encode(text))} ${text.length}\n`).toBe(stdout);
    }
  });
});

describe("compress", () => {
  const unpack = (bytes: Uint8Array): Uint8Array =>
    new Uint8Array(spawnSync("gzip", ["-dc"], { input: bytes, maxBuffer: 1 << 28 }).stdout);

  test("is unpacked by others to what it was", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 5_000 }),
        fc.integer({ min: 1, max: 60 }),
        (piece, count) => {
          const bytes = new Uint8Array(piece.length * count);
          for (let index = 0; index < count; index += 1) {
            bytes.set(piece, index * piece.length);
          }
          expect(unpack(compress(bytes))).toEqual(bytes);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("goes on when its table is full, and begins a new one where that pays", () => {
    const bytes = new Uint8Array(3_000_000);
    let state = 1;
    for (let index = 0; index < bytes.length; index += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      bytes[index] =
        index < 1_000_000 ? state >>> 24 : index < 2_000_000 ? index >> 12 : state >>> 30;
    }
    expect(unpack(compress(bytes))).toEqual(bytes);
  });
});

describe("ustar", () => {
  test("is read by tar, with names, modes and bytes", () => {
    const files = [
      { name: "app.cjs", mode: 0o644, content: new Uint8Array(513).fill(65) },
      { name: "lib/empty", mode: 0o755, content: new Uint8Array() },
    ];
    const { stdout } = spawnSync("tar", ["-tvf", "-"], {
      input: writeUstar(files),
      encoding: "utf8",
    });
    expect(stdout.replaceAll(/ +/gu, " ")).toBe(
      "-rw-r--r-- root/system 513 1970-01-01 00:00 app.cjs\n-rwxr-xr-x root/system 0 1970-01-01 00:00 lib/empty\n",
    );
  });

  test("ends with a whole record of twenty blocks, the last two empty", () => {
    for (const length of [0, 1, 8_191, 8_192, 8_193, 100_000]) {
      const archive = writeUstar([
        { name: "a", mode: 0o644, content: new Uint8Array(length).fill(65) },
      ]);
      expect(archive.length % 10_240).toBe(0);
      expect(archive.length - length).toBeLessThan(10_240 + 3 * 512 + 512);
      expect(archive.subarray(-1_024).every((byte) => byte === 0)).toBeTrue();
    }
  });
});
