import { expect, test } from "bun:test";
import { createAixDiagnosis } from "../../../src/distros/aix/diagnosis.ts";
import { createTestLogger } from "../../support/module-context.ts";
import { createMachine } from "../../support/sample-machine.ts";

test("asks for each interface of this machine, changes nothing, and every file has one name", async () => {
  const aix = createMachine();
  const adapter = createAixDiagnosis({
    sys: aix.system,
    log: createTestLogger([]),
    systemInfo: {},
  });
  const commands = await adapter.listCommands();
  const files = commands.map(({ file }) => file);
  expect(files).toContain("lsattr-en0.txt");
  expect(files).toContain("lsattr-en1.txt");
  expect(new Set(files).size).toBe(files.length);
  for (const { argv } of commands) {
    const { exitCode } = await aix.system.exec.query(argv, { okExitCodes: "any" });
    // The simulated machine has no error log.
    expect([argv[0], exitCode]).toEqual([argv[0], argv[0] === "/usr/bin/errpt" ? 127 : 0]);
  }
  expect(aix.changes).toEqual([]);
});
