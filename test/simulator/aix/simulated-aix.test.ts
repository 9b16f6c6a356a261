import { describe, expect, test } from "bun:test";
import { exportMachine, importMachine } from "../../../src/simulator/aix/machine.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { readText } from "../../../src/system/files.ts";
import { bootAixShell } from "./aix-shell.ts";

describe("the first boot", () => {
  test("of a deployed image has a cleared ODM, later ones have not", async () => {
    const aix = bootAixShell({ firstBoot: "clouddev" });
    expect(await aix.text("/usr/bin/hostname")).toBe("localhost\n");
    expect(await aix.text("/usr/sbin/lsdev -Cc if -F name:status")).toBe(
      "lo0:Available\nen0:Defined\net0:Defined\n",
    );
    expect(aix.machine.routes).toEqual([]);
    expect(aix.machine.nvram).toEqual({ "ibm,aix-clearODMdata": "false" });
    await aix.run("/usr/sbin/chdev -l inet0 -a hostname=vm1");
    aix.reboot();
    expect(await aix.text("/usr/bin/hostname")).toBe("vm1\n");
  });

  test("is cleared by ghostdev on a level without clouddev", async () => {
    const aix = bootAixShell({ faults: { missingSysAttributes: ["clouddev"] } });
    expect(await aix.text("/usr/bin/hostname")).toBe("localhost\n");
    await aix.run("/usr/sbin/chdev -l inet0 -a hostname=vm1");
    aix.reboot();
    expect(await aix.text("/usr/bin/hostname")).toBe("vm1\n");
  });

  test("of a captured image without it still has the old address, route and name", async () => {
    const aix = bootAixShell({ firstBoot: "captured", hostname: "old1" });
    expect(await aix.text("/usr/bin/hostname")).toBe("old1\n");
    expect(aix.machine.interfaces[0]?.addresses[0]?.address).toBe("192.0.2.50");
    expect(await aix.text("/usr/bin/netstat -rn")).toContain("default            192.0.2.1");
  });

  test("keeps the interface that only RMC uses", async () => {
    const adapters = [
      { name: "ent0", mac: "fa:16:3e:00:00:01", interface: "en0" },
      { name: "ent1", mac: "fa:16:3e:00:00:02" },
    ];
    for (const firstBoot of ["clouddev", "captured"] as const) {
      const aix = bootAixShell({ adapters, firstBoot, faults: { linkLocalOnly: true } });
      expect(await aix.text("/usr/sbin/ifconfig en1")).toContain(
        "inet6 fe80::80de:eff:fe65:c1a/64",
      );
    }
  });

  test("an adapter and an interface that do not belong together are a mistake of the test", () => {
    expect(() =>
      bootSimulatedAix({
        adapters: [{ name: "ent0", mac: "fa:16:3e:00:00:01", interface: "en1" }],
      }),
    ).toThrow(TypeError);
  });

  test("IPv6 of the ODM may be lost at boot", async () => {
    const aix = bootAixShell({ firstBoot: "captured", faults: { ipv6LostAtBoot: true } });
    await aix.run("/usr/sbin/chdev -l en0 -a netaddr6=2001:db8::9 -a prefixlen=64");
    expect(await aix.text("/usr/sbin/ifconfig en0")).toContain("2001:db8::9");
    aix.reboot();
    expect(await aix.text("/usr/sbin/ifconfig en0")).not.toContain("2001:db8::9");
  });
});

describe("the system", () => {
  test("refuses a query that would change something, and notes it", async () => {
    const aix = bootSimulatedAix();
    const query = aix.system.exec.query(["/usr/sbin/chdev", "-l", "en0", "-a", "state=up"], {
      okExitCodes: "any",
    });
    await expect(query).rejects.toThrow("exec.query");
    expect(aix.gaps).toHaveLength(1);
    expect(aix.machine.attributes.some(({ attribute }) => attribute === "state")).toBe(false);
  });

  test("notes a command that nobody simulates, which ends with 127", async () => {
    const aix = bootSimulatedAix();
    const result = await aix.system.exec.run(["/usr/sbin/frobnicate", "-x"], {
      okExitCodes: "any",
    });
    expect(result.exitCode).toBe(127);
    expect(aix.gaps).toEqual(["/usr/sbin/frobnicate -x"]);
    await expect(aix.system.exec.query(["lsattr", "-El", "en0"])).rejects.toThrow("was not found");
  });

  test("records code of the user's and lets the test say how it ends", async () => {
    const aix = bootSimulatedAix({
      userCode: (argv) =>
        argv.includes("/bad") ? { exitCode: 3, stderr: "no\n" } : { stdout: "yes\n" },
    });
    const { exec } = aix.system;
    const good = await exec.run(["/bin/sh", "/good"], { owner: "user", output: "inherit" });
    expect(good).toMatchObject({ exitCode: 0, stdout: "" });
    expect(aix.output.stdout).toBe("yes\n");
    await expect(exec.run(["/bin/sh", "/bad"], { owner: "user" })).rejects.toThrow("exit code 3");
    await expect(exec.query(["/bin/sh", "/good"], { owner: "user" })).rejects.toThrow("exec.query");
    expect(
      aix.changes.filter((change) => change.kind === "command" && change.owner === "user"),
    ).toHaveLength(2);
  });

  test("lists the agent's changes, and not what the commands do to files", async () => {
    const aix = bootAixShell();
    aix.system.fs.write("/etc/motd", "hello\n");
    await aix.run("/usr/bin/mkuser alice");
    await aix.system.exec.query(["/usr/sbin/lsuser", "-a", "id", "alice"]);
    expect(aix.changes.map(({ kind }) => kind)).toEqual(["write", "command"]);
    expect(aix.commands).toHaveLength(2);
  });

  test("owners are names of this machine", () => {
    const { fs } = bootSimulatedAix().system;
    fs.write("/etc/motd", "x", { owner: "root:system", mode: 0o600 });
    expect(fs.stat("/etc/motd")).toMatchObject({ uid: 0, gid: 0, mode: 0o600 });
    expect(() => fs.write("/etc/motd", "x", { owner: "root:wheel" })).toThrow("wheel");
  });

  test("has the files of the base system, and those of the seed over them", () => {
    const { fs } = bootSimulatedAix({
      files: { "/etc/hosts": "mine\n", "/a/b": new Uint8Array([1]) },
    }).system;
    expect(readText(fs, "/etc/hosts")).toBe("mine\n");
    expect(fs.readBytes("/a/b")).toEqual(new Uint8Array([1]));
    expect(fs.stat("/etc/security/passwd")?.mode).toBe(0o600);
    expect(fs.stat("/bin/ksh")?.mode).toBe(0o555);
    expect(fs.stat("/usr/bin/bash")).toBeUndefined();
    expect(readText(fs, "/etc/rc.tcpip")).toContain(`\n#start /usr/sbin/autoconf6 "" \n`);
  });

  test("output follows its redirection into files", async () => {
    const aix = bootSimulatedAix();
    const { output, fs } = aix.system;
    output.write("stdout", "before\n");
    await output.redirect({ stdout: { kind: "tee", path: "/var/log/out" }, stderr: "&1" });
    const mark = output.mark();
    output.write("stdout", "one\n");
    output.write("stderr", "two\n");
    expect(readText(fs, "/var/log/out")).toBe("one\ntwo\n");
    expect(aix.output.stdout).toBe("before\none\n");
    expect(output.tailSince(mark, 1)).toBe("two");
    await output.redirect({ stdout: { kind: "truncate", path: "/var/log/out" } });
    output.write("stdout", "three\n");
    expect(readText(fs, "/var/log/out")).toBe("three\n");
    expect(fs.stat("/var/log/out")?.mode).toBe(0o640);
  });
});

describe("the machine", () => {
  test("is the same after it went through JSON", async () => {
    const aix = bootAixShell({ firstBoot: "captured", faults: { linkLocalOnly: true } });
    await aix.run("/usr/bin/stopsrc -s xntpd");
    expect(importMachine(exportMachine(aix.machine))).toEqual(aix.machine);
    expect(() => importMachine("{}")).toThrow(SyntaxError);
    expect(() => importMachine("x")).toThrow(SyntaxError);
  });

  test("loses mounts and what only the kernel knew at a reboot, and keeps its files", async () => {
    const aix = bootAixShell({ firstBoot: "captured" });
    aix.system.fs.write("/etc/motd", "kept\n");
    await aix.run("/usr/sbin/route add -net 198.51.100.0 192.0.2.9");
    await aix.run("/usr/sbin/shutdown -Fr");
    const before = aix.machine.bootTimeMs;
    aix.reboot();
    expect(aix.machine.routes).toHaveLength(1);
    expect(aix.machine.shutdown).toBeUndefined();
    expect(aix.machine.bootTimeMs).toBeGreaterThan(before);
    expect(readText(aix.system.fs, "/etc/motd")).toBe("kept\n");
  });
});
