import { describe, expect, test } from "bun:test";
import { runBoot } from "../../support/boot-scenario.ts";
import { edit, NETWORK_CONFIG, PLAIN_DRIVE } from "../../support/doctor-illness.ts";
import { doctor, installedAix, PROGRAM, runProgram } from "../../support/doctor-machine.ts";
import { buildDrive, DRIVE_ID } from "../../support/sample-machine.ts";

const RC2 = "/etc/rc.d/rc2.d";

describe("a machine with nothing wrong", () => {
  test("an image before its first boot: exit code 0, no findings, nothing changed", async () => {
    const aix = await installedAix();
    aix.changes.length = 0;
    const told = await doctor(aix.system);
    expect(told.findings).toEqual([]);
    expect(told).toMatchObject({ exit_code: 0, result: "ok", schema: 1 });
    expect(told.facts).toMatchObject({
      instance: "none yet",
      datasource_list: "ConfigDrive",
      "optical drives": "cd0",
      "RSCT level": "3.3.2.0",
      sys0: "clouddev=1 ghostdev=0",
    });
    expect(aix.changes).toEqual([]);
    expect(aix.gaps).toEqual([]);
  });

  test("after its first boot, its drive attached, as text", async () => {
    const aix = await installedAix({ drive: PLAIN_DRIVE });
    await runBoot(aix);
    aix.changes.length = 0;
    const said = await runProgram(aix.system, ["doctor"]);
    expect(said).toEqual({
      exitCode: 0,
      stdout: "26 checks, nothing found: ready for the next boot\n",
      stderr: "",
    });
    expect((await doctor(aix.system)).facts).toMatchObject({
      instance: DRIVE_ID,
      "config drive": `cd0, of instance ${DRIVE_ID}`,
      "host keys": "ecdsa, ed25519, rsa",
    });
    expect(aix.changes).toEqual([]);
    expect(aix.gaps).toEqual([]);
  });

  test("a guest of Power Virtual Server with its interface for the metadata service", async () => {
    const aix = await installedAix({ drive: PLAIN_DRIVE });
    await runBoot(aix);
    edit(aix, NETWORK_CONFIG, "192.0.2.20", "169.254.169.253");
    const set = "-l en0 -a netaddr=169.254.169.253 -a netmask=255.255.0.0 -a state=up";
    await aix.system.exec.run(["/usr/sbin/chdev", ...set.split(" ")]);
    const { facts, findings } = await doctor(aix.system);
    expect(facts).toMatchObject({ "metadata service": "169.254.169.253 on en0" });
    expect(findings).toEqual([]);
  });

  test("where clouddev is cleared after each deploy, that it is 0 is as it should be", async () => {
    const userData = "#cloud-config\naix: {clouddev_after_deploy: clear}\n";
    const aix = await installedAix({ drive: buildDrive({ userData }) });
    await runBoot(aix);
    const { facts, findings } = await doctor(aix.system);
    expect(facts).toMatchObject({ sys0: "clouddev=0 ghostdev=0" });
    expect(findings).toEqual([]);
  });
});

describe("an ordinary user", () => {
  test("gets what can be told, and why the rest cannot", async () => {
    const aix = await installedAix({ drive: PLAIN_DRIVE });
    await runBoot(aix);
    const sys = { ...aix.system, process: { ...aix.system.process, uid: 1000 } };
    const told = await doctor(sys);
    expect(told.exit_code).toBe(0);
    expect(told.left_out.map(({ check }) => check)).toEqual([
      "config-drive",
      "secrets",
      "optical-drive",
      "sshd",
    ]);
    expect(told.left_out[3]?.why).toBe("only root can tell: sshd reads its host keys for the test");
    const { stdout } = await runProgram(sys, ["doctor"]);
    expect(stdout).toContain("not checked sshd: only root can tell: ");
    expect(stdout).toEndWith("22 checks, nothing found: ready for the next boot\n");
  });
});

describe("the answer", () => {
  test("for people: errors first, each with its reason and the command that mends it", async () => {
    const aix = await installedAix();
    aix.system.fs.setAttributes("/etc/resolv.conf", { mode: 0o600 });
    aix.system.fs.remove(`${RC2}/S02cloud-init`);
    aix.system.fs.write("/etc/hosts", "");
    const { stdout, exitCode } = await runProgram(aix.system, ["doctor"]);
    expect(exitCode).toBe(2);
    expect(stdout.split("\n")).toEqual([
      `error installed-files: Missing: "${RC2}/S02cloud-init"`,
      "  why: the stages that need it do not run at boot",
      `  fix: ${PROGRAM} install`,
      "",
      'warning hosts: "/etc/hosts" has no address for "localhost"',
      "  why: programs that talk to their own machine ask a name server for it, and wait",
      "  fix: echo '127.0.0.1 loopback localhost' >> /etc/hosts",
      "",
      'warning resolver: "/etc/resolv.conf" has mode 0600',
      "  why: only root can look up names; users and daemons cannot",
      "  fix: chmod 644 /etc/resolv.conf",
      "",
      "not checked sshd: sshd cannot test its configuration while there are no host keys; the next boot makes them",
      "",
      "26 checks: 1 error, 2 warnings",
      "",
    ]);
  });

  test("its commands mend the machine", async () => {
    const aix = await installedAix();
    aix.system.fs.remove(`${RC2}/S02cloud-init`);
    aix.system.fs.remove("/etc/rc.d/init.d/cloud-final");
    expect((await doctor(aix.system)).exit_code).toBe(2);
    await runProgram(aix.system, ["install"]);
    expect((await doctor(aix.system)).exit_code).toBe(0);
  });

  test("does not come late: a database that stays locked is given up", async () => {
    const aix = await installedAix();
    aix.machine.faults.odmLockCalls = 1_000;
    const before = aix.system.clock.monotonicMs();
    const told = await doctor(aix.system);
    expect(told.findings.map(({ check }) => check)).toContain("clean-devices");
    expect(aix.system.clock.monotonicMs() - before).toBeLessThan(60_000);
  });
});
