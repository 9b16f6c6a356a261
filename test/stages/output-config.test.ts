import { describe, expect, test } from "bun:test";
import { parseOutputConfig } from "../../src/stages/output-config.ts";

const tee = { kind: "tee", path: "/var/log/cloud-init-output.log" } as const;

describe("output:", () => {
  test("the shipped form is a tee of both streams", () => {
    const config = { output: { all: "| tee -a /var/log/cloud-init-output.log" } };
    expect(parseOutputConfig(config, "init")).toEqual({ stdout: tee, stderr: "&1" });
  });

  test("the stage's own entry goes before all", () => {
    const config = { output: { all: ">> /a", final: "> /b" } };
    expect(parseOutputConfig(config, "final")?.stdout).toEqual({ kind: "truncate", path: "/b" });
    expect(parseOutputConfig(config, undefined)?.stdout).toEqual({ kind: "append", path: "/a" });
  });

  test("lists and mappings name the two streams", () => {
    const both = {
      stdout: { kind: "append", path: "/o" },
      stderr: { kind: "append", path: "/e" },
    } as const;
    expect(parseOutputConfig({ output: { all: ["/o", ">> /e", "/x"] } }, "init")).toEqual(both);
    expect(
      parseOutputConfig({ output: { all: { output: ">> /o", error: "/e" } } }, "init"),
    ).toEqual(both);
    expect(parseOutputConfig({ output: { all: ["/o", "&1"] } }, "init")?.stderr).toBe("&1");
    expect(parseOutputConfig({ output: { all: ["/o"] } }, "init")?.stderr).toBe("&1");
  });

  test("other commands get a pipe", () => {
    expect(parseOutputConfig({ output: { all: "| tee -a /a /b" } }, "init")?.stdout).toEqual({
      kind: "pipe",
      command: "tee -a /a /b",
    });
  });

  test("nothing usable is no redirection", () => {
    for (const output of [
      undefined,
      null,
      3,
      [],
      {},
      { all: "" },
      { all: {} },
      { all: 7 },
      { all: "|" },
    ]) {
      expect(parseOutputConfig({ output }, "init")).toBeUndefined();
    }
  });
});
