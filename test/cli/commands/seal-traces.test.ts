// What the instance left outside of its state: scripts among those of the image, logins, tables of the system.
import { describe, expect, test } from "bun:test";
import { readTextIfExists } from "../../../src/system/files.ts";
import type { FileSystem } from "../../../src/system/system.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { createLinuxScenario, type LinuxScenario } from "../../support/linux-boot.ts";
import { bootMachine, CLEAN } from "../../support/run-by-hand.ts";
import { CLOUD_DIR, createMachine, sampleDrive, textAt } from "../../support/sample-machine.ts";
import { deployed, OLD_USER_DATA, oldDrive, seal } from "../../support/seal-scenario.ts";

const RESOLV_CONF = "/etc/resolv.conf";
const COPY = `${RESOLV_CONF}.cloud-init.orig`;
const PER_BOOT = `${CLOUD_DIR}/scripts/per-boot`;

describe("scripts of user-data beside those of the image", () => {
  test("are told and removed; one that the image has already stays", async () => {
    const aix = createMachine({ drive: oldDrive(OLD_USER_DATA) });
    const { fs } = aix.system;
    fs.write(`${PER_BOOT}/per-boot-marked.sh`, "#!/bin/sh\necho MARKED-SCRIPT", { mode: 0o755 });
    fs.write(`${PER_BOOT.replace("boot", "once")}/per-once-marked.sh`, "#!/bin/sh\nother\n");
    expect(await runBoot(aix)).toEqual(CLEAN);
    const check = await seal(aix.system, "--check");
    expect(check.stdout).toContain(
      `user-scripts: Remove ${CLOUD_DIR}/scripts/per-instance/per-instance-marked.sh\n`,
    );
    const { stdout } = await seal(aix.system);
    expect(stdout).toContain(`${PER_BOOT}/per-boot-marked.sh stays: each clone runs it`);
    expect(["boot", "instance", "once"].map((when) => scriptsOf(fs, when))).toEqual([
      ["per-boot-marked.sh"],
      [],
      [],
    ]);
  });

  test("while one cannot be removed, the list of them is kept", async () => {
    const aix = await deployed();
    const { fs } = aix.system;
    const failing: FileSystem = {
      ...fs,
      remove(path) {
        if (path.startsWith(PER_BOOT)) {
          throw new Error("the device is busy");
        }
        fs.remove(path);
      },
    };
    const { stdout, exitCode } = await seal({ ...aix.system, fs: failing });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("instance-data: left out\n");
    expect((await seal(aix.system)).exitCode).toBe(0);
    expect(scriptsOf(fs, "boot")).toEqual([]);
  });
});

function scriptsOf(fs: FileSystem, when: string): readonly string[] {
  return fs.list(`${CLOUD_DIR}/scripts/per-${when}`);
}

describe("resolv.conf", () => {
  test("that had the same text before cloud-init came stays, and is told", async () => {
    const wanted = textAt(await bootMachine(), RESOLV_CONF);
    const aix = createMachine({ drive: sampleDrive(), files: { [RESOLV_CONF]: wanted } });
    expect(await runBoot(aix)).toEqual(CLEAN);
    const { stdout } = await seal(aix.system);
    expect(textAt(aix, RESOLV_CONF)).toBe(wanted);
    expect(stdout).toContain(`${RESOLV_CONF} names the DNS servers of this instance and stays`);
  });

  test("that names the instance's servers but was edited since is not overwritten by the original", async () => {
    const aix = await bootMachine({ files: { [RESOLV_CONF]: "nameserver 203.0.113.1\n" } });
    const edited = `${textAt(aix, RESOLV_CONF)}options timeout:1\n`;
    aix.system.fs.write(RESOLV_CONF, edited);
    const { stdout } = await seal(aix.system);
    expect(textAt(aix, RESOLV_CONF)).toBe(edited);
    expect(stdout).toContain(`the original is in ${COPY}`);
  });

  test("that cloud-init made and made anew goes, with the copy of its own first text", async () => {
    const aix = createMachine({ drive: oldDrive() });
    aix.system.fs.remove(RESOLV_CONF);
    expect(await runBoot(aix)).toEqual(CLEAN);
    aix.media.set("cd0", sampleDrive());
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, COPY)).toContain("192.0.2.53");
    await seal(aix.system);
    expect(aix.system.fs.list("/etc").filter((name) => name.startsWith("resolv.conf"))).toEqual([]);
  });

  test("of the image builder on Linux, where cloud-init writes none, stays", async () => {
    const text = "# of the builder\nnameserver 192.0.2.53\n";
    const linux = await deployedLinux("#cloud-config\n{}\n", { [RESOLV_CONF]: text });
    await seal(linux.system);
    expect(readTextIfExists(linux.system.fs, RESOLV_CONF)).toBe(text);
  });

  test("of the module resolv_conf goes", async () => {
    const userData =
      "#cloud-config\ncloud_config_modules: [resolv_conf]\nmanage_resolv_conf: true\nresolv_conf: {nameservers: [192.0.2.54]}\n";
    const linux = await deployedLinux(userData, { [RESOLV_CONF]: "nameserver 203.0.113.1\n" });
    expect(readTextIfExists(linux.system.fs, RESOLV_CONF)).toContain("192.0.2.54");
    await seal(linux.system);
    expect(readTextIfExists(linux.system.fs, RESOLV_CONF)).toBe("nameserver 203.0.113.1\n");
  });
});

const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const LINUX_NETWORK = JSON.stringify({
  links: [{ id: "tap0", type: "phy", ethernet_mac_address: "fa:16:3e:00:00:01" }],
  networks: [{ link: "tap0", type: "ipv4", ip_address: "192.0.2.20", netmask: "255.255.255.0" }],
  services: [{ type: "dns", address: "192.0.2.53" }],
});

async function deployedLinux(
  userData: string,
  files: Readonly<Record<string, string>> = {},
): Promise<LinuxScenario> {
  const linux = createLinuxScenario({
    distro: "debian",
    files: { [`${SEED}/network_data.json`]: LINUX_NETWORK, ...files },
    userData,
  });
  expect((await linux.boot("i-old")).codes).toEqual(CLEAN);
  return linux;
}

describe("logins and boot hazards", () => {
  const USER_DATA =
    "#cloud-config\nssh_pwauth: true\nusers: [{name: oldops, plain_text_passwd: Geheim-99, lock_passwd: false}]\n";

  test("on AIX: passwords and sshd's option are told, the file systems of cloud-init go", async () => {
    const aix = await bootMachine({
      drive: oldDrive(USER_DATA),
      files: { "/etc/ssh/sshd_config": "PasswordAuthentication no\n" },
    });
    const { fs } = aix.system;
    const before = textAt(aix, "/etc/filesystems");
    fs.write("/etc/filesystems", `${before}\n/old:\n\tdev = /dev/oldlv\n\ttype = cloudconfig\n`);
    fs.write("/etc/ssh/sshd_config.d/50-cloud-init.conf", "PermitRootLogin yes\n");
    const { stdout, exitCode } = await seal(aix.system);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      '/etc/ssh/sshd_config says "PasswordAuthentication yes", which ssh_pwauth of this instance may have set',
    );
    expect(stdout).toContain(
      '"oldops", whom the data of this instance name, has a password, which opens each clone\n',
    );
    expect(stdout).not.toContain('"daemon"');
    expect(stdout).toContain("Take the entries of cloud-init out of /etc/filesystems\n");
    expect(textAt(aix, "/etc/filesystems").trimEnd()).toBe(before.trimEnd());
    expect(fs.list("/etc/ssh/sshd_config.d")).toEqual([]);
  });

  test("on Linux: the same, in fstab and sshd_config.d", async () => {
    const linux = await deployedLinux(
      `${USER_DATA}mounts: [["192.0.2.10:/export", /import, nfs, "ro,noauto"]]\n`,
      {
        "/etc/ssh/sshd_config":
          "Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n",
      },
    );
    const { fs } = linux.system;
    expect(readTextIfExists(fs, "/etc/fstab")).toContain("comment=cloudconfig");
    const check = await seal(linux.system, "--check");
    expect(check.stdout).toContain("Take the entries of cloud-init out of /etc/fstab\n");
    const { stdout } = await seal(linux.system);
    expect(stdout).toContain('"oldops", whom the data of this instance name, has a password');
    expect(readTextIfExists(fs, "/etc/fstab")).not.toContain("/import");
    expect(fs.list("/etc/ssh/sshd_config.d")).toEqual([]);
    expect(readTextIfExists(fs, "/etc/ssh/sshd_config")).toContain("PasswordAuthentication no");
    expect((await seal(linux.system, "--check")).exitCode).toBe(0);
  });
});
