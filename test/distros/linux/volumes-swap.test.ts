import { describe, expect, test } from "bun:test";
import { createLinux } from "../../../src/distros/linux/linux.ts";
import { mounts } from "../../../src/modules/mounts.ts";
import {
  createFakeFstabTools,
  type FakeFstabOptions,
  type FakeFstabTools,
  IMAGE_FSTAB,
} from "../../support/fake-fstab-tools.ts";
import { createTestLogger, runModule } from "../../support/module-context.ts";

const MIB = 2 ** 20;
const LINE = "/swap.img\tnone\tswap\tsw,comment=cloudconfig\t0\t0\n";
const RELOAD = "/usr/bin/systemctl daemon-reload";
const MARK = "/swap.img.cloud-init-unfinished";

async function runOn(machine: FakeFstabTools, swap: Readonly<Record<string, unknown>>) {
  const { system } = machine;
  const log: string[] = [];
  const distro = createLinux({ sys: system, log: createTestLogger(log), systemInfo: {} }, "rhel");
  const result = await runModule(mounts, { config: { swap }, system, distro });
  return {
    failures: result.failures,
    log,
    added: machine.fstab().replace(IMAGE_FSTAB, ""),
    changing: machine.changing(),
    stat: system.fs.stat("/swap.img"),
    isMarked: system.fs.stat(MARK) !== undefined,
  };
}

async function run(swap: Readonly<Record<string, unknown>>, options: FakeFstabOptions = {}) {
  const machine = createFakeFstabTools(options);
  return { machine, ...(await runOn(machine, swap)) };
}

describe("a swap file", () => {
  test("is made, swapped to and written to the table; a second run finds it so", async () => {
    const swap = { filename: "/swap.img", size: "4M" };
    const { machine, ...result } = await run(swap);
    expect(result.failures).toEqual([]);
    expect(result.added).toBe(LINE);
    expect(result.stat).toMatchObject({ mode: 0o600, sizeBytes: 4 * MIB });
    expect(result.isMarked).toBe(false);
    expect(result.changing).toEqual([
      `/usr/bin/fallocate -l ${4 * MIB} /swap.img`,
      "/usr/sbin/mkswap /swap.img",
      "/usr/sbin/swapon /swap.img",
      RELOAD,
    ]);
    machine.changes.length = 0;
    machine.commands.length = 0;
    expect(await runOn(machine, swap)).toMatchObject({ failures: [], added: LINE, changing: [] });
    expect(machine.changes).toEqual([]);
    machine.reboot();
    expect(await runOn(machine, swap)).toMatchObject({ changing: ["/usr/sbin/swapon /swap.img"] });
  });

  test("is private before anything is in it", async () => {
    const { machine } = await run({ size: "4M" });
    const first = machine.changes.find((change) => JSON.stringify(change).includes('"/swap.img"'));
    expect(first).toMatchObject({ path: "/swap.img", mode: 0o600 });
  });

  test("of another size stays as it is", async () => {
    const { machine } = await run({ size: "4M" });
    expect(await runOn(machine, { size: "8M" })).toMatchObject({
      failures: [],
      added: LINE,
      stat: { sizeBytes: 4 * MIB },
    });
  });

  test("is filled with zeros where fallocate cannot, or gives what nobody can swap to", async () => {
    const dd = "/usr/bin/dd if=/dev/zero of=/swap.img bs=1M count=4";
    const failing = { fallocate: "fallocate: Operation not supported" };
    const unable = await run({ size: "4M" }, { failing });
    expect(unable.failures).toEqual([]);
    expect(unable.changing[1]).toBe(dd);
    expect(unable.stat).toMatchObject({ mode: 0o600, sizeBytes: 4 * MIB });
    const files = { "/proc/sys/kernel/osrelease": "4.14.0-115.el7a.ppc64le\n" };
    const old = await run({ size: "4M" }, { rootType: "xfs", files });
    expect(old.changing[0]).toBe(dd);
    const recent = await run({ size: "4M" }, { rootType: "xfs" });
    expect(recent.changing[0]).toStartWith("/usr/bin/fallocate");
  });

  test("is not copied on write on btrfs", async () => {
    const { changing } = await run({ size: "4M" }, { rootType: "btrfs" });
    expect(changing[0]).toBe("/usr/bin/chattr +C /swap.img");
  });

  for (const tool of ["mkswap", "swapon"]) {
    test(`leaves nothing behind where ${tool} fails`, async () => {
      const { failures, added, stat, isMarked } = await run(
        { size: "4M" },
        { failing: { [tool]: `${tool}: no` } },
      );
      expect(failures).toHaveLength(1);
      expect(failures[0]).toContain(`${tool}: no`);
      expect(failures[0]).toContain("What was made of it is removed");
      expect([added, stat, isMarked]).toEqual(["", undefined, false]);
    });
  }

  test("that a dead boot left half-made is made anew", async () => {
    const files = { "/swap.img": "\0\0", [MARK]: "" };
    const { failures, stat, isMarked, added } = await run({ size: "4M" }, { files });
    expect(failures).toEqual([]);
    expect(stat).toMatchObject({ sizeBytes: 4 * MIB, mode: 0o600 });
    expect([isMarked, added]).toEqual([false, LINE]);
  });

  test("counts by memory and room where the size is auto", async () => {
    const sizeOf = async (swap: Record<string, unknown>, options: FakeFstabOptions) =>
      ((await run({ size: "auto", ...swap }, options)).stat?.sizeBytes ?? 0) / MIB;
    const memoryKb = 16 * 1024;
    expect(await sizeOf({}, { memoryKb })).toBe(32);
    expect(await sizeOf({}, { memoryKb, freeKb: 80 * 1024 })).toBe(20);
    expect(await sizeOf({ maxsize: "9M" }, { memoryKb })).toBe(9);
    expect(await sizeOf({ maxsize: "1G" }, { memoryKb, freeKb: 20 * 1024 })).toBe(18);
    expect(await sizeOf({}, { memoryKb, freeKb: 10 * 1024 })).toBe(0);
  });

  test("below a directory that is a link is known by its real name", async () => {
    const machine = createFakeFstabTools({ files: { "/srv/.keep": "" } });
    machine.system.fs.symlink("srv", "/data");
    machine.system.fs.write("/srv/swap", "x");
    machine.system.fs.write("/proc/swaps", "Filename\n/srv/swap file 1 0 -2\n");
    const { failures, added, changing } = await runOn(machine, {
      filename: "/data/swap",
      size: "4M",
    });
    expect(failures).toEqual([]);
    expect(added).toStartWith("/data/swap\tnone\tswap\t");
    expect(changing).toEqual([RELOAD]);
  });

  test("of size 0 is none", async () => {
    for (const size of [0, "0", "0G"]) {
      expect(await run({ size })).toMatchObject({ failures: [], changing: [], added: "" });
    }
  });

  test("that the image has in its own table gets no second line", async () => {
    const fstab = "/swap.img none swap sw 0 0\n";
    const files = { "/etc/fstab": fstab };
    const { machine, failures } = await run({ size: "4M" }, { files });
    expect(failures).toEqual([]);
    expect(machine.fstab()).toBe(fstab);
  });

  const bad: readonly (readonly [Record<string, unknown>, string, FakeFstabOptions?])[] = [
    [{ size: "lots" }, 'got "lots"'],
    [{ size: "-5G" }, 'got "-5G"'],
    [{ size: ["1G"] }, "size"],
    [{ size: "10T" }, "1024 MB are free"],
    [{ size: "100K" }, "1 MB at least"],
    [{ size: "auto", maxsize: "x" }, 'got "x"'],
    [{ size: "auto" }, "no MemTotal", { files: { "/proc/meminfo": "" } }],
    [{ size: "4M", filename: "swap.img" }, 'begins with "/"'],
    [{ size: "4M", filename: "/a/../swap.img" }, "/../"],
    [{ size: "4M", filename: "/a\n/b" }, "line ends"],
    [{ size: "4M", filename: "/dev/vdb" }, 'say it in the key "mounts"'],
    [{ size: "4M", filename: "/no/swap.img" }, '"/no" is no directory'],
    [{ size: "4M", filename: "/etc" }, "a directory is there"],
    [{ size: "4M", filename: "/link" }, "a symlink is there"],
    [{ size: "4M", filename: "/etc/data" }, "no swap file, and is left"],
    [{ size: "4M" }, "cannot swap to a file on overlay", { rootType: "overlay" }],
  ];
  for (const [swap, words, options] of bad) {
    test(`${JSON.stringify(swap)} is refused: ${words}`, async () => {
      const files = { "/etc/data": "precious", ...options?.files };
      const machine = createFakeFstabTools({ ...options, files });
      machine.system.fs.symlink("/etc/data", "/link");
      const { failures, changing, added, stat } = await runOn(machine, swap);
      expect(failures.length).toBeGreaterThanOrEqual(1);
      expect(failures.join("\n")).toContain(words);
      expect([changing, added, stat]).toEqual([[], "", undefined]);
      expect(new TextDecoder().decode(machine.system.fs.readBytes("/etc/data"))).toBe("precious");
    });
  }
});
