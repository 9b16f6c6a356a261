import { describe, expect, test } from "bun:test";
import { bootAixShell } from "../aix-shell.ts";

test("uname prints in its own order, whatever the order of its flags", async () => {
  const aix = bootAixShell({ firstBoot: "captured" });
  expect(await aix.text("/usr/bin/uname")).toBe("AIX\n");
  expect(await aix.text("/usr/bin/uname -pvr")).toBe("3 7 powerpc\n");
  expect(await aix.text("/usr/bin/uname -a")).toBe("AIX golden 3 7 00F9C1AF4B00\n");
  expect(await aix.text("/usr/bin/uname -M")).toBe("IBM,9105-22A\n");
  expect(await aix.text("/usr/bin/uname -L")).toMatch(/^\d+ \S/u);
  expect(await aix.text("/usr/bin/uname -W")).toBe("0\n");
});

test("the node name is set with -S and lasts until the next boot", async () => {
  const aix = bootAixShell({ firstBoot: "captured" });
  expect((await aix.run("/usr/bin/uname -S vm1")).exitCode).toBe(0);
  expect(await aix.text("/usr/bin/uname -n")).toBe("vm1\n");
  expect(await aix.text("/usr/bin/hostname")).toBe("golden\n");
  aix.reboot();
  expect(await aix.text("/usr/bin/uname -n")).toBe("golden\n");
});

test("hostname prints the name as it was set, -s its first label", async () => {
  const aix = bootAixShell();
  await aix.run("/usr/bin/hostname vm1.example.com");
  expect(await aix.text("/usr/bin/hostname")).toBe("vm1.example.com\n");
  expect(await aix.text("/usr/bin/hostname -s")).toBe("vm1\n");
});

test("oslevel knows release, technology level and service pack", async () => {
  const aix = bootAixShell();
  expect(await aix.text("/usr/bin/oslevel")).toBe("7.3.0.0\n");
  expect(await aix.text("/usr/bin/oslevel -r")).toBe("7300-03\n");
  expect(await aix.text("/usr/bin/oslevel -s")).toBe("7300-03-00-2446\n");
});

describe("the time of the last boot", () => {
  const now = new Date("2026-02-03T04:05:06Z");

  test("who -b has a year on 7.2 and none on 7.3, unless the fault says otherwise", async () => {
    const seed = { now, uptimeSeconds: 60 };
    const line = "/usr/bin/who -b";
    expect(await bootAixShell({ ...seed, level: "7.2" }).text(line)).toBe(
      "   .        system boot 2026-02-03 04:04\n",
    );
    expect(await bootAixShell(seed).text(line)).toBe(
      "   .        system boot Feb  3 04:04                     \n",
    );
    expect(await bootAixShell({ ...seed, faults: { whoFormat: "iso" } }).text(line)).toContain(
      "2026-02-03",
    );
  });

  test("ps -o etime= -p 1 grows from minutes to days", async () => {
    const etime = async (uptimeSeconds: number): Promise<string> =>
      (await bootAixShell({ now, uptimeSeconds }).text("/usr/bin/ps -o etime= -p 1")).trim();
    expect(await etime(13)).toBe("00:13");
    expect(await etime(3_600 + 62)).toBe("01:01:02");
    expect(await etime(2 * 86_400 + 75_290)).toBe("2-20:54:50");
    expect(await etime(1_148 * 86_400)).toBe("1148-00:00:00");
  });

  test("the clock of the machine moves with sleep and with every command", async () => {
    const aix = bootAixShell({ now, uptimeSeconds: 10 });
    await aix.system.clock.sleep(50_000);
    expect((await aix.text("/usr/bin/ps -o etime= -p 1")).trim()).toBe("01:00");
    expect(aix.system.clock.now().getTime()).toBeGreaterThan(now.getTime() + 50_000);
  });
});

test("ps ends with 1 for a process that is gone", async () => {
  const result = await bootAixShell().run("/usr/bin/ps -p 4711 -oargs=");
  expect(result).toMatchObject({ exitCode: 1, stdout: "" });
});

test("shutdown is noted, with -k it only pretends", async () => {
  const aix = bootAixShell();
  await aix.run("/usr/sbin/shutdown -k now");
  expect(aix.machine.shutdown).toBeUndefined();
  await aix.run(["/usr/sbin/shutdown", "-r", "+2", "see you"]);
  expect(aix.machine.shutdown?.argv).toEqual(["/usr/sbin/shutdown", "-r", "+2", "see you"]);
  expect((await aix.run("/usr/sbin/shutdown -r tomorrow")).exitCode).not.toBe(0);
});
