// A new data disk of a Linux becomes partitions, file systems and mounts, over its first boot, a later
// one and a new deploy.
import { describe, expect, test } from "bun:test";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { listDevices } from "../../src/simulator/linux/block-devices.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import { readText } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const GIB = 2 ** 30;
const SETTINGS = {
  device_aliases: { data: "/dev/sdb" },
  disk_setup: { data: { table_type: "gpt", layout: [50, 50] } },
  fs_setup: [
    { label: "data", filesystem: "ext4", device: "data.1" },
    { label: "logs", filesystem: "xfs", device: "/dev/sdb", partition: 2 },
  ],
  mounts: [["/dev/sdb1", "/data"]],
};
const CHANGES = /\/(?:sfdisk|wipefs|mkfs\.\w+|mkswap)(?: |$)/u;

const metaData = (uuid: string): string => JSON.stringify({ uuid, hostname: "vm1.example.com" });

function createMachine(distro: string) {
  const config = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const linux = bootSimulatedLinux({
    distro,
    storage: { disks: [{ name: "sdb", sizeBytes: 8 * GIB }] },
    files: {
      ...Object.fromEntries(config),
      [`${SEED}/meta_data.json`]: metaData("i-1"),
      [`${SEED}/user_data`]: `#cloud-config\n${JSON.stringify(SETTINGS)}\n`,
    },
  });
  const ran: string[] = [];
  const { exec } = linux.system;
  const system: System = {
    ...linux.system,
    exec: {
      ...exec,
      run: (argv, options) => {
        ran.push(argv.join(" "));
        return exec.run(argv, options);
      },
    },
  };
  const boot = async () => {
    const mark = ran.length;
    const codes = await runBoot({ system });
    expect(linux.gaps).toEqual([]);
    return { codes, ran: ran.slice(mark).filter((line) => CHANGES.test(line)) };
  };
  return { ...linux, system, boot };
}

describe.each(["debian", "rhel"])("a new data disk on %s", (distro) => {
  test("is partitioned, formatted and mounted once; later boots and deploys leave it", async () => {
    const { boot, system, storage } = createMachine(distro);
    expect(await boot()).toEqual({
      codes: CLEAN,
      ran: [
        "/usr/sbin/sfdisk /dev/sdb",
        "/usr/sbin/mkfs.ext4 -L data /dev/sdb1",
        "/usr/sbin/mkfs.xfs -L logs /dev/sdb2",
      ],
    });
    expect(storage.mounts.find(({ source }) => source === "/dev/sdb1")?.target).toBe("/data");
    expect(readText(system.fs, "/etc/fstab")).toContain("/dev/sdb1\t/data");
    const devices = structuredClone(listDevices(storage));
    system.fs.remove("/run/cloud-init");
    expect(await boot()).toEqual({ codes: CLEAN, ran: [] });
    system.fs.write(`${SEED}/meta_data.json`, metaData("i-2"));
    system.fs.remove("/run/cloud-init");
    expect(await boot()).toEqual({ codes: CLEAN, ran: [] });
    expect(listDevices(storage)).toEqual(devices);
  });
});
