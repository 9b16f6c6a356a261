import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { ISO9660_LIMITS } from "../../src/iso9660/iso9660-limits.ts";
import { openIso9660 } from "../../src/iso9660/open-iso9660.ts";
import { openDiscFile } from "../support/disc-file.ts";

/** Images that genisoimage and xorriso made, with Rock Ridge, Joliet, relocated directories, continuation areas. */
const FIXTURES = join(import.meta.dir, "../fixtures/iso");
const IMAGES = readdirSync(FIXTURES)
  .filter((name) => name.endsWith(".iso.gz"))
  .map((name) => new Uint8Array(gunzipSync(readFileSync(join(FIXTURES, name)))));

const LIMITS = { ...ISO9660_LIMITS, entryCountMax: 5000, continuationCountMax: 5000 };
const READ_COUNT_MAX = 20_000;
const DIRECTORY_COUNT_MAX = 200;

/** Reads what there is of a damaged disc; gives the number of reads. Anything but an Error about the disc is thrown. */
function readDamaged(image: Uint8Array, isDevice: boolean): number {
  const file = openDiscFile(image, { isDevice, readCountMax: READ_COUNT_MAX });
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("Cannot ")) {
        throw error;
      }
    }
  };
  attempt(() => {
    const { tree } = openIso9660(file, LIMITS);
    const directories = [""];
    for (let index = 0; index < Math.min(directories.length, DIRECTORY_COUNT_MAX); index += 1) {
      const path = directories[index] ?? "";
      attempt(() => {
        for (const name of tree.list(path).slice(0, 100)) {
          attempt(() => {
            const below = path === "" ? name : `${path}/${name}`;
            const bytes = tree.readBytes(below, 1_000_000);
            if (bytes === undefined) {
              directories.push(below);
            }
          });
        }
      });
    }
  });
  return file.reads.length;
}

/** Numbers that break arithmetic, beside any others. */
const byte = fc.oneof(fc.constantFrom(0, 1, 2, 34, 127, 128, 254, 255), fc.nat({ max: 255 }));

describe("A damaged disc", () => {
  test("has fixtures to be made of", () => {
    expect(IMAGES.length).toBeGreaterThanOrEqual(4);
    for (const image of IMAGES) {
      expect(openIso9660(openDiscFile(image)).tree.list("").length).toBeGreaterThan(0);
    }
  });

  test("with bytes changed in its structures gives errors in bounded time", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...IMAGES),
        fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        (image, changes, isDevice) => {
          const damaged = image.slice();
          for (const [at, value] of changes) {
            // Descriptors, path tables and directories come first on the disc.
            damaged[16 * 2048 + (at % Math.min(64 * 2048, damaged.length - 16 * 2048))] = value;
          }
          expect(readDamaged(damaged, isDevice)).toBeLessThanOrEqual(READ_COUNT_MAX);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("with whole sectors swapped gives errors in bounded time", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...IMAGES),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 8 }),
        (image, swaps) => {
          const damaged = image.slice();
          const sectors = Math.floor(image.length / 2048);
          for (const [from, to] of swaps) {
            const start = (from % sectors) * 2048;
            damaged.set(image.subarray(start, start + 2048), (to % sectors) * 2048);
          }
          readDamaged(damaged, true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("that is cut short anywhere gives errors in bounded time", () => {
    fc.assert(
      fc.property(fc.constantFrom(...IMAGES), fc.nat(), fc.boolean(), (image, length, isDevice) => {
        readDamaged(image.slice(0, length % image.length), isDevice);
      }),
      { numRuns: 200 },
    );
  });

  test("of random bytes behind a valid descriptor gives errors in bounded time", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...IMAGES),
        fc.uint8Array({ minLength: 2048, maxLength: 40_000 }),
        (image, noise) => {
          const damaged = new Uint8Array(18 * 2048 + noise.length);
          damaged.set(image.subarray(0, 18 * 2048));
          damaged.set(noise, 18 * 2048);
          new DataView(damaged.buffer).setUint32(16 * 2048 + 158, 18, true);
          readDamaged(damaged, false);
        },
      ),
      { numRuns: 200 },
    );
  });
});
