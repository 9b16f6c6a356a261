import { expect, test } from "bun:test";
import { runCli } from "../../../src/cli/cli.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

test("features has a name on each line", async () => {
  let stdout = "";
  const ctx = {
    sys: createScriptedSystem().system,
    stdout: (text: string) => (stdout += text),
    stderr: (text: string) => expect(text).toBe(""),
    exitCode: 0,
  };
  await runCli("cloud-init", ["features"], ctx);
  expect(stdout).toBe("NETWORK_CONFIG_V1\nNETWORK_CONFIG_V2\n");
});
