// File systems and swap of a Linux over its first boot, later boots and a new deploy.
import { describe, expect, test } from "bun:test";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import type { SeedLinuxStorage } from "../../src/simulator/linux/storage.ts";
import { exists, readText } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const GIB = 2 ** 30;
const OPTIONS = "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev";
const STORAGE: SeedLinuxStorage = {
  disks: [
    { name: "vdb", sizeBytes: 4 * GIB, content: { type: "ext4", data: "held data" } },
    {
      name: "vdc",
      sizeBytes: 2 * GIB,
      partitions: [{ sizeBytes: GIB, content: { type: "xfs", label: "logs" } }],
    },
  ],
  nfsExports: ["192.0.2.10:/export"],
};
const CHANGING = /^\/usr\/s?bin\/(?:mount|swapon|mkswap|fallocate|dd|chattr)|daemon-reload/u;

const metaData = (uuid: string): string => JSON.stringify({ uuid, hostname: "vm1.example.com" });

function createMachine(distro: string, settings: unknown, storage = STORAGE) {
  const config = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const linux = bootSimulatedLinux({
    distro,
    storage,
    files: {
      ...Object.fromEntries(config),
      "/proc/meminfo": "MemTotal:        2097152 kB\n",
      [`${SEED}/meta_data.json`]: metaData("i-1"),
      [`${SEED}/user_data`]: `#cloud-config\n${JSON.stringify(settings)}\n`,
    },
  });
  const commands: string[] = [];
  const { exec } = linux.system;
  const system: System = {
    ...linux.system,
    exec: {
      ...exec,
      run: (argv, options) => {
        commands.push(argv.join(" "));
        return exec.run(argv, options);
      },
    },
  };
  return {
    ...linux,
    system,
    /** The stages' exit codes, and what changed mounts and swap. */
    async boot(uuid = "i-1") {
      commands.length = 0;
      system.fs.remove("/run/cloud-init");
      system.fs.write(`${SEED}/meta_data.json`, metaData(uuid));
      const codes = await runBoot({ ...linux, system });
      expect(linux.gaps).toEqual([]);
      return { codes, ran: commands.filter((line) => CHANGING.test(line)) };
    },
    fstab: () => readText(system.fs, "/etc/fstab"),
    mounted: () => linux.storage.mounts.map(({ source, target }) => `${source} ${target}`),
  };
}

describe("file systems and swap on Linux", () => {
  for (const distro of ["debian", "rhel"]) {
    test(`of ${distro} are mounted at the first boot; later boots and a new deploy find them so`, async () => {
      const linux = createMachine(distro, {
        mounts: [
          ["vdb", "/data"],
          ["LABEL=logs", "/var/log/my app", "xfs", "noatime,nofail", 0, 0],
          ["192.0.2.10:/export", "/import", "nfs", "ro,nofail"],
          ["tmpfs", "/scratch", "tmpfs", "size=10m", "0", "0"],
          ["ephemeral0", "/mnt"],
        ],
        swap: { filename: "/swap.img", size: "64M" },
      });
      const image = linux.fstab();
      expect(await linux.boot()).toEqual({
        codes: CLEAN,
        ran: [
          `/usr/bin/fallocate -l ${64 * 2 ** 20} /swap.img`,
          "/usr/sbin/mkswap /swap.img",
          "/usr/sbin/swapon /swap.img",
          "/usr/bin/systemctl daemon-reload",
          "/usr/bin/mount -a",
        ],
      });
      expect(linux.fstab()).toBe(
        [
          `${image}/dev/vdb\t/data\tauto\t${OPTIONS},comment=cloudconfig\t0\t2`,
          "LABEL=logs\t/var/log/my\\040app\txfs\tnoatime,nofail,comment=cloudconfig\t0\t0",
          "192.0.2.10:/export\t/import\tnfs\tro,nofail,comment=cloudconfig\t0\t2",
          "tmpfs\t/scratch\ttmpfs\tsize=10m,comment=cloudconfig\t0\t0",
          "/swap.img\tnone\tswap\tsw,comment=cloudconfig\t0\t0\n",
        ].join("\n"),
      );
      expect(linux.mounted()).toEqual(
        expect.arrayContaining(["/dev/vdb /data", "/dev/vdc1 /var/log/my app", "tmpfs /scratch"]),
      );
      expect(linux.storage.swaps.map(({ path }) => path)).toEqual(["/swap.img"]);
      expect(linux.system.fs.stat("/swap.img")?.mode).toBe(0o600);

      const table = linux.fstab();
      for (const uuid of ["i-1", "i-2"]) {
        expect(await linux.boot(uuid)).toEqual({ codes: CLEAN, ran: [] });
        expect(linux.fstab()).toBe(table);
      }
    });
  }

  test("what is wrong is left out, nothing is half-made, and the rest is done", async () => {
    const linux = createMachine("debian", {
      mounts: [
        ["vdb", "/etc/passwd"],
        ["vdb", "data"],
        ["vdb", "/"],
        ["vdb", "/a\n/dev/sda1 /b"],
        "text",
        ["vdc", "/data"],
      ],
      swap: { size: "10T" },
    });
    const image = linux.fstab();
    const { codes, ran } = await linux.boot();
    expect(codes).toEqual({ ...CLEAN, init: 6 });
    expect(ran).toEqual(["/usr/bin/systemctl daemon-reload", "/usr/bin/mount -a"]);
    expect(linux.fstab()).toBe(
      `${image}/dev/vdc1\t/data\tauto\t${OPTIONS},comment=cloudconfig\t0\t2\n`,
    );
    expect(exists(linux.system.fs, "/swap.img")).toBe(false);
  });

  test("on btrfs and on tmpfs: the one takes a swap file that is not copied on write, the other none", async () => {
    const content = { type: "btrfs" };
    const root = { name: "sda", sizeBytes: 9 * GIB, partitions: [{ sizeBytes: 8 * GIB, content }] };
    const linux = createMachine("rhel", { swap: { size: "64M" } }, { disks: [root] });
    const { codes, ran } = await linux.boot();
    expect(codes).toEqual(CLEAN);
    expect(ran[0]).toBe("/usr/bin/chattr +C /swap.img");
    expect(linux.storage.swaps).toHaveLength(1);

    const mounts = [{ device: "tmpfs", target: "/scratch", type: "tmpfs" }];
    const swap = { filename: "/scratch/swap", size: "64M" };
    const other = createMachine("debian", { swap }, { mounts });
    other.system.fs.makeDirectory("/scratch");
    expect(await other.boot()).toEqual({ codes: { ...CLEAN, init: 1 }, ran: [] });
  });

  test("a swap file that cannot be reserved is written; one that cannot be used is removed", async () => {
    const linux = createMachine("debian", { swap: { size: "auto", maxsize: "1G" } });
    linux.storage.faults.isFallocateUnsupported = true;
    const { codes, ran } = await linux.boot();
    expect(codes).toEqual(CLEAN);
    expect(ran).toContain("/usr/bin/dd if=/dev/zero of=/swap.img bs=1M count=1024");

    const broken = createMachine("debian", { swap: { size: "64M" } });
    const image = broken.fstab();
    broken.storage.faults.failingTools = { swapon: "swapon: /swap.img: swapon failed" };
    expect((await broken.boot()).codes).toEqual({ ...CLEAN, init: 1 });
    expect(exists(broken.system.fs, "/swap.img")).toBe(false);
    expect(broken.fstab()).toBe(image);
    broken.storage.faults.failingTools = {};
    expect((await broken.boot("i-2")).codes).toEqual(CLEAN);
    expect(broken.storage.swaps).toHaveLength(1);
  });
});
