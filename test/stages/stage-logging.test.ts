import { describe, expect, test } from "bun:test";
import { logFileOf, openLogging } from "../../src/stages/stage-logging.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { openTestFrame } from "../support/open-test-frame.ts";
import { createMachine, modeAt, textAt } from "../support/sample-machine.ts";

const DEFAULT = "/var/log/cloud-init.log";

function ini(file: string): string {
  return [
    "[logger_root]",
    "level=DEBUG",
    "handlers=log",
    "[handler_log]",
    "class=FileHandler",
    "level=INFO",
    `args=('${file}',)`,
  ].join("\n");
}

async function logWith(aix: SimulatedAix, config: Record<string, unknown>, debug = false) {
  const { frame, errors } = await openTestFrame(aix.system);
  openLogging(frame, config, debug);
  frame.log.info("calm");
  frame.log.warn("odd");
  frame.stageLog.flush();
  return errors;
}

describe("where a stage logs", () => {
  test("without any configuration: the log file, and warnings on standard error", async () => {
    const aix = createMachine();
    await logWith(aix, {});
    expect(textAt(aix, DEFAULT)).toContain("[INFO]: calm");
    expect(aix.output.stderr).toContain("[WARNING]: odd");
    expect(aix.output.stderr).not.toContain("calm");
  });

  test("the first of log_cfgs that can be opened counts", async () => {
    const aix = createMachine({ files: { "/file": "" } });
    const errors = await logWith(aix, {
      log_cfgs: [
        ini("/file/no-directory"),
        [ini("/var/log/second.log")],
        ini("/var/log/third.log"),
      ],
    });
    expect(textAt(aix, "/var/log/second.log")).toContain("calm");
    expect(aix.system.fs.stat("/var/log/third.log")).toBeUndefined();
    expect(errors).toEqual([]);
  });

  test("an entry may name a file that holds the configuration", async () => {
    const aix = createMachine({ files: { "/etc/log.ini": ini("/var/log/own.log") } });
    await logWith(aix, { logcfg: "/etc/log.ini" });
    expect(textAt(aix, "/var/log/own.log")).toContain("calm");
  });

  test("--debug shows everything on standard error, and the file is kept", async () => {
    const aix = createMachine();
    await logWith(aix, {}, true);
    expect(aix.output.stderr).toContain("[INFO]: calm");
    expect(textAt(aix, DEFAULT)).toContain("[INFO]: calm");
  });

  test.each([
    ["0644", "0640"],
    ["0600", "0600"],
    ["0660", "0640"],
  ])("a log of mode %s has mode %s from then on", async (before, after) => {
    const aix = createMachine({ files: { [DEFAULT]: "old\n" } });
    aix.system.fs.setAttributes(DEFAULT, { mode: Number.parseInt(before, 8) });
    await logWith(aix, {});
    expect(modeAt(aix, DEFAULT)).toBe(after);
    expect(textAt(aix, DEFAULT)).toStartWith("old\n");
  });

  test.each<[unknown, string]>([
    ["root:system", "0:0"],
    [["nobody-knows:this", "root:adm"], "0:4"],
    ["-1:adm", "0:4"],
    ["none:none", "0:0"],
  ])("syslog_fix_perms %j gives a new log the owner %s", async (value, owner) => {
    const aix = createMachine();
    const errors = await logWith(aix, { syslog_fix_perms: value });
    const stat = aix.system.fs.stat(DEFAULT);
    expect(`${stat?.uid}:${stat?.gid}`).toBe(owner);
    expect(errors).toEqual([]);
  });

  test("an owner that nobody knows is a warning and no error", async () => {
    const aix = createMachine();
    expect(await logWith(aix, { syslog_fix_perms: "nobody-knows:this" })).toEqual([]);
    expect(textAt(aix, DEFAULT)).toContain(`Cannot set the owner of "${DEFAULT}"`);
  });

  test("def_log_file has to be an absolute path", () => {
    expect(logFileOf({ def_log_file: "/var/log/x.log" })).toBe("/var/log/x.log");
    expect(logFileOf({ def_log_file: "x.log" })).toBe(DEFAULT);
    expect(logFileOf({ def_log_file: 7 })).toBe(DEFAULT);
  });
});
