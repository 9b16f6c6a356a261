import { describe, expect, test } from "bun:test";
import { runCli } from "../../../src/cli/cli.ts";
import type { SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { System } from "../../../src/system/system.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { bootMachine, CLEAN } from "../../support/run-by-hand.ts";
import { textAt } from "../../support/sample-machine.ts";

const CLOUD = "/opt/freeware/var/lib/cloud";
const LOG = "/var/log/cloud-init.log";

async function clean(system: System, ...args: readonly string[]) {
  const out = { stdout: "", stderr: "" };
  const ctx = {
    sys: system,
    stdout: (text: string) => (out.stdout += text),
    stderr: (text: string) => (out.stderr += text),
    exitCode: 0,
  };
  await runCli("cloud-init", ["clean", ...args], ctx);
  return { ...out, exitCode: ctx.exitCode };
}

const has = (aix: SimulatedAix, path: string): boolean => aix.system.fs.stat(path) !== undefined;

describe("clean on AIX", () => {
  test("takes the state away and leaves logs, seed and the mapping of volume groups", async () => {
    const aix = await bootMachine();
    const { fs } = aix.system;
    fs.makeDirectory(`${CLOUD}/seed/nocloud`);
    fs.write(`${CLOUD}/seed/nocloud/meta-data`, "x");
    fs.write("/opt/freeware/etc/cloud/pvid_to_vg_mappings", "datavg 00fa00d6b552f41b\n");
    expect(await clean(aix.system)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    expect(fs.list(CLOUD)).toEqual(["seed"]);
    expect(fs.list("/run/cloud-init")).toEqual([]);
    expect(has(aix, LOG)).toBe(true);
    expect(has(aix, "/opt/freeware/etc/cloud/pvid_to_vg_mappings")).toBe(true);
    expect(await clean(aix.system)).toMatchObject({
      stderr: "Artifacts already cleaned.\n",
      exitCode: 0,
    });
    expect(await clean(aix.system, "--seed")).toMatchObject({ exitCode: 0 });
    expect(fs.list(CLOUD)).toEqual([]);
  });

  test("the next boot is a first one", async () => {
    const aix = await bootMachine();
    await clean(aix.system, "--logs");
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, LOG)).toContain("finish: init-network/config-users_groups: SUCCESS");
  });

  test("--logs takes logs, those that were rotated, and no device", async () => {
    const aix = await bootMachine();
    const { fs } = aix.system;
    fs.write(`${LOG}.1.gz`, "old");
    fs.write("/var/log/cloud-init-output.log", "out");
    fs.write("/var/log/other.log", "other");
    await clean(aix.system, "-l");
    expect(fs.list("/var/log").filter((name) => name.startsWith("cloud-init"))).toEqual([]);
    expect(has(aix, "/var/log/other.log")).toBe(true);
  });

  test("--configs takes what mounts wrote, and nobody else's", async () => {
    const aix = await bootMachine();
    const { fs } = aix.system;
    const before = textAt(aix, "/etc/filesystems");
    fs.write(
      "/etc/filesystems",
      `${before}\n* mine\n/data:\n\tdev\t\t= /dev/datalv\n\tvfs\t\t= jfs2\n\ttype\t\t= cloudconfig\n\n/own:\n\tdev\t\t= /dev/ownlv\n`,
    );
    fs.makeDirectory("/etc/ssh/sshd_config.d");
    fs.write("/etc/ssh/sshd_config.d/50-cloud-init.conf", "PasswordAuthentication no\n");
    expect((await clean(aix.system, "-c", "fstab", "ssh_config")).exitCode).toBe(0);
    expect(textAt(aix, "/etc/filesystems")).toBe(
      `${before}\n* mine\n/own:\n\tdev\t\t= /dev/ownlv\n`,
    );
    expect(fs.list("/etc/ssh/sshd_config.d")).toEqual([]);
  });

  test("what cannot be removed is told, and the rest is removed", async () => {
    const aix = await bootMachine();
    const { fs } = aix.system;
    const system: System = {
      ...aix.system,
      fs: Object.assign(Object.create(fs), {
        remove(path: string) {
          if (path.endsWith("/data")) {
            throw new Error("the device is busy");
          }
          fs.remove(path);
        },
      }),
    };
    const done = await clean(system);
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toBe(`Error:\nCould not remove ${CLOUD}/data: the device is busy\n`);
    expect(fs.list(CLOUD)).toEqual(["data", "seed"]);
  });

  test("only root may, and a word that is no kind is a wrong call", async () => {
    const aix = await bootMachine();
    const system = { ...aix.system, process: { ...aix.system.process, uid: 201 } };
    expect(await clean(system)).toMatchObject({
      exitCode: 1,
      stderr: "Error:\nCannot clean: only root may\n",
    });
    expect(has(aix, `${CLOUD}/instance`)).toBe(true);
    const wrong = await clean(aix.system, "--configs", "networks");
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('did you mean "network"?');
  });
});

describe("clean on Linux", () => {
  const FILES = {
    "/etc/os-release": "ID=debian\n",
    "/var/lib/cloud/data/status.json": "{}",
    "/etc/cloud/cloud.cfg": "output: {all: '| tee -a /var/log/own.log'}\n",
    "/var/log/own.log": "x",
    "/etc/fstab":
      "/dev/sda1 / ext4 defaults 0 1\n/dev/sdb /mnt auto defaults,comment=cloudconfig 0 2\n",
    "/etc/systemd/network/10-cloud-init-eth0.network": "[Match]\n",
    "/etc/systemd/network/50-own.network": "[Match]\n",
    "/usr/lib/systemd/system/x": "",
    "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
  };

  test("takes the configuration of ours, the machine-id and the logs that output names", async () => {
    const { system, commands } = createScriptedSystem({
      files: FILES,
      commands: { "/sbin/shutdown": "" },
    });
    const done = await clean(system, "-l", "-r", "--machine-id", "-c", "all");
    expect(done).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    const text = (path: string): string => new TextDecoder().decode(system.fs.readBytes(path));
    expect(text("/etc/fstab")).toBe("/dev/sda1 / ext4 defaults 0 1\n");
    expect(system.fs.list("/etc/systemd/network")).toEqual(["50-own.network"]);
    expect(text("/etc/machine-id")).toBe("uninitialized\n");
    expect(system.fs.stat("/var/log/own.log")).toBeUndefined();
    expect(commands.at(-1)).toEqual(["/sbin/shutdown", "-r", "now"]);
  });

  test("runs clean.d; what fails there is told, and keeps the machine from restarting", async () => {
    const { system, commands } = createScriptedSystem({
      files: {
        ...FILES,
        "/etc/cloud/clean.d/10-ok": "#!/bin/sh\n",
        "/etc/cloud/clean.d/20-bad": "#!/bin/sh\n",
        "/etc/cloud/clean.d/30-not": "",
      },
      commands: {
        "/etc/cloud/clean.d/10-ok": "",
        "/etc/cloud/clean.d/20-bad": { exitCode: 3 },
        "/sbin/shutdown": "",
      },
    });
    system.fs.setAttributes("/etc/cloud/clean.d/10-ok", { mode: 0o755 });
    system.fs.setAttributes("/etc/cloud/clean.d/20-bad", { mode: 0o755 });
    const done = await clean(system, "--reboot");
    expect(done.exitCode).toBe(1);
    expect(done.stderr).toBe(
      "Error:\nFailure during run-parts of /etc/cloud/clean.d: 20-bad: exit code 3\n",
    );
    expect(commands).toEqual([["/etc/cloud/clean.d/10-ok"], ["/etc/cloud/clean.d/20-bad"]]);
  });
});
