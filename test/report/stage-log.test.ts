import { describe, expect, test } from "bun:test";
import { DEFAULT_LOG_FORMAT } from "../../src/report/log-config.ts";
import { createSecrets } from "../../src/report/secrets.ts";
import { createStageLog } from "../../src/report/stage-log.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";

const FILE = "/var/log/cloud-init.log";
const toFile = {
  target: { kind: "file", path: FILE },
  level: "DEBUG",
  format: DEFAULT_LOG_FORMAT,
} as const;
const toConsole = {
  target: { kind: "stderr" },
  level: "WARNING",
  format: DEFAULT_LOG_FORMAT,
} as const;

describe("stage log", () => {
  test("lines have the form that log readers know, in UTC", () => {
    const { system } = createScriptedSystem();
    const log = createStageLog(system, (text) => text);
    log.open([toFile]);
    log.named("stages.ts").info("Found it");
    log.flush();
    expect(readText(system.fs, FILE)).toBe("2026-01-02 03:04:05,000 - stages.ts[INFO]: Found it\n");
  });

  test("records made before the log is open are kept and come first", () => {
    const { system } = createScriptedSystem();
    const log = createStageLog(system, (text) => text);
    log.named("a").debug("early");
    log.open([toFile]);
    log.named("a").warn("late");
    const lines = readText(system.fs, FILE).split("\n");
    expect(lines[0]).toEndWith("early");
    expect(lines[1]).toEndWith("late");
  });

  test("only warnings and worse reach the console and status.json", () => {
    const { system, output } = createScriptedSystem();
    const log = createStageLog(system, (text) => text);
    log.open([toFile, toConsole]);
    log.named("a").info("calm");
    log.named("a").warn("odd");
    log.named("a").error("bad", new Error("why"));
    expect(output.stderr).not.toContain("calm");
    expect(output.stderr).toContain("odd");
    expect(log.recoverableErrors()).toEqual({ WARNING: ["odd"], ERROR: ["bad"] });
    log.flush();
    expect(readText(system.fs, FILE)).toContain("[DEBUG]: why");
  });

  test("control characters in a message are spelled out, line ends and tabs are not", () => {
    const { system, output } = createScriptedSystem();
    const log = createStageLog(system, (text) => text);
    log.open([toFile, toConsole]);
    log.named("a").warn("disc \u001B[2J\u009B\r\u202Ex\n\tsecond line");
    const shown = String.raw`disc \x1b[2J\x9b\x0d\u{202e}x`;
    for (const text of [readText(system.fs, FILE), output.stderr]) {
      expect(text).toEndWith(`a[WARNING]: ${shown}\n\tsecond line\n`);
    }
    expect(log.recoverableErrors()).toEqual({ WARNING: [`${shown}\n\tsecond line`] });
  });

  test("a new log is not readable by everybody", () => {
    const { system } = createScriptedSystem();
    const log = createStageLog(system, (text) => text);
    log.open([toFile]);
    log.named("a").info("x");
    log.flush();
    expect(system.fs.stat(FILE)?.mode).toBe(0o640);
  });

  test("secrets are masked in every line and in status.json", () => {
    const { system } = createScriptedSystem();
    const secrets = createSecrets();
    secrets.addFrom({ users: [{ name: "a", plain_text_passwd: "s3cr3t-word" }], runcmd: ["ls"] });
    const log = createStageLog(system, (text) => secrets.mask(text));
    log.open([toFile]);
    log.named("a").warn("password s3cr3t-word was refused, ls was not");
    expect(readText(system.fs, FILE)).toContain("password *** was refused, ls was not");
    expect(JSON.stringify(log.recoverableErrors())).not.toContain("s3cr3t-word");
  });
});
