import { describe, expect, test } from "bun:test";
import { bootSimulatedLinux } from "../../../src/simulator/linux/simulated-linux.ts";
import { readText } from "../../../src/system/files.ts";

function boot() {
  const linux = bootSimulatedLinux({ disc: new Uint8Array([1, 2, 3]) });
  const { fs, exec } = linux.system;
  return {
    ...linux,
    fs,
    run: (...argv: readonly string[]) => exec.run(argv, { okExitCodes: "any" }),
    query: (...argv: readonly string[]) => exec.query(argv, { okExitCodes: "any" }),
    lineOf: (path: string, name: string) =>
      readText(fs, path)
        .split("\n")
        .find((line) => line.startsWith(`${name}:`)),
  };
}

describe("accounts", () => {
  test("useradd makes user, group, shadow line and home", async () => {
    const { run, lineOf, fs } = boot();
    const flags = [
      "--home-dir",
      "/home/app",
      "--create-home",
      "--user-group",
      "--shell",
      "/bin/sh",
    ];
    const result = await run("/usr/sbin/useradd", ...flags, "--groups", "sudo,adm", "app");
    expect(result).toMatchObject({ exitCode: 0, stderr: "" });
    expect(lineOf("/etc/passwd", "app")).toBe("app:x:1000:1000::/home/app:/bin/sh");
    expect(lineOf("/etc/group", "sudo")).toBe("sudo:x:27:app");
    expect(lineOf("/etc/shadow", "app")).toStartWith("app:!:");
    expect(fs.stat("/home/app")).toMatchObject({ kind: "directory", uid: 1000, gid: 1000 });
  });

  test("what the tools refuse is refused, with their exit codes", async () => {
    const { run } = boot();
    expect((await run("/usr/sbin/useradd", "root")).exitCode).toBe(9);
    expect((await run("/usr/sbin/useradd", "--groups", "nosuch", "app")).exitCode).toBe(6);
    expect((await run("/usr/sbin/useradd", "Bad Name")).exitCode).toBe(3);
    expect((await run("/usr/sbin/useradd", "--what", "app")).exitCode).toBe(2);
    expect((await run("/usr/sbin/groupadd", "sudo")).exitCode).toBe(9);
    expect((await run("/usr/sbin/usermod", "-a", "-G", "sudo", "nosuch")).exitCode).toBe(6);
    expect((await run("/usr/bin/passwd", "-u", "sshd")).exitCode).toBe(3);
  });

  test("groups gain members, passwords are set and locked", async () => {
    const { run, lineOf, system } = boot();
    await run("/usr/sbin/groupadd", "dba");
    await run("/usr/sbin/usermod", "-a", "-G", "dba", "root");
    expect(lineOf("/etc/group", "dba")).toBe("dba:x:1000:root");
    await system.exec.run(["/usr/sbin/chpasswd"], { stdin: "root:secret\n" });
    expect(lineOf("/etc/shadow", "root")).toStartWith("root:$y$");
    expect(lineOf("/etc/shadow", "root")).not.toContain("secret");
    await run("/usr/bin/passwd", "-l", "root");
    expect(lineOf("/etc/shadow", "root")).toStartWith("root:!$y$");
    await run("/usr/sbin/usermod", "--expiredate", "1", "root");
    expect(lineOf("/etc/shadow", "root")?.split(":")[7]).toBe("1");
  });

  test("getent finds what is in the tables", async () => {
    const { query } = boot();
    expect((await query("/usr/bin/getent", "passwd", "root")).stdout).toStartWith("root:x:0:0:");
    expect((await query("/usr/bin/getent", "group", "nosuch")).exitCode).toBe(2);
  });
});

describe("the machine", () => {
  test("hostname is set and shown", async () => {
    const { run, query } = boot();
    await run("/usr/bin/hostname", "vm1");
    expect((await query("/usr/bin/hostname")).stdout).toBe("vm1\n");
  });

  test("services that there are can be restarted, others not", async () => {
    const { run, query } = boot();
    const shown = await query("/usr/bin/systemctl", "show", "ssh.service", "no.service");
    expect(shown.stdout).toContain("Id=ssh.service\nLoadState=loaded\n");
    expect(shown.stdout).toContain("Id=no.service\nLoadState=not-found\n");
    expect((await run("/usr/bin/systemctl", "--no-block", "restart", "ssh.service")).exitCode).toBe(
      0,
    );
    expect((await run("/usr/bin/systemctl", "restart", "no.service")).exitCode).toBe(5);
  });

  test("update-ca-certificates makes the bundle of local certificates, and knows no words", async () => {
    const { run, fs } = boot();
    fs.write("/usr/local/share/ca-certificates/a.crt", "A\n");
    fs.write("/usr/local/share/ca-certificates/README", "not one\n");
    expect((await run("/usr/sbin/update-ca-certificates")).stdout).toStartWith("1 added");
    expect(readText(fs, "/etc/ssl/certs/ca-certificates.crt")).toBe("A\n");
    expect((await run("/usr/sbin/update-ca-certificates", "now")).exitCode).toBe(1);
  });

  test("visudo refuses what is no rule", async () => {
    const { system } = boot();
    const check = (stdin: string) =>
      system.exec.query(["/usr/sbin/visudo", "-c", "-f", "-"], { stdin, okExitCodes: "any" });
    expect((await check("# x\napp ALL=(ALL) NOPASSWD:ALL\n")).exitCode).toBe(0);
    expect((await check("app everything\n")).exitCode).toBe(1);
  });

  test("ssh-keygen makes a pair, and never in the place of another", async () => {
    const { run, fs } = boot();
    const argv = ["/usr/bin/ssh-keygen", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/key"] as const;
    expect((await run(...argv)).exitCode).toBe(0);
    expect(fs.stat("/etc/ssh/key")?.mode).toBe(0o600);
    expect(readText(fs, "/etc/ssh/key.pub")).toStartWith("ssh-ed25519 ");
    expect((await run(...argv)).exitCode).toBe(1);
  });

  test("its disc is in /dev/sr0", () => {
    const { fs } = boot();
    const file = fs.open("/dev/sr0");
    expect(file.read(1, 10)).toEqual(new Uint8Array([2, 3]));
    file.close();
  });

  test("unknown commands are gaps, and so is a query that changes something", async () => {
    const { run, query, gaps } = boot();
    expect((await run("/usr/bin/nosuch")).exitCode).toBe(127);
    await expect(query("/usr/sbin/groupadd", "x")).rejects.toThrow("use exec.run");
    expect(gaps).toHaveLength(2);
  });
});

test("shutdown takes what power_state gives it and nothing else", async () => {
  const { exec } = bootSimulatedLinux().system;
  const run = async (...args: readonly string[]): Promise<number> =>
    (await exec.run(["/sbin/shutdown", ...args], { okExitCodes: "any" })).exitCode;
  expect(await run("-r", "+3", "Back soon")).toBe(0);
  expect(await run("-P", "now")).toBe(0);
  expect(await run("--nonsense")).toBe(1);
});
