import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { openVfat } from "../../src/vfat/open-vfat.ts";
import { VFAT_LIMITS } from "../../src/vfat/vfat-limits.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { openDiscFile } from "../support/disc-file.ts";
import { readHostileVfat } from "../support/read-hostile-vfat.ts";

const FILES = { "DIR/INNER/FILE": "content", BIG: "x".repeat(5000), OTHER: "y".repeat(600) };
const READ_COUNT_MAX = 500;

type Tree = ReturnType<typeof openVfat>["tree"];

function open(image: Uint8Array, isDevice = false): Tree {
  return openVfat(openDiscFile(image, { isDevice, readCountMax: READ_COUNT_MAX })).tree;
}

/** The directory entry whose 8.3 name begins so. */
function entry(image: Uint8Array, name: string): DataView {
  const at = Buffer.from(image).indexOf(name.padEnd(11));
  if (at === -1) {
    throw new Error(`No entry "${name}"`);
  }
  return new DataView(image.buffer, image.byteOffset + at, 32);
}

function setNext(image: Uint8Array, cluster: number, next: number): void {
  // FAT16 of buildVfat: one reserved sector.
  new DataView(image.buffer).setUint16(512 + cluster * 2, next, true);
}

const build = (): Uint8Array => buildVfat({ fatBits: 16, files: FILES });

describe("A hostile FAT disc", () => {
  test("whose file's chain leads back into itself is an error", () => {
    const image = build();
    const first = entry(image, "BIG").getUint16(26, true);
    setNext(image, first + 2, first);
    expect(() => open(image).readBytes("BIG")).toThrow(
      `Cannot read "BIG": its chain of clusters leads back to cluster ${first}`,
    );
    expect(open(image).readBytes("OTHER")?.length).toBe(600);
  });

  test("whose directory's chain leads back into itself is an error", () => {
    const image = build();
    const first = entry(image, "DIR").getUint16(26, true);
    // Full, so that nothing ends it before the chain does.
    const dataOffset = image.length - 4085 * 512;
    for (let at = 0; at < 512; at += 32) {
      image[dataOffset + (first - 2) * 512 + at] = 0xe5;
    }
    setNext(image, first, first);
    expect(() => open(image).list("DIR")).toThrow(
      `Cannot read "DIR": its chain of clusters leads back to cluster ${first}`,
    );
  });

  test("whose directory contains itself is an error", () => {
    const image = build();
    const first = entry(image, "DIR").getUint16(26, true);
    entry(image, "INNER").setUint16(26, first, true);
    expect(open(image).list("DIR")).toEqual(["INNER"]);
    expect(() => open(image).list("DIR/INNER")).toThrow(
      'Cannot read "DIR/INNER": it contains itself',
    );
  });

  test("whose chain leads out of the volume, to a free cluster or a bad one is an error", () => {
    for (const next of [0, 1, 4087, 0xfff7]) {
      const image = build();
      setNext(image, entry(image, "BIG").getUint16(26, true), next);
      expect(() => open(image).readBytes("BIG")).toThrow(
        `Cannot read "BIG": its chain of clusters leads to cluster ${next}, expected 2 to 4086`,
      );
    }
    const image = build();
    entry(image, "BIG").setUint16(26, 0, true);
    expect(() => open(image).readBytes("BIG")).toThrow("leads to cluster 0");
  });

  test("whose file says it is longer than its chain, or than what is read, is an error", () => {
    const image = build();
    entry(image, "OTHER").setUint32(28, 100_000, true);
    expect(() => open(image).readBytes("OTHER")).toThrow(
      'Cannot read "OTHER": it has 100000 bytes, but its chain of clusters ends after 1024',
    );
    entry(image, "OTHER").setUint32(28, 0xffff_ffff, true);
    expect(() => open(image).readBytes("OTHER")).toThrow(
      `Cannot read "OTHER": it has 4294967295 bytes, at most ${VFAT_LIMITS.fileBytesMax} are read`,
    );
    expect(() => open(image).readBytes("BIG", 4999)).toThrow("at most 4999 are read");
  });

  test("that is cut short is an error where something is missing, from an image and a device", () => {
    for (const isDevice of [false, true]) {
      const image = build();
      const at = entry(image, "BIG").byteOffset;
      const first = entry(image, "BIG").getUint16(26, true);
      const dataOffset = image.length - 4085 * 512;
      const cut = image.slice(0, dataOffset + (first - 2) * 512 + 100);
      expect(cut.length).toBeGreaterThan(at);
      expect(() => open(cut, isDevice).readBytes("BIG")).toThrow(
        /^Cannot read "BIG": it reaches to byte \d+, but the disc ends at byte \d+$/u,
      );
      const headOnly = image.slice(0, 512);
      expect(() => open(headOnly, isDevice)).toThrow(
        /^Cannot read the root directory: it reaches/u,
      );
    }
  });

  test("whose boot sector contradicts itself is an error", () => {
    const version = buildVfat({ fatBits: 32, files: {} });
    new DataView(version.buffer).setUint16(42, 0x0102, true);
    expect(() => open(version)).toThrow("its FAT32 is of version 1.2, expected 0.0");
    const active = buildVfat({ fatBits: 32, files: {} });
    new DataView(active.buffer).setUint16(40, 0x8f, true);
    expect(() => open(active)).toThrow("allocation table 15 counts, but there are 2");
    const small = build();
    new DataView(small.buffer).setUint16(19, 20, true);
    expect(() => open(small)).toThrow("but the files begin at byte");
  });

  test("with too many entries or too deep a path is an error", () => {
    const image = buildVfat({ files: FILES });
    const file = openDiscFile(image);
    expect(() => openVfat(file, { ...VFAT_LIMITS, entryCountMax: 2 })).toThrow(
      "the directories of the disc have more than 2 entries",
    );
    const { tree } = openVfat(file);
    expect(() => tree.readBytes("a/".repeat(65))).toThrow("a path of 65 names");
  });

  test("that is made of any bytes never does anything but throw an Error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        readHostileVfat(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test("that was any disc before some of its bytes changed never hangs", () => {
    const images = [
      buildVfat({ fatBits: 12, files: FILES, isFragmented: true }),
      buildVfat({ fatBits: 32, files: FILES }),
    ];
    // Boot sector, tables and directories, where a byte means something.
    const changes = fc.array(fc.tuple(fc.nat({ max: 24_000 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.constantFrom(...images), changes, (image, edits) => {
        const changed = image.slice();
        for (const [at, value] of edits) {
          changed[at % changed.length] = value;
        }
        readHostileVfat(changed);
      }),
      { numRuns: 500 },
    );
  });
});
