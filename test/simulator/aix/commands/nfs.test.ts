import { expect, test } from "bun:test";
import { exists } from "../../../../src/system/files.ts";
import { bootAixShell } from "../aix-shell.ts";

const STANZA =
  "\n/remote:\n\tdev\t\t= /export\n\tvfs\t\t= nfs\n\tnodename\t= 192.0.2.9\n\tmount\t\t= true\n\toptions\t\t= bg,hard,intr\n";

test("NFS directories are mounted with the server first in the row, and unmounted by both names", async () => {
  const aix = bootAixShell();
  aix.system.fs.makeDirectory("/remote");
  for (const [line, target] of [
    ["/usr/sbin/mount 192.0.2.9:/export /remote", "/remote"],
    ["/usr/sbin/mount -n 192.0.2.9 -o ro /export /remote", "192.0.2.9:/export"],
  ] as const) {
    expect((await aix.run(line)).exitCode).toBe(0);
    expect(await aix.text("/usr/sbin/mount")).toMatch(
      /^192\.0\.2\.9 +\/export +\/remote +nfs3 +\w{3} \d\d \d\d:\d\d/mu,
    );
    expect((await aix.run(line)).stderr).toContain("busy");
    expect((await aix.run(`/usr/sbin/umount ${target}`)).exitCode).toBe(0);
  }
  expect((await aix.run("/usr/sbin/umount /export")).stderr).toContain("0506-347");
});

test("a stanza with nodename is mounted by its directory, by mount all and at boot", async () => {
  const aix = bootAixShell();
  aix.system.fs.makeDirectory("/remote");
  aix.system.fs.append("/etc/filesystems", STANZA);
  expect((await aix.run("/usr/sbin/mount /remote")).exitCode).toBe(0);
  aix.system.fs.write("/remote/file", "x");
  await aix.run("/usr/sbin/umount /remote");
  expect(exists(aix.system.fs, "/remote/file")).toBe(false);
  await aix.run("/usr/sbin/mount all");
  expect(aix.machine.mounts.map(({ directory }) => directory)).toContain("/remote");
  aix.reboot();
  expect(aix.machine.mounts.find(({ directory }) => directory === "/remote")?.node).toBe(
    "192.0.2.9",
  );
});

test("a server that does not answer, or a directory that is not there, is told", async () => {
  const aix = bootAixShell({ faults: { unreachableServers: ["192.0.2.9"] } });
  aix.system.fs.makeDirectory("/remote");
  const first = await aix.run("/usr/sbin/mount 192.0.2.9:/export /remote");
  expect([first.exitCode, first.stderr]).toEqual([
    1,
    "mount: 0506-324 Cannot mount 192.0.2.9:/export on /remote: The remote host is not responding.\n",
  ]);
  const second = await aix.run("/usr/sbin/mount 192.0.2.8:/export /nowhere");
  expect(second.stderr).toContain("does not exist");
  expect((await aix.run("/usr/sbin/mount /unknown")).stderr).toContain("0506-334");
});
