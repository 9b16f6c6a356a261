import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The rows of the architecture: a folder imports from itself and from rows with a smaller number. */
const LAYERS: readonly (readonly string[])[] = [
  ["text"],
  ["system", "schema", "jinja"],
  ["iso9660", "vfat", "network", "report", "simulator"],
  ["config", "instance"],
  ["distros"],
  ["datasources", "userdata", "modules"],
  ["stages"],
  ["cli"],
];

const SRC = join(import.meta.dir, "../../src");

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .sort();

function rowOf(folder: string): number {
  return LAYERS.findIndex((row) => row.includes(folder));
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const found = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/gu);
  return [...found].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}

describe("layering law", () => {
  test("every folder of src is in the table of layers", () => {
    const folders = new Set(files.filter((f) => f.includes("/")).map((f) => f.split("/")[0] ?? ""));
    expect([...folders].filter((folder) => rowOf(folder) < 0)).toEqual([]);
  });

  test("a folder imports only from itself and from lower rows", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const folder = file.split("/")[0] ?? "";
      for (const target of importsOf(file)) {
        const path = relative(SRC, join(SRC, dirname(file), target));
        const other = path.split("/")[0] ?? "";
        const isTopLevel = !path.includes("/");
        // main.ts is above all rows; version.ts and package.json are constants below all.
        if (!file.includes("/") || path.startsWith("..") || isTopLevel || other === folder) {
          continue;
        }
        if (rowOf(other) >= rowOf(folder)) {
          wrong.push(`${file} imports ${path}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("banned words law", () => {
  const banned: readonly { readonly what: string; readonly pattern: RegExp }[] = [
    { what: "new Date() without arguments", pattern: /new Date\(\)/u },
    { what: "export … from", pattern: /^export .* from /mu },
    { what: "typed arrays of the machine's byte order", pattern: /\bU?int(?:16|32)Array\b/iu },
    { what: "Bun.*", pattern: /\bBun\./u },
  ];
  for (const { what, pattern } of banned) {
    test(`no file of src uses ${what}`, () => {
      const wrong = files.filter(
        (file) =>
          !file.startsWith("system/host-") && pattern.test(readFileSync(join(SRC, file), "utf8")),
      );
      expect(wrong).toEqual([]);
    });
  }

  test("a command path is written only where commands are run", () => {
    const allowed = /^(?:distros|modules|network\/renderers|simulator|system\/host-|cli\/install)/u;
    const wrong = files.filter(
      (file) =>
        !allowed.test(file) &&
        /"\/(?:usr\/)?s?bin\/[a-z]/u.test(readFileSync(join(SRC, file), "utf8")),
    );
    expect(wrong).toEqual([]);
  });
});
