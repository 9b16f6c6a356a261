// Discs as Debian's dosfstools and mtools make them: what hypervisors and people attach.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { openVfat } from "../../src/vfat/open-vfat.ts";
import { openDiscFile, readWholeTree } from "../support/disc-file.ts";
import { readHostileVfat } from "../support/read-hostile-vfat.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { runTool } from "../support/run-tool.ts";

const FILES: Readonly<Record<string, string>> = {
  "meta-data": "instance-id: iid-mkfs\n",
  "user-data": `#cloud-config\n# ${"y".repeat(9000)}\n`,
  "README.TXT": "upper case",
  "lower.txt": "lower case",
  "deep/er/and a rather long name.yaml": "deep: true\n",
  "empty-file": "",
};

const hasTools = ["/usr/sbin/mkfs.vfat", "/usr/bin/mcopy"].every((tool) => fs.existsSync(tool))
  ? undefined
  : "mkfs.vfat (dosfstools) or mcopy (mtools) is not installed";

describe.skipIf(requireOrSkip(hasTools))("A disc of mkfs.vfat and mcopy", () => {
  let directory = "";

  beforeAll(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "vfat-"));
    for (const [name, content] of Object.entries(FILES)) {
      fs.mkdirSync(path.dirname(path.join(directory, "tree", name)), { recursive: true });
      fs.writeFileSync(path.join(directory, "tree", name), content);
    }
  });

  afterAll(() => {
    fs.rmSync(directory, { recursive: true, force: true });
  });

  const cases = [
    { fatBits: 12, kib: 1440, options: [] },
    { fatBits: 12, kib: 2048, options: ["-S", "2048"] },
    { fatBits: 16, kib: 16_384, options: [] },
    { fatBits: 16, kib: 65_536, options: ["-s", "8"] },
    { fatBits: 32, kib: 40_960, options: [] },
    { fatBits: 32, kib: 36_864, options: ["-s", "1"] },
  ] as const;
  for (const { fatBits, kib, options } of cases) {
    test(`with FAT${fatBits} of ${kib} KiB ${options.join(" ")} is read whole`, () => {
      const image = path.join(directory, `disc-${fatBits}-${kib}`);
      runTool([
        "/usr/sbin/mkfs.vfat",
        "-C",
        "-F",
        String(fatBits),
        "-n",
        "CIDATA",
        ...options,
        image,
        String(kib),
      ]);
      const sources = fs.readdirSync(path.join(directory, "tree"));
      runTool([
        "/usr/bin/mcopy",
        "-s",
        "-i",
        image,
        ...sources.map((name) => path.join(directory, "tree", name)),
        "::",
      ]);
      const opened = openVfat(openDiscFile(new Uint8Array(fs.readFileSync(image))));
      expect(opened.fatBits).toBe(fatBits);
      expect(opened.label).toBe("CIDATA");
      expect(readWholeTree(opened.tree)).toEqual(FILES);
    });
  }

  test("of which some bytes changed never hangs", () => {
    const image = path.join(directory, "small");
    runTool(["/usr/sbin/mkfs.vfat", "-C", "-F", "12", "-n", "CIDATA", image, "64"]);
    const names = ["meta-data", "user-data", "deep"].map((name) =>
      path.join(directory, "tree", name),
    );
    runTool(["/usr/bin/mcopy", "-s", "-i", image, ...names, "::"]);
    const bytes = new Uint8Array(fs.readFileSync(image));
    const changes = fc.array(fc.tuple(fc.nat({ max: 20_000 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(changes, fc.nat({ max: bytes.length }), (edits, cutAt) => {
        const changed = bytes.slice(0, edits.length % 3 === 0 ? cutAt : bytes.length);
        for (const [at, value] of edits) {
          if (at < changed.length) {
            changed[at] = value;
          }
        }
        readHostileVfat(changed);
      }),
      { numRuns: 500 },
    );
  });
});
