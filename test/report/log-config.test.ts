import { describe, expect, test } from "bun:test";
import { parseLogConfig } from "../../src/report/log-config.ts";

const FILE_CONFIG = `
[loggers]
keys=root,cloudinit
[handlers]
keys=consoleHandler,cloudLogHandler
[formatters]
keys=simpleFormatter,arg0Formatter
[logger_root]
level=DEBUG
handlers=consoleHandler,cloudLogHandler
[logger_cloudinit]
level=DEBUG
qualname=cloudinit
handlers=
propagate=1
[handler_consoleHandler]
class=StreamHandler
level=WARNING
formatter=arg0Formatter
args=(sys.stderr,)
[handler_cloudLogHandler]
class=FileHandler
level=DEBUG
formatter=arg0Formatter
args=('/var/log/cloud-init.log', 'a', 'UTF-8')
[formatter_arg0Formatter]
format=%(asctime)s - %(filename)s[%(levelname)s]: %(message)s
`;

describe("log_cfgs", () => {
  test("the shipped form gives a console and a file handler", () => {
    const format = "%(asctime)s - %(filename)s[%(levelname)s]: %(message)s";
    expect(parseLogConfig(FILE_CONFIG)).toEqual([
      { target: { kind: "stderr" }, level: "WARNING", format },
      { target: { kind: "file", path: "/var/log/cloud-init.log" }, level: "DEBUG", format },
    ]);
  });

  test("one with a syslog handler cannot be used, so that the next is tried", () => {
    const syslog = FILE_CONFIG.replace("class=FileHandler", "class=handlers.SysLogHandler").replace(
      "('/var/log/cloud-init.log', 'a', 'UTF-8')",
      '("/dev/log", handlers.SysLogHandler.LOG_USER)',
    );
    expect(parseLogConfig(syslog)).toBeUndefined();
  });

  test("text that is no such file is not used", () => {
    expect(parseLogConfig("")).toBeUndefined();
    expect(parseLogConfig("[logger_root]\nhandlers=x\n")).toBeUndefined();
    expect(parseLogConfig("\0\x01[[")).toBeUndefined();
  });
});
