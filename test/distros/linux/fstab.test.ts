import { Buffer } from "node:buffer";
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type FstabEntry,
  formatOwnEntry,
  isOwnEntry,
  parseFstab,
  withOwnLines,
} from "../../../src/distros/linux/fstab.ts";

const ENTRY: FstabEntry = {
  device: "/dev/vdb",
  mountPoint: "/data",
  type: "ext4",
  options: ["defaults", "nofail"],
  dump: "0",
  pass: "2",
};
const LINE = "/dev/vdb\t/data\text4\tdefaults,nofail,comment=cloudconfig\t0\t2";
const IMAGE = "# the image's\nUUID=1 / ext4 defaults 0 1";

describe("an entry", () => {
  test("is a line of six fields, marked as cloud-init's", () => {
    expect(formatOwnEntry(ENTRY)).toBe(LINE);
    expect(parseFstab(LINE).map(isOwnEntry)).toEqual([true]);
    expect(formatOwnEntry({ ...ENTRY, options: ["comment=cloudconfig", "ro"] })).toContain(
      "\tro,comment=cloudconfig\t",
    );
  });

  test("has blanks, backslashes and a leading # as octal numbers", () => {
    const line = formatOwnEntry({ ...ENTRY, device: "#srv\\x:/a b", mountPoint: "/ü\t\n#" });
    expect(line).toStartWith("\\043srv\\134x:/a\\040b\t/ü\\011\\012#\t");
  });

  test("of any text is one line that reads as what was written", () => {
    const field = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(field, field, (device, mountPoint) => {
        const line = formatOwnEntry({ ...ENTRY, device, mountPoint });
        const [read, ...more] = parseFstab(line);
        expect(more).toEqual([]);
        // Unicode's own blanks at the ends are no blanks of fstab's.
        expect(read?.options).toContain("comment=cloudconfig");
        expect(Buffer.from(line).includes(10)).toBe(false);
        if (device.trim() === device && mountPoint.trim() === mountPoint) {
          expect(read).toMatchObject({ device, mountPoint });
        }
      }),
    );
  });
});

describe("lines of ours in the table", () => {
  test("are appended, and a last line without its end gets one", () => {
    expect(withOwnLines(IMAGE, [LINE])).toBe(`${IMAGE}\n${LINE}\n`);
    expect(withOwnLines("", [LINE])).toBe(`${LINE}\n`);
  });

  test("replace those before", () => {
    const old = "/dev/vdc /old auto defaults,comment=cloudconfig 0 2\n";
    expect(withOwnLines(`${old}${IMAGE}\n${old}`, [LINE])).toBe(`${IMAGE}\n${LINE}\n`);
    expect(withOwnLines(`${IMAGE}\n${old}`, [])).toBe(`${IMAGE}\n`);
  });

  test("stay where they stand when they are the same", () => {
    const table = `${LINE}\n${IMAGE}`;
    expect(withOwnLines(table, [LINE])).toBe(table);
  });

  test("are never comments, nor lines that only speak of cloud-init", () => {
    const table = `# ${LINE}\n/dev/vdc /comment=cloudconfig ext4 defaults 0 0\n/dev/vdd /d ext4 x-comment=cloudconfig 0 0\n`;
    expect(withOwnLines(table, [])).toBe(table);
  });

  test("leave every other line as it is, whatever bytes it has", () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(bytes, bytes, (before, after) => {
        const [head, tail] = [before, after].map((part) => Buffer.from(part).toString("latin1"));
        const lines = `${head}\n${LINE}\n${tail}`.split("\n");
        const others = (all: readonly string[]): readonly string[] =>
          all.filter((line) => line !== "" && !line.includes("comment=cloudconfig"));
        const edited = withOwnLines(`${head}\n${LINE}\n${tail}`, [LINE.replace("vdb", "vdé")]);
        expect(others(edited.split("\n"))).toEqual(others(lines));
        expect(Buffer.from(edited, "latin1").includes(Buffer.from("/dev/vdé\t"))).toBe(true);
        expect(withOwnLines(edited, [LINE.replace("vdb", "vdé")])).toBe(edited);
      }),
    );
  });
});
