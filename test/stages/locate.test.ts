import { describe, expect, test } from "bun:test";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createLocate, type DocumentLines, readDocumentLines } from "../../src/stages/locate.ts";
import { parseYaml } from "../../src/text/yaml.ts";

function documentOf(source: string, text: string): DocumentLines {
  const parsed = parseYaml(text, source, { withLines: true });
  if (!parsed.ok || parsed.lines === undefined) {
    throw new Error("The test's YAML cannot be read");
  }
  return { source, lines: parsed.lines };
}

const VENDOR = documentOf("vendor-data", "runcmd:\n  - a\n  - b\nbootcmd: [x]\n");
const USER = documentOf("user-data", "# c\nruncmd:\n  - c\nusers:\n  - name: deploy\n    uid: x\n");

describe("where a key stands", () => {
  const locate = createLocate(() => [VENDOR, USER]);

  test("is told by source and line, at any depth", () => {
    expect(locate(["users", 0, "uid"])).toEqual({ source: "user-data", line: 6 });
  });

  test("is the strongest document that has the key at all", () => {
    expect(locate(["runcmd", 0])).toEqual({ source: "user-data", line: 3 });
    expect(locate(["bootcmd"])).toEqual({ source: "vendor-data", line: 4 });
  });

  test("is unknown for what nobody wrote", () => {
    expect(locate(["nothing"])).toBeUndefined();
    expect(locate([])).toBeUndefined();
  });

  test("a place that is not there is told by what is nearest to it, never by another document", () => {
    const place = locate(["runcmd", 1]);
    expect(place === undefined || place.source === "user-data").toBe(true);
  });

  test("the documents are asked for once, and only when somebody asks", () => {
    let count = 0;
    const lazy = createLocate(() => {
      count += 1;
      return [USER];
    });
    expect(count).toBe(0);
    lazy(["runcmd"]);
    lazy(["users"]);
    expect(count).toBe(1);
  });
});

describe("lines that init kept", () => {
  test("are read back", () => {
    const { system } = createScriptedSystem({ files: { "/l": JSON.stringify([VENDOR, USER]) } });
    expect(createLocate(() => readDocumentLines(system, "/l"))(["users", 0])).toEqual({
      source: "user-data",
      line: 5,
    });
  });

  test.each(["", "{", "[", "null", '[1, {}, {"source": 3}, {"source": "a", "lines": {}}]'])(
    "a file that is cut or foreign holds none: %j",
    (text) => {
      const { system } = createScriptedSystem({ files: { "/l": text } });
      expect(readDocumentLines(system, "/l")).toEqual([]);
    },
  );

  test("no file holds none", () => {
    expect(readDocumentLines(createScriptedSystem().system, "/l")).toEqual([]);
  });
});
