import { describe, expect, test } from "bun:test";
import { readText } from "../../../src/system/files.ts";
import type { FileSystem } from "../../../src/system/system.ts";
import { createLinuxScenario, type LinuxScenario } from "../../support/linux-boot.ts";
import { findMarked } from "../../support/marked-files.ts";
import { CLEAN } from "../../support/run-by-hand.ts";
import { seal } from "../../support/seal-scenario.ts";

const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const OLD_ID = "i-marked-old";
const MARKS = [OLD_ID, "MARKED-RUNCMD", "192.0.2.20", "192.0.2.53"];

const network = (address: string, dns: string): string =>
  JSON.stringify({
    links: [{ id: "tap0", type: "pvm_sea", ethernet_mac_address: "fa:16:3e:00:00:01", mtu: 1500 }],
    networks: [
      {
        id: "network0",
        link: "tap0",
        type: "ipv4",
        ip_address: address,
        netmask: "255.255.255.0",
        routes: [],
      },
    ],
    services: [{ type: "dns", address: dns }],
  });

/** The seed stands for the drive: it is what comes from outside. */
const isDrive = (path: string): boolean => path === SEED;

async function deployed(distro = "debian"): Promise<LinuxScenario> {
  const linux = createLinuxScenario({
    distro,
    files: {
      [`${SEED}/network_data.json`]: network("192.0.2.20", "192.0.2.53"),
      "/etc/udev/rules.d/70-persistent-net.rules": 'SUBSYSTEM=="net", NAME="eth0"\n',
      "/var/lib/systemd/random-seed": "seed",
      "/etc/resolv.conf": "nameserver 203.0.113.1\n",
    },
    userData: "#cloud-config\nmanage_etc_hosts: true\nruncmd: [echo MARKED-RUNCMD]\n",
  });
  expect((await linux.boot(OLD_ID)).codes).toEqual(CLEAN);
  linux.system.fs.write("/root/.bash_history", `# ${OLD_ID}\n`);
  linux.system.fs.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  return linux;
}

const namesIn = (fs: FileSystem, path: string): readonly string[] =>
  fs.stat(path) === undefined ? [] : fs.list(path);

describe("seal on Linux", () => {
  test.each(["debian", "rhel"])(
    "%s, then deployed as another instance: nothing of the old one is left",
    async (distro) => {
      const linux = await deployed(distro);
      const { fs } = linux.system;
      expect(findMarked(fs, MARKS, isDrive).length).toBeGreaterThan(5);
      const units = namesIn(fs, "/etc/systemd/network");
      expect(units.length).toBeGreaterThan(0);
      const sealed = await seal(linux.system);
      expect(sealed).toMatchObject({ stderr: "", exitCode: 0 });
      expect(sealed.stdout).toContain("/seed/config_drive stays: each clone takes its data");
      expect(findMarked(fs, MARKS, isDrive)).toEqual([]);
      expect(namesIn(fs, "/etc/systemd/network")).toEqual([]);
      expect(namesIn(fs, "/etc/udev/rules.d")).toEqual([]);
      expect(namesIn(fs, "/var/lib/systemd")).not.toContain("random-seed");
      expect(readText(fs, "/etc/machine-id")).toBe("uninitialized\n");
      expect(fs.stat("/etc/hostname")).toBeUndefined();
      expect(namesIn(fs, "/etc/ssh").filter((name) => name.startsWith("ssh_host_"))).toEqual([]);
      expect((await seal(linux.system, "--check")).exitCode).toBe(0);

      fs.write(`${SEED}/network_data.json`, network("198.51.100.7", "198.51.100.53"));
      linux.setUserData("#cloud-config\nruncmd: [echo new]\n");
      expect((await linux.boot("i-new")).codes).toEqual(CLEAN);
      expect(findMarked(fs, MARKS, isDrive)).toEqual([]);
      expect(readText(fs, "/var/lib/cloud/data/instance-id")).toBe("i-new\n");
      expect(linux.gaps).toEqual([]);
    },
  );

  test("a second time finds nothing to do", async () => {
    const linux = await deployed();
    await seal(linux.system);
    expect((await seal(linux.system)).stdout).toContain("Sealed already: there was nothing to do");
  });

  test("tells what is not ready, with nothing changed", async () => {
    const linux = await deployed();
    const { stdout, exitCode } = await seal(linux.system, "--check");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("machine-id: Reset /etc/machine-id\n");
    expect(stdout).toContain("network: Remove /etc/udev/rules.d/70-persistent-net.rules\n");
    expect(readText(linux.system.fs, "/etc/machine-id")).toBe("0123456789abcdef0123456789abcdef\n");
  });

  test("a host name that cloud-init did not set stays", async () => {
    const linux = await deployed();
    linux.system.fs.write("/etc/hostname", "golden\n");
    await seal(linux.system);
    expect(readText(linux.system.fs, "/etc/hostname")).toBe("golden\n");
  });

  test("a resolv.conf that is a link stays one", async () => {
    const linux = await deployed();
    const { fs } = linux.system;
    fs.write("/run/systemd/resolve/stub-resolv.conf", "nameserver 192.0.2.53\n");
    fs.remove("/etc/resolv.conf");
    fs.symlink("/run/systemd/resolve/stub-resolv.conf", "/etc/resolv.conf");
    await seal(linux.system);
    expect(fs.readLink("/etc/resolv.conf")).toBe("/run/systemd/resolve/stub-resolv.conf");
  });
});
