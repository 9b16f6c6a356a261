// A cloud image on a larger disk: the root's partition and file system over first boot, reboot, re-deploy and second run.
import { describe, expect, test } from "bun:test";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { findDevice } from "../../src/simulator/linux/block-devices.ts";
import {
  bootSimulatedLinux,
  type SimulatedLinuxOptions,
} from "../../src/simulator/linux/simulated-linux.ts";
import { readText } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const GIB = 2 ** 30;

const metaData = (uuid: string): string => JSON.stringify({ uuid, hostname: "vm1.example.com" });

function createMachine(userData: string, options: SimulatedLinuxOptions = {}) {
  const config = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const linux = bootSimulatedLinux({
    ...options,
    files: {
      ...Object.fromEntries(config),
      [`${SEED}/meta_data.json`]: metaData("i-1"),
      [`${SEED}/user_data`]: `#cloud-config\n${userData}\n`,
      ...options.files,
    },
  });
  const commands: string[] = [];
  const { exec } = linux.system;
  const system: System = {
    ...linux.system,
    exec: {
      ...exec,
      run: (argv, settings) => {
        commands.push(argv.join(" "));
        return exec.run(argv, settings);
      },
    },
  };
  const log = (): string => readText(system.fs, "/var/log/cloud-init.log");
  return {
    ...linux,
    system,
    log,
    async boot() {
      const mark = commands.length;
      const codes = await runBoot({ system });
      expect(linux.gaps).toEqual([]);
      const changes = commands.slice(mark);
      return {
        codes,
        changes: changes.filter((line) => /growpart|resize2fs|xfs_growfs|btrfs/u.test(line)),
      };
    },
    /** GiB of the partition and of the file system on it, rounded down. */
    sizes(): readonly number[] {
      const device = findDevice(linux.storage, "/dev/sda1");
      return [device?.sizeBytes ?? 0, device?.content?.sizeBytes ?? 0].map((bytes) =>
        Math.floor(bytes / GIB),
      );
    },
  };
}

const GROWN = ["/usr/bin/growpart /dev/sda 1", "/usr/sbin/resize2fs /dev/sda1"];

describe("a cloud image on a larger disk", () => {
  test.each(["debian", "rhel"])(
    "grows at the first boot of %s, and again only once the disk is larger",
    async (distro) => {
      const linux = createMachine("hostname: vm1", { distro });
      expect(linux.sizes()).toEqual([4, 4]);
      expect(await linux.boot()).toEqual({ codes: CLEAN, changes: GROWN });
      expect(linux.sizes()).toEqual([19, 19]);
      expect(findDevice(linux.storage, "/dev/sda1")?.content?.data).toBe("held data");

      expect(await linux.boot()).toEqual({ codes: CLEAN, changes: [] });

      const [disk] = linux.storage.disks;
      if (disk === undefined) {
        throw new Error("The machine has no disk");
      }
      disk.sizeBytes = 30 * GIB;
      linux.refreshStorage();
      expect(await linux.boot()).toEqual({ codes: CLEAN, changes: GROWN });
      expect(linux.sizes()).toEqual([29, 29]);

      linux.system.fs.write(`${SEED}/meta_data.json`, metaData("i-2"));
      const next = await linux.boot();
      expect(next).toEqual({ codes: CLEAN, changes: ["/usr/sbin/resize2fs /dev/sda1"] });
      expect(linux.sizes()).toEqual([29, 29]);
      expect(await linux.boot()).toEqual({ codes: CLEAN, changes: [] });
    },
  );

  test.each(["xfs", "btrfs"])("grows %s by its mount point", async (type) => {
    const linux = createMachine("hostname: vm1", {
      distro: "rhel",
      storage: {
        disks: [
          {
            name: "sda",
            sizeBytes: 20 * GIB,
            grownFromBytes: 4 * GIB + 2 ** 21,
            table: "gpt",
            partitions: [{ sizeBytes: 4 * GIB, content: { type, data: "held data" } }],
          },
        ],
      },
    });
    const first = await linux.boot();
    expect(first.codes).toEqual(CLEAN);
    expect(first.changes).toHaveLength(2);
    expect(linux.sizes()).toEqual([19, 19]);
    expect((await linux.boot()).changes).toEqual([]);
  });

  test("with noblock is handed over at the first boot only", async () => {
    const linux = createMachine("resize_rootfs: noblock");
    expect(await linux.boot()).toEqual({ codes: CLEAN, changes: GROWN });
    expect(await linux.boot()).toEqual({ codes: CLEAN, changes: [] });
    expect(await linux.boot()).toEqual({ codes: CLEAN, changes: [] });
  });

  test("stays as it is with growpart off and resize_rootfs false", async () => {
    const linux = createMachine("growpart: {mode: off}\nresize_rootfs: false");
    expect(await linux.boot()).toEqual({ codes: CLEAN, changes: [] });
    expect(linux.sizes()).toEqual([4, 4]);
  });

  test("without growpart the boot goes on, and says what is missing", async () => {
    const linux = createMachine("hostname: vm1", {
      storage: { faults: { missingTools: ["growpart"] } },
    });
    expect((await linux.boot()).codes).toEqual(CLEAN);
    expect(linux.sizes()).toEqual([4, 4]);
  });

  test("growpart that cannot is told with its words, a failure where it was asked for; the next boot tries again", async () => {
    const storage = { faults: { failingTools: { growpart: "FAILED: disk is busy" } } };
    const asked = createMachine("growpart: {mode: growpart}", { storage });
    expect((await asked.boot()).codes).toEqual({ ...CLEAN, init: 1 });
    const linux = createMachine("hostname: vm1", { storage });
    expect((await linux.boot()).codes).toEqual(CLEAN);
    expect(linux.log()).toContain("FAILED: disk is busy");
    linux.storage.faults.failingTools = {};
    expect((await linux.boot()).changes).toEqual(GROWN);
  });
});
