import { describe, expect, test } from "bun:test";
import { readText } from "../../../../src/system/files.ts";
import { type AixShell, bootAixShell } from "../aix-shell.ts";

async function statusOf(aix: AixShell, name: string): Promise<string | undefined> {
  const lines = (await aix.text(`/usr/bin/lssrc -s ${name}`)).trimEnd().split("\n");
  return lines.at(-1)?.trim().split(/\s+/u).at(-1);
}

describe("the system resource controller", () => {
  test("stopping is asynchronous: it takes a while until a subsystem is inoperative", async () => {
    const aix = bootAixShell();
    expect(await aix.text("/usr/bin/stopsrc -s xntpd")).toBe(
      "0513-044 The xntpd Subsystem was requested to stop.\n",
    );
    expect(await statusOf(aix, "xntpd")).toBe("stopping");
    expect((await aix.run("/usr/bin/startsrc -s xntpd")).stderr).toContain("0513-029");
    await aix.system.clock.sleep(2_000);
    expect(await statusOf(aix, "xntpd")).toBe("inoperative");
    expect(await aix.text("/usr/bin/startsrc -s xntpd")).toMatch(
      /^0513-059 The xntpd Subsystem has been started\. Subsystem PID is \d+\.\n$/u,
    );
    expect(await statusOf(aix, "xntpd")).toBe("active");
  });

  test("says what is in that state already, and what is not on file", async () => {
    const aix = bootAixShell();
    expect(await aix.run("/usr/bin/stopsrc -s snmpd")).toMatchObject({
      exitCode: 1,
      stderr: "0513-004 The Subsystem or Group, snmpd, is currently inoperative.\n",
    });
    expect(await aix.run("/usr/bin/lssrc -s nope")).toMatchObject({
      exitCode: 1,
      stdout: "0513-085 The nope Subsystem is not on file.\n",
    });
    expect(await aix.run("/usr/bin/startsrc -g nope")).toMatchObject({
      exitCode: 1,
      stdout: "0513-086 The nope Group is not on file.\n",
    });
  });

  test("lists in the columns of AIX, group and PID may be blank", async () => {
    const text = await bootAixShell().text("/usr/bin/lssrc -a");
    expect(text).toStartWith(
      "Subsystem         Group            PID          Status \n syslogd          ras ",
    );
    expect(text).toMatch(/^ aso {31}\d+ +active$/mu);
    expect(text).toMatch(/^ lpd {14}spooler {23}inoperative$/mu);
  });

  test("only those with sockets can be refreshed", async () => {
    const aix = bootAixShell();
    expect((await aix.run("/usr/bin/refresh -s syslogd")).exitCode).toBe(0);
    await aix.run("/usr/bin/startsrc -s sshd");
    expect((await aix.run("/usr/bin/refresh -s sshd")).exitCode).toBe(1);
    expect((await aix.run("/usr/bin/refresh -s snmpd")).stderr).toContain("0513-036");
    const fields = (await aix.text("/usr/bin/lssrc -Ss sshd")).split("\n")[1]?.split(":");
    expect(fields?.[11]).toBe("-S");
  });

  test("sshd and ctrmc do not run before the scripts of rc2.d, the daemons of rc.tcpip do", async () => {
    const aix = bootAixShell();
    expect(await statusOf(aix, "sshd")).toBe("inoperative");
    expect(await statusOf(aix, "ctrmc")).toBe("inoperative");
    expect(await statusOf(aix, "inetd")).toBe("active");
    expect(await statusOf(aix, "dhcpcd")).toBe("inoperative");
  });
});

describe("chrctcp", () => {
  const lineOf = (aix: AixShell, daemon: string): string | undefined =>
    readText(aix.system.fs, "/etc/rc.tcpip")
      .split("\n")
      .find((line) => line.includes(`/${daemon} `));

  test("switches a line on and off, twice is fine, and the next boot follows", async () => {
    const aix = bootAixShell();
    for (const _ of [1, 2]) {
      expect(await aix.run("/usr/sbin/chrctcp -a dhcpcd")).toMatchObject({
        exitCode: 0,
        stdout: "",
      });
    }
    expect(lineOf(aix, "dhcpcd")).toBe(`start /usr/sbin/dhcpcd "$src_running"`);
    expect(await statusOf(aix, "dhcpcd")).toBe("inoperative");
    aix.reboot();
    expect(await statusOf(aix, "dhcpcd")).toBe("active");
    await aix.run("/usr/sbin/chrctcp -d dhcpcd");
    await aix.run("/usr/sbin/chrctcp -d dhcpcd");
    expect(lineOf(aix, "dhcpcd")).toBe(`#start /usr/sbin/dhcpcd "$src_running"`);
  });

  test("-S also starts and stops", async () => {
    const aix = bootAixShell();
    expect(await aix.text("/usr/sbin/chrctcp -S -a ndpd-host")).toContain("0513-059");
    expect(await statusOf(aix, "ndpd-host")).toBe("active");
    expect(await aix.text("/usr/sbin/chrctcp -S -d ndpd-host")).toContain("requested to stop");
    await aix.system.clock.sleep(5_000);
    expect((await aix.run("/usr/sbin/chrctcp -S -d ndpd-host")).stderr).toContain("0513-004");
  });

  test("-c changes the flags in the line; unknown daemons are refused", async () => {
    const aix = bootAixShell();
    await aix.run("/usr/sbin/chrctcp -c autoconf6 -f interface=en0");
    expect(lineOf(aix, "autoconf6")).toBe(`start /usr/sbin/autoconf6 "" " -i en0"`);
    expect((await aix.run("/usr/sbin/chrctcp -a nope")).exitCode).toBe(1);
    expect((await aix.run("/usr/sbin/chrctcp -a dhcpcd -d dhcpcd")).exitCode).toBe(1);
  });
});
