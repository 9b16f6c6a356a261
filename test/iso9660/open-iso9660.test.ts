import { describe, expect, test } from "bun:test";
import { NotIso9660Error } from "../../src/iso9660/not-iso9660-error.ts";
import { openIso9660 } from "../../src/iso9660/open-iso9660.ts";
import { buildIso } from "../support/build-iso.ts";
import { openDiscFile, readWholeTree } from "../support/disc-file.ts";

const FILES = {
  "openstack/latest/meta_data.json": '{"uuid": "1"}',
  "openstack/latest/user_data": "#!/bin/sh\necho hello\n",
  "openstack/content/0000": "auto lo\n",
  empty: "",
  "large.bin": "0123456789".repeat(50_000),
  "no files/": "",
};

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

describe("openIso9660", () => {
  for (const [name, options, naming] of [
    ["Rock Ridge", {}, "rock-ridge"],
    ["Rock Ridge and Joliet", { joliet: true }, "rock-ridge"],
    ["Joliet alone", { rockRidge: false, joliet: true }, "joliet"],
    ["blocks of 512 bytes", { blockBytes: 512 }, "rock-ridge"],
    ["blocks of 1024 bytes with Joliet", { blockBytes: 1024, joliet: true }, "rock-ridge"],
    ["extended attribute records", { attributeBlocks: 3 }, "rock-ridge"],
    ["files in several extents", { extentBytesMax: 4096 }, "rock-ridge"],
    ["both of those", { extentBytesMax: 4096, attributeBlocks: 1 }, "rock-ridge"],
  ] as const) {
    test(`reads every file of a disc with ${name}`, () => {
      const file = openDiscFile(buildIso({ files: FILES, ...options }));
      const image = openIso9660(file);
      expect(image.naming).toBe(naming);
      expect(readWholeTree(image.tree)).toEqual({ ...FILES });
    });
  }

  test("finds names of a plain disc in lower case and without a version", () => {
    const image = openIso9660(openDiscFile(buildIso({ files: FILES, rockRidge: false })));
    expect(image.naming).toBe("plain");
    expect(image.tree.list("openstack/latest")).toEqual(["META_DATA.JSON", "USER_DATA"]);
    expect(text(image.tree.readBytes("openstack/latest/meta_data.json"))).toBe('{"uuid": "1"}');
    expect(text(image.tree.readBytes("OPENSTACK/LATEST/USER_DATA.;1"))).toBe(
      FILES["openstack/latest/user_data"],
    );
  });

  test("takes the exact name before one that differs in case", () => {
    const files = { "a/README": "upper", "a/readme": "lower" };
    const { tree } = openIso9660(openDiscFile(buildIso({ files })));
    expect(text(tree.readBytes("a/README"))).toBe("upper");
    expect(text(tree.readBytes("a/readme"))).toBe("lower");
    expect(text(tree.readBytes("a/Readme"))).toBe("upper");
  });

  test("gives the label as it is written, in either tree", () => {
    const label = "Config-2";
    expect(openIso9660(openDiscFile(buildIso({ files: FILES, label }))).label).toBe(label);
    const options = { files: FILES, label, rockRidge: false, joliet: true };
    expect(openIso9660(openDiscFile(buildIso(options))).label).toBe(label);
    expect(openIso9660(openDiscFile(buildIso({ files: FILES, label: "" }))).label).toBe("");
  });

  test("takes the Joliet label where the primary one is blank", () => {
    const image = buildIso({ files: FILES, label: "cidata", joliet: true });
    image.fill(0x20, 16 * 2048 + 40, 16 * 2048 + 72);
    expect(openIso9660(openDiscFile(image)).label).toBe("cidata");
  });

  test("gives nothing for what is not there, and for a directory", () => {
    const { tree } = openIso9660(openDiscFile(buildIso({ files: FILES })));
    expect(tree.readBytes("openstack/nothing")).toBeUndefined();
    expect(tree.readBytes("openstack")).toBeUndefined();
    expect(tree.readBytes("empty/below")).toBeUndefined();
    expect(tree.readBytes("openstack/../empty")).toBeUndefined();
    expect(tree.list("nothing")).toEqual([]);
    expect(tree.list("empty")).toEqual([]);
    expect(text(tree.readBytes("/openstack//latest/user_data"))).toBeDefined();
  });

  test("reads names of other scripts", () => {
    const files = { "Grüße/日本語.txt": "x", "Grüße/emoji 😀": "y" };
    for (const options of [{}, { rockRidge: false, joliet: true }]) {
      const { tree } = openIso9660(openDiscFile(buildIso({ files, ...options })));
      expect(readWholeTree(tree)).toEqual(files);
    }
  });

  test("reads a directory of 500 files, which fills many sectors", () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 500; index += 1) {
      files[`many/file-with-a-long-name-${index}.txt`] = `file ${index}`;
    }
    const { tree } = openIso9660(openDiscFile(buildIso({ files })));
    expect(tree.list("many")).toHaveLength(500);
    expect(readWholeTree(tree)).toEqual(files);
  });

  test("reads whole sectors of a raw device that does not tell its size", () => {
    const file = openDiscFile(buildIso({ files: FILES }), { isDevice: true });
    expect(readWholeTree(openIso9660(file).tree)).toEqual({ ...FILES });
  });

  test("reads a small config drive in a handful of reads", () => {
    const { "large.bin": _large, ...small } = FILES;
    const file = openDiscFile(buildIso({ files: small }), { isDevice: true });
    expect(readWholeTree(openIso9660(file).tree)).toEqual(small);
    expect(file.reads.length).toBeLessThanOrEqual(4);
  });

  test("reads no more of the disc for its label than the descriptors and the root", () => {
    const file = openDiscFile(buildIso({ files: FILES }), { isDevice: true });
    openIso9660(file);
    expect(file.reads.length).toBeLessThanOrEqual(2);
  });

  test("refuses a file that is longer than the caller wants, before reading it", () => {
    const file = openDiscFile(buildIso({ files: FILES }));
    const { tree } = openIso9660(file);
    expect(text(tree.readBytes("openstack/latest/meta_data.json", 13))).toBe('{"uuid": "1"}');
    const readsBefore = file.reads.length;
    expect(() => tree.readBytes("large.bin", 1000)).toThrow(
      'Cannot read "large.bin": it has 500000 bytes, at most 1000 are read',
    );
    expect(file.reads.length).toBe(readsBefore);
  });

  test("says that something is no ISO 9660 disc", () => {
    for (const bytes of [
      new Uint8Array(),
      new Uint8Array(100),
      new Uint8Array(100_000),
      buildIso({ files: {} }).subarray(0, 16 * 2048 + 100),
    ]) {
      expect(() => openIso9660(openDiscFile(bytes))).toThrow(NotIso9660Error);
    }
  });

  test("says that the descriptors lead to no file tree", () => {
    const image = buildIso({ files: {} });
    image[16 * 2048] = 3;
    expect(() => openIso9660(openDiscFile(image))).toThrow(NotIso9660Error);
  });
});
