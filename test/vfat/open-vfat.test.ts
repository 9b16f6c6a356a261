import { describe, expect, test } from "bun:test";
import { NotVfatError } from "../../src/vfat/not-vfat-error.ts";
import { openVfat } from "../../src/vfat/open-vfat.ts";
import { buildIso } from "../support/build-iso.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { openDiscFile, readWholeTree } from "../support/disc-file.ts";

const FILES = {
  "meta-data": "instance-id: i-1\n",
  "user-data": `#cloud-config\n# ${"x".repeat(3000)}\n`,
  "network-config": "version: 2\n",
  empty: "",
  "openstack/latest/meta_data.json": '{"uuid": "u"}',
  "openstack/content/0000": "auto lo\n",
  "A.TXT": "upper",
  "lower.txt": "lower",
  "a name of more than thirteen characters, in three parts.yaml": "long",
  "exact-13-char": "13",
  größe: "ö",
};

describe("openVfat", () => {
  for (const fatBits of [12, 16, 32] as const) {
    for (const isDevice of [false, true]) {
      test(`reads every file of FAT${fatBits} from ${isDevice ? "a device" : "an image"}`, () => {
        const image = openVfat(openDiscFile(buildVfat({ fatBits, files: FILES }), { isDevice }));
        expect(image.fatBits).toBe(fatBits);
        expect(image.label).toBe("cidata");
        const found = readWholeTree(image.tree);
        const utf8 = (text: string): string => Buffer.from(text).toString("latin1");
        expect(found).toEqual(
          Object.fromEntries(Object.entries(FILES).map(([path, text]) => [path, utf8(text)])),
        );
      });
    }

    test(`follows the chains of fragmented files and directories on FAT${fatBits}`, () => {
      const many = Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [`dir/file number ${index}`, `content ${index}`]),
      );
      const files = { ...many, big: "0123456789abcdef".repeat(1000) };
      const bytes = buildVfat({ fatBits, files, isFragmented: true });
      const { tree } = openVfat(openDiscFile(bytes));
      expect(readWholeTree(tree)).toEqual(files);
    });
  }

  test("reads sectors of 4096 bytes and clusters of several sectors", () => {
    for (const sectorBytes of [512, 1024, 2048, 4096]) {
      for (const sectorsPerCluster of [1, 4, 8]) {
        const bytes = buildVfat({ files: FILES, sectorBytes, sectorsPerCluster, fatBits: 12 });
        const { tree } = openVfat(openDiscFile(bytes));
        expect(Buffer.from(tree.readBytes("user-data") ?? []).toString()).toBe(FILES["user-data"]);
      }
    }
  });

  test("shows 8.3 names as their case bits say, and finds names in any case", () => {
    const bytes = buildVfat({
      files: { "lower.txt": "1", "UPPER.TXT": "2", plain: "3" },
      usesCaseFlags: true,
    });
    const { tree } = openVfat(openDiscFile(bytes));
    expect(tree.list("")).toEqual(["UPPER.TXT", "lower.txt", "plain"]);
    expect(tree.readBytes("upper.txt")).toEqual(Buffer.from("2").subarray());
    expect(Buffer.from(tree.readBytes("LOWER.txt") ?? []).toString()).toBe("1");
    expect(tree.readBytes("other")).toBeUndefined();
    expect(tree.readBytes("plain/below")).toBeUndefined();
    expect(tree.list("plain")).toEqual([]);
  });

  test("takes the label of the root directory before that of the boot sector", () => {
    const open = (options: { label?: string; bootLabel?: string }): unknown => {
      const { label, bootLabel } = openVfat(openDiscFile(buildVfat({ files: {}, ...options })));
      return { label, bootLabel };
    };
    expect(open({ label: "CONFIG-2" })).toEqual({ label: "CONFIG-2", bootLabel: "CONFIG-2" });
    expect(open({ label: "NEW", bootLabel: "OLD" })).toEqual({ label: "NEW", bootLabel: "OLD" });
    expect(open({ label: "", bootLabel: "cidata" })).toEqual({
      label: "cidata",
      bootLabel: "cidata",
    });
    expect(open({ label: "" })).toEqual({ label: "", bootLabel: "" });
  });

  test("takes the 8.3 name where a long name is an orphan or not whole", () => {
    const bytes = buildVfat({ files: { "long-name.yaml": "x" } });
    const at = Buffer.from(bytes).indexOf("LONG-N~1");
    expect(at).toBeGreaterThan(0);
    const rename = bytes.slice();
    rename[at] = "K".charCodeAt(0);
    expect(openVfat(openDiscFile(rename)).tree.list("")).toEqual(["KONG-N~1.YAM"]);
    const hole = bytes.slice();
    hole[at - 32] = 0xe5;
    expect(openVfat(openDiscFile(hole)).tree.list("")).toEqual(["LONG-N~1.YAM"]);
    const order = bytes.slice();
    order[at - 32] = 3;
    expect(openVfat(openDiscFile(order)).tree.list("")).toEqual(["LONG-N~1.YAM"]);
  });

  test("leaves out what was deleted", () => {
    const bytes = buildVfat({ files: { GONE: "x", STAYS: "y" } });
    bytes[Buffer.from(bytes).indexOf("GONE    ")] = 0xe5;
    expect(openVfat(openDiscFile(bytes)).tree.list("")).toEqual(["STAYS"]);
  });

  test("reads the copy of the table that FAT32 says is kept up to date", () => {
    const bytes = buildVfat({ fatBits: 32, files: { big: "z".repeat(2000) } });
    const view = new DataView(bytes.buffer);
    const tableBytes = view.getUint32(36, true) * 512;
    bytes.fill(0, 32 * 512, 32 * 512 + tableBytes);
    view.setUint16(40, 0x81, true);
    expect(openVfat(openDiscFile(bytes)).tree.readBytes("big")?.length).toBe(2000);
  });

  test("says that other things are no FAT", () => {
    const ntfs = new Uint8Array(4096);
    ntfs.set([0xeb, 0x52, 0x90]);
    ntfs.set(Buffer.from("NTFS    "), 3);
    ntfs.set([0x55, 0xaa], 510);
    new DataView(ntfs.buffer).setUint16(11, 512, true);
    for (const bytes of [
      new Uint8Array(),
      new Uint8Array(511),
      new Uint8Array(4096),
      buildIso({ files: FILES }),
      ntfs,
    ]) {
      expect(() => openVfat(openDiscFile(bytes))).toThrow(NotVfatError);
    }
  });
});
