import { describe, expect, test } from "bun:test";
import { programName } from "../../src/cli/program-name.ts";

describe("programName", () => {
  const binary = (argv0: string) =>
    programName({ argv: ["bun", "/$bunfs/root/cloud-init"], argv0 });
  const node = (script: string) => programName({ argv: ["/usr/bin/node", script], argv0: "node" });

  test("the compiled binary goes by argv0, as called", () => {
    expect(binary("cloud-init")).toBe("cloud-init");
    expect(binary("/opt/freeware/bin/cloud-init-per")).toBe("cloud-init-per");
    expect(binary("./cloud-init-run-module")).toBe("cloud-init-run-module");
  });

  test("under Node.js the script's name counts", () => {
    expect(node("/opt/freeware/bin/cloud-init-per")).toBe("cloud-init-per");
    expect(node("/x/cloud-init-per.cjs")).toBe("cloud-init-per");
    expect(node("/x/cloud-init.cjs")).toBe("cloud-init");
  });

  test("any other name is cloud-init, also one that only holds the word", () => {
    expect(binary("agent")).toBe("cloud-init");
    expect(binary("/cloud-init-per/agent")).toBe("cloud-init");
    expect(binary("cloud-init-per-2")).toBe("cloud-init");
    expect(binary("")).toBe("cloud-init");
    expect(programName({ argv: [], argv0: "" })).toBe("cloud-init");
  });
});
