import { describe, expect, test } from "bun:test";
import { isInfoDiscarded } from "../../../src/distros/aix/syslog-rules.ts";
import { createMemoryFileSystem } from "../../../src/system/memory-file-system.ts";

function isDiscarded(conf: string, files: Readonly<Record<string, string>> = {}): boolean {
  const fs = createMemoryFileSystem({ "/etc/syslog.conf": conf, ...files });
  return isInfoDiscarded(fs, "user");
}

describe("a message of user.info is thrown away", () => {
  test.each([
    ["without any rule, as AIX comes", "# *.debug /tmp/syslog.out rotate size 100k files 4\n\n"],
    ["by rules for others", "aso.notice\t/var/log/aso/aso.log rotate size 1m files 8\n"],
    ["by rules for what is more urgent", "*.crit *\nmail,user.err /var/log/err\nuser.none /x\n"],
    ["by each part of a rule", "auth.info;mail.debug;user.warning /var/log/some\n"],
  ])("%s", (_, conf) => {
    expect(isDiscarded(conf)).toBe(true);
  });
});

describe("a message of user.info may be kept", () => {
  test.each([
    ["by a rule for all", "*.info /var/log/messages rotate size 1000k files 4\n"],
    ["by a rule for user, among others", "mail.err;auth,user.debug\t/var/log/some\n"],
    ["by the last of many rules", "kern.debug /a\n#user.info /b\n*.debug @loghost.example.com\n"],
    ["by an unknown priority", "*.all /a\n"],
    ["by what is no rule", "user.err\n"],
    ["by a rule in another form", "user.=err /a\n!program\n"],
  ])("%s", (_, conf) => {
    expect(isDiscarded(conf)).toBe(false);
  });

  test("where another daemon, or another file, may be in use", () => {
    for (const path of [
      "/etc/rsyslog.conf",
      "/opt/freeware/etc/rsyslog.conf",
      "/etc/syslog-ng.conf",
      "/opt/freeware/etc/syslog-ng/syslog-ng.conf",
    ]) {
      expect([path, isDiscarded("", { [path]: "" })]).toEqual([path, false]);
    }
    const start = (args: string): Record<string, string> => ({
      "/etc/rc.tcpip": `start /usr/sbin/syslogd "$src_running"${args}\n`,
    });
    expect(isDiscarded("", start(""))).toBe(true);
    expect(isDiscarded("", start(' "-f /etc/own.conf"'))).toBe(false);
    expect(isInfoDiscarded(createMemoryFileSystem({}), "user")).toBe(false);
  });
});
