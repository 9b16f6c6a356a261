import { describe, expect, test } from "bun:test";
import { ISO9660_LIMITS } from "../../src/iso9660/iso9660-limits.ts";
import { openIso9660 } from "../../src/iso9660/open-iso9660.ts";
import { buildIso } from "../support/build-iso.ts";
import { openDiscFile } from "../support/disc-file.ts";

const FILES = { "a/b/file": "content", other: "x".repeat(5000) };
const PRIMARY = 16 * 2048;
const READ_COUNT_MAX = 200;

/** Where the directory record for `identifier` begins, and the view to change it. */
function findRecord(image: Uint8Array, identifier: string): { at: number; view: DataView } {
  const name = Buffer.from(identifier, "latin1");
  for (let at = Buffer.from(image).indexOf(name); at >= 0;) {
    if (image[at - 1] === name.length && (image[at - 33] ?? 0) >= 34) {
      return { at: at - 33, view: new DataView(image.buffer, image.byteOffset + at - 33) };
    }
    at = Buffer.from(image).indexOf(name, at + 1);
  }
  throw new Error(`No record for "${identifier}"`);
}

function open(image: Uint8Array, isDevice = false): ReturnType<typeof openIso9660>["tree"] {
  return openIso9660(openDiscFile(image, { isDevice, readCountMax: READ_COUNT_MAX })).tree;
}

describe("A hostile disc", () => {
  test("whose directory contains itself is an error", () => {
    const image = buildIso({ files: FILES });
    const a = findRecord(image, "A").view.getUint32(2, true);
    findRecord(image, "B").view.setUint32(2, a, true);
    expect(open(image).list("a")).toEqual(["b"]);
    expect(() => open(image).list("a/b")).toThrow('Cannot read "a/b": it contains itself');
    expect(() => open(image).readBytes("a/b/b/b/file")).toThrow("it contains itself");
  });

  test("whose root is its own child is an error", () => {
    const image = buildIso({ files: FILES });
    const root = new DataView(image.buffer).getUint32(PRIMARY + 158, true);
    findRecord(image, "A").view.setUint32(2, root, true);
    expect(() => open(image).readBytes("a/a/a/other")).toThrow("it contains itself");
  });

  for (const isDevice of [false, true]) {
    const where = isDevice ? "device" : "file";
    test(`whose extent lies past the end of the ${where} is an error that names the file`, () => {
      const image = buildIso({ files: FILES });
      findRecord(image, "OTHER.;1").view.setUint32(2, 1_000_000, true);
      expect(() => open(image, isDevice).readBytes("other")).toThrow(
        /^Cannot read "other": it reaches to byte 2048005000, but the disc ends at byte \d+$/u,
      );
      expect(open(image, isDevice).readBytes("a/b/file")).toBeDefined();
    });

    test(`whose file says it has 200 MB that the ${where} has not is an error`, () => {
      const image = buildIso({ files: FILES });
      findRecord(image, "OTHER.;1").view.setUint32(10, 200_000_000, true);
      expect(() => open(image, isDevice).readBytes("other")).toThrow(
        /^Cannot read "other": it reaches to byte \d+, but the disc ends at byte \d+$/u,
      );
    });

    test(`that is cut short anywhere, as a ${where}, gives errors and never wrong content`, () => {
      const whole = buildIso({ files: FILES });
      for (let length = 0; length < whole.length; length += 1024) {
        const cut = whole.slice(0, length);
        try {
          const content = open(cut, isDevice).readBytes("other");
          expect(content).toEqual(new TextEncoder().encode(FILES.other));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).message).toMatch(/^Cannot /u);
        }
      }
    });
  }

  test("whose file is larger than the limit is an error", () => {
    const image = buildIso({ files: FILES });
    findRecord(image, "OTHER.;1").view.setUint32(10, 0xffffffff, true);
    expect(() => open(image, true).readBytes("other")).toThrow(
      'Cannot read "other": it has 4294967295 bytes, at most 268435456 are read',
    );
  });

  test("whose directory says it has 4 GiB is an error", () => {
    const image = buildIso({ files: FILES });
    findRecord(image, "A").view.setUint32(10, 0xffffffff, true);
    expect(() => open(image, true).list("a")).toThrow(
      'Cannot read "a": it has 4294967295 bytes, at most 16777216 are read',
    );
  });

  test("whose directory record contradicts itself is an error", () => {
    const image = buildIso({ files: FILES });
    const { at } = findRecord(image, "OTHER.;1");
    image[at + 32] = 250;
    expect(() => open(image).list("")).toThrow(
      /^Cannot read the root directory: its record at byte \d+ is damaged$/u,
    );
  });

  test("whose continuation areas go round in a circle is an error", () => {
    const image = buildIso({ files: FILES });
    const { at } = findRecord(image, "OTHER.;1");
    const use = at + 33 + 8 + 1;
    const block = Math.floor(use / 2048);
    const continuation = new DataView(new ArrayBuffer(28));
    Buffer.from(continuation.buffer).write("CE");
    continuation.setUint8(2, 28);
    continuation.setUint8(3, 1);
    continuation.setUint32(4, block, true);
    continuation.setUint32(12, use - block * 2048, true);
    continuation.setUint32(20, 28, true);
    image.set(new Uint8Array(continuation.buffer), use);
    expect(() => open(image).list("")).toThrow(/go on for more than 16 continuation areas$/u);
    new DataView(image.buffer, use).setUint32(20, 0xfffffff0, true);
    expect(() => open(image).list("")).toThrow(/a continuation area has 4294967280 bytes/u);
    new DataView(image.buffer, use).setUint32(20, 28, true);
    new DataView(image.buffer, use).setUint32(4, 0xffffffff, true);
    expect(() => open(image).list("")).toThrow("Cannot read a continuation area");
  });

  test("whose names would lead elsewhere shows none of them", () => {
    const files = { "ab/x": "1", "cd/x": "2", "efg/x": "3", good: "4" };
    const image = buildIso({ files });
    const rename = (from: string, to: string): void => {
      const at = Buffer.from(image).indexOf(
        Buffer.from(`NM${String.fromCharCode(5 + from.length)}\u0001\0${from}`),
      );
      image.set(Buffer.from(to), at + 5);
    };
    rename("ab", "..");
    rename("cd", "/d");
    rename("efg", "..\0");
    expect(open(image).list("")).toEqual(["good"]);
  });

  test("whose file goes on in a record of another file is an error", () => {
    const image = buildIso({ files: { aa: "1", bb: "2" } });
    const { at } = findRecord(image, "AA.;1");
    image[at + 25] = 0x80;
    expect(() => open(image).list("")).toThrow('the file "AA.;1" goes on in a record');
    const last = buildIso({ files: { aa: "1" } });
    last[findRecord(last, "AA.;1").at + 25] = 0x80;
    expect(() => open(last).list("")).toThrow('it ends in the middle of the file "AA.;1"');
  });

  test("whose file is recorded interleaved is an error for that file only", () => {
    const image = buildIso({ files: { aa: "1", bb: "2" } });
    image[findRecord(image, "AA.;1").at + 26] = 1;
    expect(() => open(image).readBytes("aa")).toThrow('"aa": it is recorded interleaved');
    expect(open(image).readBytes("bb")).toBeDefined();
  });

  test("that gives a block size no disc has is an error", () => {
    for (const blockBytes of [0, 1, 1000, 4096, 65535]) {
      const image = buildIso({ files: FILES });
      new DataView(image.buffer).setUint16(PRIMARY + 128, blockBytes, true);
      expect(() => open(image)).toThrow(
        `Cannot read the disc: its primary volume descriptor gives a block size of ${blockBytes} bytes, expected 512, 1024 or 2048`,
      );
    }
  });

  test("whose root directory record is damaged is an error", () => {
    const image = buildIso({ files: FILES });
    image[PRIMARY + 156] = 0;
    expect(() => open(image)).toThrow("the root directory record in its primary volume descriptor");
  });

  test("with more descriptors than the limit is read up to the limit", () => {
    const image = new Uint8Array(400 * 2048);
    const disc = buildIso({ files: FILES });
    image.set(disc.subarray(0, 17 * 2048));
    for (let sector = 17; sector < 400; sector += 1) {
      image.set(disc.subarray(16 * 2048, 17 * 2048), sector * 2048);
    }
    const file = openDiscFile(image, { readCountMax: READ_COUNT_MAX });
    openIso9660(file);
    expect(file.reads.length).toBeLessThan(80);
  });

  test("with more entries or deeper paths than the limits is an error", () => {
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, "x"]));
    const file = openDiscFile(buildIso({ files }));
    const { tree } = openIso9660(file, { ...ISO9660_LIMITS, entryCountMax: 40 });
    expect(() => tree.list("")).toThrow("have more than 40 entries");
    expect(() => open(buildIso({ files })).list("f/".repeat(65))).toThrow(
      "Cannot read a path of 65 names: at most 64 are followed",
    );
  });

  test("that fails to be read says which part and why", () => {
    const disc = openDiscFile(buildIso({ files: FILES }));
    const broken = {
      ...disc,
      read(offsetBytes: number, lengthBytes: number): Uint8Array {
        if (offsetBytes > 17 * 2048) {
          throw new Error("input/output error");
        }
        return disc.read(offsetBytes, lengthBytes);
      },
    };
    expect(() => openIso9660(broken)).toThrow(
      /^Cannot read the root directory at byte \d+: input\/output error$/u,
    );
  });
});
