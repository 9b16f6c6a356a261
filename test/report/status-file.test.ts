import { describe, expect, test } from "bun:test";
import { emptyStatus, readStatus, writeResult, writeStatus } from "../../src/report/status-file.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";

const PATH = "/var/lib/cloud/data/status.json";

describe("status.json", () => {
  test("what is written is read back", () => {
    const { system } = createScriptedSystem();
    const status = {
      datasource: "DataSourceNone",
      stage: "init",
      stages: {
        ...emptyStatus().stages,
        init: { errors: ["e"], recoverable_errors: { WARNING: ["w"] }, start: 1.5, finished: 2 },
      },
    };
    writeStatus(system, PATH, status);
    expect(readStatus(system, PATH)).toEqual(status);
    expect(system.fs.stat(PATH)?.mode).toBe(0o644);
  });

  test("has sorted keys and indent 1, as upstream", () => {
    const { system } = createScriptedSystem();
    writeStatus(system, PATH, emptyStatus());
    const text = readText(system.fs, PATH);
    expect(
      text.startsWith('{\n "v1": {\n  "datasource": null,\n  "init": {\n   "errors": [],'),
    ).toBe(true);
    expect(text.endsWith("}\n")).toBe(true);
  });

  test.each(["", "{", '{"v1": 3}', '{"v1": {"init": {"start": "yesterday", "errors": 3}}}', "\0"])(
    "a file that is cut or foreign counts as empty: %p",
    (text) => {
      const { system } = createScriptedSystem({ files: { [PATH]: text } });
      expect(readStatus(system, PATH)).toEqual(emptyStatus());
    },
  );

  test("result.json joins the errors of all stages", () => {
    const { system } = createScriptedSystem();
    const stage = (errors: string[]) => ({ errors, recoverable_errors: {}, start: 1, finished: 2 });
    writeResult(system, "/r.json", {
      datasource: "D",
      stage: null,
      stages: { ...emptyStatus().stages, init: stage(["a"]), "modules-final": stage(["b", "c"]) },
    });
    expect(JSON.parse(readText(system.fs, "/r.json"))).toEqual({
      v1: { datasource: "D", errors: ["a", "b", "c"] },
    });
  });
});
