import { expect, test } from "bun:test";
import type { LedgerStep } from "../../src/report/ledger.ts";
import { logSystem } from "../../src/report/logged-system.ts";
import { createStageLog } from "../../src/report/stage-log.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";

const FILE = "/var/log/cloud-init.log";
const CHDEV = ["/usr/sbin/chdev", "-l", "en0", "-a", "state=up"];

test("a command that hangs is the last line of the log", async () => {
  let lastLine = "";
  const { system } = createScriptedSystem({
    commands: {
      "/usr/sbin/chdev": () => {
        lastLine = readText(system.fs, FILE).trimEnd().split("\n").at(-1) ?? "";
        return "en0 changed\n";
      },
    },
  });
  const log = createStageLog(system, (text) => text);
  log.open([{ target: { kind: "file", path: FILE }, level: "DEBUG", format: "%(message)s" }]);
  const steps: LedgerStep[] = [];
  const logged = logSystem(system, {
    log: log.named("system.ts"),
    onChange() {},
    beforeCommand: () => log.flush(),
    onCommand: (step) => steps.push(step),
  });
  log.named("a").info("before");
  await logged.exec.run(CHDEV);
  expect(lastLine).toBe(`Running command ${CHDEV.join(" ")}`);
  expect(steps).toMatchObject([{ kind: "command", outcome: "ok", exitCode: 0 }]);
});

test("lines below WARNING wait for company, a warning does not", () => {
  const { system } = createScriptedSystem();
  const log = createStageLog(system, (text) => text);
  log.open([{ target: { kind: "file", path: FILE }, level: "DEBUG", format: "%(message)s" }]);
  log.named("a").info("one");
  expect(system.fs.stat(FILE)).toBeUndefined();
  log.named("a").warn("two");
  expect(readText(system.fs, FILE)).toBe("one\ntwo\n");
});
