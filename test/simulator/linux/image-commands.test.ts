import { expect, test } from "bun:test";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";
import { exists, readTextIfExists } from "../../../src/system/files.ts";

const ROUTE = "/usr/sbin/route";
const DEBCONF = "/usr/bin/debconf-set-selections";
const TRUST = "/usr/bin/update-ca-trust";

test("route rejects a host once", async () => {
  const { exec } = bootSimulatedLinux().system;
  const add = [ROUTE, "add", "-host", "192.0.2.1", "reject"];
  await exec.run(add);
  const again = await exec.run(add, { okExitCodes: "any" });
  expect([again.exitCode, again.stderr]).toEqual([7, "SIOCADDRT: File exists\n"]);
  expect((await exec.run([ROUTE, "del"], { okExitCodes: "any" })).exitCode).toBe(4);
});

test("each family has its own programs", () => {
  const debian = bootSimulatedLinux({ distro: "debian" }).system.fs;
  const rhel = bootSimulatedLinux({ distro: "rhel" }).system.fs;
  expect([exists(debian, DEBCONF), exists(debian, TRUST)]).toEqual([true, false]);
  expect([exists(rhel, DEBCONF), exists(rhel, TRUST)]).toEqual([false, true]);
});

test("update-ca-trust makes the bundle of the anchors", async () => {
  const { fs, exec } = bootSimulatedLinux({
    distro: "rhel",
    files: { "/etc/pki/ca-trust/source/anchors/a.crt": "A\n" },
  }).system;
  await exec.run([TRUST, "extract"]);
  expect(readTextIfExists(fs, "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem")).toBe("A\n");
  expect((await exec.run([TRUST, "x"], { okExitCodes: "any" })).exitCode).toBe(1);
});

test("debconf keeps answers for root alone, and shows a line that it cannot read", async () => {
  const { fs, exec } = bootSimulatedLinux().system;
  await exec.run([DEBCONF], { stdin: "a a/b string c\n" });
  expect(readTextIfExists(fs, "/var/cache/debconf/config.dat")).toBe("a a/b string c\n");
  expect(fs.stat("/var/cache/debconf/config.dat")?.mode).toBe(0o600);
  const { exitCode, stderr } = await exec.run([DEBCONF], { stdin: "a\n", okExitCodes: "any" });
  expect([exitCode, stderr]).toEqual([1, "error: Cannot parse line 1: 'a'\n"]);
});
