import { describe, expect, test } from "bun:test";
import { createStorageMachine, GIB } from "../../../support/linux-storage.ts";

const SEED = {
  disks: [
    { name: "sdb", sizeBytes: GIB, content: { type: "ext4", label: "my data", uuid: "u-1" } },
    { name: "sdc", sizeBytes: GIB, content: { type: "swap" } },
    { name: "sdd", sizeBytes: GIB },
  ],
  nfsExports: ["192.0.2.10:/export"],
};

function create(fstab?: string) {
  const machine = createStorageMachine(SEED);
  for (const directory of ["/data", "/import", "/b"]) {
    machine.system.fs.makeDirectory(directory);
  }
  if (fstab !== undefined) {
    machine.system.fs.append("/etc/fstab", fstab);
  }
  return {
    ...machine,
    mounted: () =>
      machine
        .file("/proc/mounts")
        .split("\n")
        .filter((line) => /\/data|\/import|\/b /u.test(line)),
  };
}

describe("mount", () => {
  test("takes devices, links and tags; the kernel sees only its own options", async () => {
    const { run, mounted } = create();
    const cases = ["/dev/sdb", "/dev/disk/by-uuid/u-1", "UUID=u-1"];
    for (const source of cases) {
      const line = `mount -t ext4 -o defaults,nofail,x-systemd.after=a.service,noatime ${source} /data`;
      expect((await run(line)).exitCode).toBe(0);
      expect(mounted()).toEqual(["/dev/sdb /data ext4 rw,noatime 0 0"]);
      expect((await run("umount /data")).exitCode).toBe(0);
    }
    expect(mounted()).toEqual([]);
  });

  test("what cannot be mounted ends with 32 and the reason", async () => {
    const { run, mounted, system } = create();
    system.fs.write("/file", "");
    const cases: readonly (readonly [string, string])[] = [
      ["/dev/nosuch /data", "special device /dev/nosuch does not exist."],
      ["LABEL=x /data", "mount: /data: can't find LABEL=x.\n"],
      ["/dev/sdb /nosuch", "mount point does not exist."],
      ["/dev/sdb /file", "mount point is not a directory."],
      ["/file /data", "/file is not a block device."],
      ["/dev/sdd /data", "bad superblock on /dev/sdd"],
      ["/dev/sdc /data", "unknown filesystem type 'swap'"],
      ["-t xfs /dev/sdb /data", "bad superblock on /dev/sdb"],
      ["-t foo /dev/sdb /data", "unknown filesystem type 'foo'"],
      ["-o nobootwait /dev/sdb /data", "bad option"],
      ["/data", "mount: /data: can't find in /etc/fstab.\n"],
    ];
    for (const [words, reason] of cases) {
      const result = await run(`mount ${words}`);
      expect([words, result.exitCode]).toEqual([words, 32]);
      expect(result.stderr).toContain(reason);
    }
    expect(mounted()).toEqual([]);
    expect((await run("mount --bogus")).exitCode).toBe(1);
  });

  test("twice at the same place is refused, at another one it is not", async () => {
    const { run, mounted } = create();
    await run("mount /dev/sdb /data");
    expect((await run("mount /dev/sdb /data")).stderr).toBe(
      "mount: /data: /dev/sdb already mounted on /data.\n",
    );
    expect((await run("mount /dev/sdb /b")).exitCode).toBe(0);
    expect(mounted()).toHaveLength(2);
  });

  test("a remount changes options only; without words it lists, which is a query", async () => {
    const { run, mounted, ask } = create();
    await run("mount /dev/sdb /data");
    await run("mount -o remount,ro /data");
    expect(mounted()).toEqual(["/dev/sdb /data ext4 ro,relatime 0 0"]);
    expect(await ask("mount")).toContain("/dev/sdb on /data type ext4 (ro,relatime)\n");
    expect((await run("mount -o remount,ro /b")).exitCode).toBe(32);
  });

  test("NFS needs a server that answers, and the helper", async () => {
    const { run, mounted, storage } = create();
    expect((await run("mount 192.0.2.10:/export /import")).exitCode).toBe(0);
    expect(mounted()).toEqual(["192.0.2.10:/export /import nfs4 rw,relatime 0 0"]);
    expect((await run("mount -t nfs 192.0.2.9:/x /import")).stderr).toBe(
      "mount.nfs: Connection timed out\n",
    );
    storage.faults.missingTools.push("mount.nfs");
    expect((await run("mount -t nfs 192.0.2.10:/export /b")).stderr).toContain("helper program");
  });
});

describe("mount -a", () => {
  test("mounts what is not mounted yet, and a second time does nothing", async () => {
    const { run, mounted } = create(
      "LABEL=my\\040data /data auto defaults 0 2\n192.0.2.10:/export /import nfs bg 0 0\n/dev/sdd /b ext4 noauto 0 0\n/dev/sdc none swap sw 0 0\n",
    );
    for (let time = 0; time < 2; time += 1) {
      const result = await run("mount -a");
      expect([result.exitCode, result.stderr]).toEqual([0, ""]);
      expect(mounted()).toEqual([
        "/dev/sdb /data ext4 rw,relatime 0 0",
        "192.0.2.10:/export /import nfs rw,relatime,bg 0 0",
      ]);
    }
  });

  test("64 where some fail, 32 where all do; nofail covers a device that is missing", async () => {
    const some = await create(
      "UUID=u-1 /data auto defaults 0 2\n/dev/no /b auto defaults 0 2\n",
    ).run("mount -a");
    expect([some.exitCode, some.stderr]).toEqual([
      64,
      expect.stringContaining("/dev/no does not exist"),
    ]);
    expect((await create("/dev/no /b auto defaults 0 2\n").run("mount -a")).exitCode).toBe(32);
    expect((await create("/dev/no /b auto nofail 0 2\n").run("mount -a")).exitCode).toBe(0);
    // Not one whose file system is wrong.
    expect((await create("/dev/sdd /b auto nofail 0 2\n").run("mount -a")).exitCode).toBe(32);
  });

  test("a line that is none is told of and passed over", async () => {
    const { run, mounted } = create("badline\nUUID=u-1 /data auto\n");
    const result = await run("mount -a");
    expect([result.exitCode, result.stderr]).toEqual([
      0,
      "mount: /etc/fstab: parse error at line 3 -- ignored\n",
    ]);
    expect(mounted()).toHaveLength(1);
    expect((await run("mount -a -T /nosuch")).exitCode).toBe(1);
  });

  test("one entry is mounted by its directory alone", async () => {
    const { run, mounted } = create("UUID=u-1 /data auto ro,noauto 0 2\n");
    expect((await run("mount /data")).exitCode).toBe(0);
    expect(mounted()).toEqual(["/dev/sdb /data ext4 ro,relatime 0 0"]);
  });
});

describe("umount", () => {
  test("takes directory or device, and refuses what is busy or not mounted", async () => {
    const { run, storage } = create();
    await run("mount /dev/sdb /data");
    expect((await run("umount /dev/sdb")).exitCode).toBe(0);
    expect((await run("umount /data")).stderr).toBe("umount: /data: not mounted.\n");
    expect((await run("umount /nosuch")).stderr).toBe(
      "umount: /nosuch: no mount point specified.\n",
    );
    const root = await run("umount /");
    expect([root.exitCode, root.stderr]).toEqual([32, "umount: /: target is busy.\n"]);
    await run("mount /dev/sdb /data");
    storage.faults.heldOpen.push("/data");
    expect((await run("umount /data")).exitCode).toBe(32);
    expect((await run("umount -l /data")).exitCode).toBe(0);
    expect((await run("umount")).exitCode).toBe(1);
  });

  test("a mount below keeps the upper one busy, unless it goes too", async () => {
    const { run, system, mounted } = create();
    await run("mount /dev/sdb /data");
    system.fs.makeDirectory("/data/sub");
    await run("mount -t tmpfs tmpfs /data/sub");
    expect((await run("umount /data")).exitCode).toBe(32);
    expect((await run("umount -R /data")).exitCode).toBe(0);
    expect(mounted()).toEqual([]);
  });
});
