import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Iso9660Image, openIso9660 } from "../../src/iso9660/open-iso9660.ts";
import { buildIso } from "../support/build-iso.ts";
import { openDiscFile, readWholeTree } from "../support/disc-file.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { findToolObstacle, runTool } from "../support/run-tool.ts";

/** Names as a config drive has them, and as users make them. */
function sourceFiles(): Record<string, string> {
  const files: Record<string, string> = {
    "openstack/latest/meta_data.json": '{"uuid": "1"}',
    "openstack/latest/user_data": "#!/bin/sh\n",
    "openstack/2018-08-27/network_data.json": "{}",
    "openstack/content/0000": "auto lo\n",
    "ec2/latest/meta-data.json": "{ }",
    "empty.txt": "",
    "two.dots.in.name.tar.gz": "dots",
    ".hidden": "hidden",
    "with blanks and a very long name that goes on for more than thirty-one letters.txt": "long",
    "MixedCase.Txt": "mixed",
    "exactly-one-sector": "s".repeat(2048),
    "more-than-one-sector": "m".repeat(2049),
    "large.bin": "0123456789abcdef".repeat(20_000),
  };
  for (let index = 0; index < 120; index += 1) {
    files[`many/file-${index}-with-a-name-that-fills-sectors.conf`] = `number ${index}`;
  }
  return files;
}

const UNICODE_FILES = {
  "Grüße.txt": "umlauts",
  "日本語/ファイル名.txt": "kanji",
};
const DEEP_FILES = {
  "1/2/3/4/5/6/7/8/9/10/11/12/deep.txt": "deep",
  "1/2/3/4/5/6/7/8/9/10/other.txt": "other",
};
/** 8.3 names, which every interchange level keeps but for their case. */
const SHORT_FILES = {
  "openstac/latest/META.JSN": "meta",
  "openstac/content/0000": "network",
  "readme.txt": "read",
  NOEXT: "no extension",
  "zero.dat": "",
};
/** RRIP name fields of this length need continuation areas. */
const LONG_NAME_FILES = { [`${"n".repeat(250)}.txt`]: "long", [`d${"d".repeat(240)}/f`]: "below" };

let base = "";
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "iso9660-"));
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

let imageCount = 0;
function master(
  tool: "genisoimage" | "xorriso",
  options: readonly string[],
  files: Readonly<Record<string, string>>,
  prepare?: (directory: string) => void,
): Iso9660Image {
  // xorriso adds Rock Ridge unless told otherwise.
  const isRockRidge = options.some((option) => option.toLowerCase() === "-r");
  const noRock = tool === "xorriso" && !isRockRidge ? ["--norock"] : [];
  imageCount += 1;
  const source = join(base, `source-${imageCount}`);
  const image = join(base, `image-${imageCount}.iso`);
  mkdirSync(source);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), content);
  }
  prepare?.(source);
  const program = tool === "genisoimage" ? [tool] : [tool, "-as", "mkisofs"];
  runTool([...program, "-quiet", "-V", "config-2", "-o", image, ...noRock, ...options, source]);
  const bytes = readFileSync(image);
  rmSync(source, { recursive: true });
  rmSync(image);
  const opened = openIso9660(openDiscFile(bytes, { isDevice: true }));
  expect(opened.label).toBe("config-2");
  return opened;
}

function contents(files: Readonly<Record<string, string>>): readonly string[] {
  return Object.values(files).sort();
}

for (const tool of ["genisoimage", "xorriso"] as const) {
  describe.skipIf(requireOrSkip(findToolObstacle(tool)))(`A disc made by ${tool}`, () => {
    for (const options of [
      ["-r"],
      ["-R"],
      ["-r", "-J"],
      ["-R", "-J", "-joliet-long", "-l"],
      ["-r", "-iso-level", "1"],
      ["-r", "-iso-level", "2"],
      ["-r", "-iso-level", "3", "-l"],
      ["-r", "-J", "-iso-level", "4"],
      ["-r", "-J", "-l", "-allow-multidot", "-allow-lowercase", "-L"],
      ["-r", "-U"],
      ["-r", "-J", "-l", "-ldots", "-allow-lowercase", "-allow-multidot"],
    ]) {
      test(`with ${options.join(" ")} has the files of its source`, () => {
        const files = sourceFiles();
        // The short form of -ldots means something else to xorriso than to genisoimage.
        const image = master(
          tool,
          tool === "xorriso" ? options.filter((o) => o !== "-L") : options,
          files,
        );
        expect(image.naming).toBe("rock-ridge");
        expect(readWholeTree(image.tree)).toEqual(files);
      });
    }

    for (const options of [
      ["-J", "-joliet-long"],
      ["-J", "-joliet-long", "-l", "-iso-level", "3"],
      ["-J", "-joliet-long", "-iso-level", "4"],
    ]) {
      test(`with ${options.join(" ")} has the files of its source by their Joliet names`, () => {
        const files = sourceFiles();
        const image = master(tool, options, files);
        expect(image.naming).toBe("joliet");
        expect(readWholeTree(image.tree)).toEqual(files);
      });
    }

    for (const options of [
      ["-iso-level", "1"],
      ["-iso-level", "2"],
      ["-iso-level", "3"],
      ["-iso-level", "4"],
      ["-l", "-allow-lowercase"],
      ["-N", "-d", "-l"],
    ]) {
      test(`with plain names and ${options.join(" ")} has the files of its source`, () => {
        const image = master(tool, options, SHORT_FILES);
        expect(image.naming).toBe("plain");
        for (const [path, content] of Object.entries(SHORT_FILES)) {
          const bytes = image.tree.readBytes(path);
          expect([path, bytes === undefined ? undefined : Buffer.from(bytes).toString()]).toEqual([
            path,
            content,
          ]);
        }
        expect(contents(readWholeTree(image.tree))).toEqual(contents(SHORT_FILES));
      });
    }

    test("with plain names has every content of a large source, whatever the names became", () => {
      const files = sourceFiles();
      const image = master(tool, ["-iso-level", "3"], files);
      expect(contents(readWholeTree(image.tree))).toEqual(contents(files));
      const metadata = image.tree.readBytes("openstack/latest/meta_data.json");
      expect(metadata).toEqual(new TextEncoder().encode(files["openstack/latest/meta_data.json"]));
    });

    for (const options of [["-r"], ["-J"], ["-r", "-J"]]) {
      test(`with ${options.join(" ")} and names of other scripts has the files of its source`, () => {
        const charset = tool === "genisoimage" ? ["-input-charset", "utf-8"] : [];
        const image = master(tool, [...charset, ...options], UNICODE_FILES);
        expect(readWholeTree(image.tree)).toEqual(UNICODE_FILES);
      });
    }

    for (const options of [["-r"], ["-r", "-D"], ["-R", "-J"]]) {
      test(`with ${options.join(" ")} and deep directories has the files of its source`, () => {
        const image = master(tool, options, DEEP_FILES);
        const found = readWholeTree(image.tree);
        // Where directories were moved up to, which the tools show as an empty directory.
        delete found["rr_moved/"];
        expect(found).toEqual(DEEP_FILES);
      });
    }

    test("with a directory of 500 files has them all", () => {
      const files: Record<string, string> = {};
      for (let index = 0; index < 500; index += 1) {
        files[`many/number-${index}.conf`] = `${index}`;
      }
      for (const options of [["-r"], ["-J"], ["-r", "-J"]]) {
        expect(readWholeTree(master(tool, options, files).tree)).toEqual(files);
      }
    });

    test("with names longer than a record has room for has the files of its source", () => {
      expect(readWholeTree(master(tool, ["-r"], LONG_NAME_FILES).tree)).toEqual(LONG_NAME_FILES);
    });

    test("with symbolic links shows the files alone", () => {
      const files = { "a/file": "content" };
      const image = master(tool, ["-R"], files, (directory) => {
        symlinkSync("file", join(directory, "a/link"));
        symlinkSync("/etc/passwd", join(directory, "a/outside"));
        symlinkSync(`${"far/".repeat(60)}away`, join(directory, "a/long"));
      });
      expect(readWholeTree(image.tree)).toEqual(files);
    });
  });
}

describe.skipIf(requireOrSkip(findToolObstacle("xorriso")))("buildIso", () => {
  for (const options of [
    {},
    { joliet: true },
    { rockRidge: false, joliet: true },
    { extentBytesMax: 4096 },
  ]) {
    test(`makes discs that xorriso reads: ${JSON.stringify(options)}`, () => {
      const files = sourceFiles();
      const image = join(base, "built.iso");
      const target = join(base, "extracted");
      writeFileSync(image, buildIso({ files, ...options }));
      runTool(["xorriso", "-indev", image, "-osirrox", "on", "-extract", "/", target]);
      runTool(["chmod", "-R", "u+w", target]);
      for (const [path, content] of Object.entries(files)) {
        expect(readFileSync(join(target, path), "latin1")).toBe(content);
      }
      rmSync(target, { recursive: true });
    });
  }
});
