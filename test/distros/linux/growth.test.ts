import { describe, expect, test } from "bun:test";
import { createLinux } from "../../../src/distros/linux/linux.ts";
import { partitionNumber } from "../../../src/distros/linux/growth-devices.ts";
import type { DiskGrowth, FileSystemGrowth } from "../../../src/distros/growth-adapter.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import { createTestLogger } from "../../support/module-context.ts";

const MEMORY = "/var/lib/cloud/instances/i-1/growth.json";
const DISKS: DiskGrowth = { mode: "auto", ignoresGrowrootDisabled: false, memoryFile: MEMORY };
const ROOT: FileSystemGrowth = {
  inBackground: false,
  isRootNamed: false,
  wishes: [],
  memoryFile: MEMORY,
};
const TOOLS = [
  "/usr/bin/findmnt",
  "/usr/bin/lsblk",
  "/usr/bin/growpart",
  "/usr/sbin/resize2fs",
  "/usr/sbin/xfs_growfs",
  "/usr/bin/btrfs",
];
const FINDMNT = "/usr/bin/findmnt -n -r -o SOURCE,FSTYPE,OPTIONS -M /";
const SIZE = "/usr/bin/findmnt -n -r -b -o SIZE -M /";
const LSBLK = "/usr/bin/lsblk -n -r -p -b -d -o NAME,TYPE,SIZE,PKNAME";
const GIB = 2 ** 30;

/** A machine whose root is the second partition of a disk. */
function machine(options: {
  readonly mounted?: string;
  readonly device?: string;
  readonly tools?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly commands?: ScriptedSystemOptions["commands"];
  readonly family?: "debian" | "rocky";
}) {
  const state = { sizeBytes: 4 * GIB, diskBytes: 20 * GIB };
  const tools = options.tools ?? TOOLS;
  const scripted = createScriptedSystem({
    files: { ...Object.fromEntries(tools.map((tool) => [tool, ""])), ...options.files },
    commands: {
      [FINDMNT]: `${options.mounted ?? "/dev/vda2 ext4 rw,relatime"}\n`,
      [`${LSBLK} /dev/vda2`]: () =>
        `${options.device ?? `/dev/vda2 part ${state.sizeBytes} /dev/vda`}\n`,
      "/usr/bin/growpart --dry-run /dev/vda 2": () =>
        state.sizeBytes < state.diskBytes
          ? "CHANGE: partition=2 start=2048 old: size=8388608 new: size=41940959\n"
          : { exitCode: 1, stdout: "NOCHANGE: partition 2 is size 41940959\n" },
      "/usr/bin/growpart /dev/vda 2": () => {
        state.sizeBytes = state.diskBytes;
        return "CHANGED: partition=2\n";
      },
      "/usr/sbin/resize2fs": "",
      "/usr/sbin/xfs_growfs": "",
      "/usr/bin/btrfs": "",
      ...options.commands,
    },
  });
  const log: string[] = [];
  const distroOf = (sys: typeof scripted.system) =>
    createLinux({ sys, log: createTestLogger(log), systemInfo: {} }, options.family ?? "debian")
      .growth;
  const growth = distroOf(scripted.system);
  if (growth === undefined) {
    throw new Error("Linux has no growth adapter");
  }
  const ran = (): readonly string[] =>
    scripted.changes.flatMap((change) => (change.kind === "command" ? change.argv.join(" ") : []));
  return { ...scripted, state, log, growth, ran, distroOf };
}

describe("growpart on Linux", () => {
  test("grows the root's partition once, and then only asks", async () => {
    const { growth, ran, log } = machine({});
    expect(await growth.growDisks(DISKS)).toEqual([]);
    expect(ran()).toEqual(["/usr/bin/growpart /dev/vda 2"]);
    expect(log).toContain("INFO Partition /dev/vda2 has grown from 4 GiB to 20 GiB");
    expect(await growth.growDisks(DISKS)).toEqual([]);
    expect(ran()).toHaveLength(1);
  });

  test("says in a plan what it would do", async () => {
    const { system, distroOf } = machine({});
    const planned = planSystem(system);
    expect(await distroOf(planned.system)?.growDisks(DISKS)).toEqual([]);
    expect(planned.changes).toMatchObject([{ argv: ["/usr/bin/growpart", "/dev/vda", "2"] }]);
  });

  test("is kept off by /etc/growroot-disabled, unless that does not count", async () => {
    const files = { "/etc/growroot-disabled": "" };
    const { growth, ran } = machine({ files });
    expect(await growth.growDisks(DISKS)).toEqual([]);
    expect(ran()).toEqual([]);
    await growth.growDisks({ ...DISKS, ignoresGrowrootDisabled: true });
    expect(ran()).toHaveLength(1);
  });

  test("without the tool is a line in mode auto, and a failure where it is named", async () => {
    const { growth, log } = machine({ tools: [] });
    expect(await growth.growDisks(DISKS)).toEqual([]);
    expect(log[0]).toContain("growpart is not installed");
    expect(await growth.growDisks({ ...DISKS, mode: "growpart" })).toHaveLength(1);
    expect((await growth.growDisks({ ...DISKS, mode: "gpart" }))[0]?.message).toContain("FreeBSD");
  });

  test("leaves logical volumes, whole disks and containers alone, with a line", async () => {
    for (const [options, said] of [
      [{ device: "/dev/mapper/vg-root lvm 4294967296 " }, "type lvm"],
      [{ device: "/dev/vda2 disk 4294967296 " }, "no partition"],
      [{ mounted: "overlay overlay rw" }, "on no disk"],
      [{ mounted: "" }, 'nothing is mounted on "/"'],
      [{ tools: ["/usr/bin/growpart"] }, "findmnt"],
      [
        {
          tools: ["/usr/bin/growpart", "/bin/findmnt"],
          commands: { "/bin/findmnt": "/dev/vda2 ext4 rw\n" },
        },
        "lsblk",
      ],
    ] as const) {
      const { growth, ran, log } = machine(options);
      expect(await growth.growDisks(DISKS)).toEqual([]);
      expect(ran()).toEqual([]);
      expect(log.join("\n")).toContain(said);
    }
  });

  test("that fails says what it said", async () => {
    const asked = machine({
      commands: {
        "/usr/bin/growpart --dry-run /dev/vda 2": { exitCode: 2, stderr: "FAILED: bad table\n" },
      },
    });
    expect((await asked.growth.growDisks(DISKS))[0]?.message).toBe(
      'Cannot grow partition /dev/vda2: "/usr/bin/growpart --dry-run /dev/vda 2" ended with exit code 2: FAILED: bad table',
    );
    const ran = machine({
      commands: { "/usr/bin/growpart /dev/vda 2": { exitCode: 1, stderr: "FAILED: sfdisk\n" } },
    });
    expect((await ran.growth.growDisks(DISKS))[0]?.message).toContain("FAILED: sfdisk");
    const unseen = machine({ commands: { "/usr/bin/growpart /dev/vda 2": "" } });
    expect((await unseen.growth.growDisks(DISKS))[0]?.message).toContain("the kernel sees 4 GiB");
  });

  test("takes devices by name, and refuses what is none", async () => {
    const { growth, ran } = machine({});
    const devices = ["/dev/vda2", "rootvg"].map((name, index) => ({
      name,
      path: ["growpart", "devices", index],
    }));
    const problems = await growth.growDisks({ ...DISKS, devices });
    expect(ran()).toHaveLength(1);
    expect(problems).toEqual([
      {
        message:
          'Cannot grow "rootvg": expected a mount point or a device, such as "/" or "/dev/sda1"; volume groups are named on AIX only',
        severity: "warning",
        path: ["growpart", "devices", 1],
      },
    ]);
  });

  test("the number of a partition is what follows the disk's name", () => {
    expect(partitionNumber("/dev/sda12", "/dev/sda")).toBe("12");
    expect(partitionNumber("/dev/nvme0n1p2", "/dev/nvme0n1")).toBe("2");
    expect(partitionNumber("/dev/mmcblk0p1", "/dev/mmcblk0")).toBe("1");
    expect(partitionNumber("/dev/sdb1", "/dev/sda")).toBeUndefined();
    expect(partitionNumber("/dev/sda", "/dev/sda")).toBeUndefined();
  });
});

describe("resizefs on Linux", () => {
  test("runs the tool of the root's type once for each size of its device", async () => {
    for (const [mounted, command] of [
      ["/dev/vda2 ext4 rw", "/usr/sbin/resize2fs /dev/vda2"],
      ["/dev/vda2 xfs rw", "/usr/sbin/xfs_growfs /"],
      ["/dev/vda2[/@rootfs] btrfs rw", "/usr/bin/btrfs filesystem resize max /"],
    ] as const) {
      const { growth, ran, state } = machine({ mounted, family: "rocky" });
      expect(await growth.growFileSystems(ROOT)).toEqual([]);
      expect(await growth.growFileSystems(ROOT)).toEqual([]);
      expect(ran()).toEqual([command]);
      state.sizeBytes = 8 * GIB;
      await growth.growFileSystems(ROOT);
      expect(ran()).toEqual([command, command]);
    }
  });

  test("noblock leaves it to run on its own", async () => {
    const { growth, ran, log } = machine({});
    await growth.growFileSystems({ ...ROOT, inBackground: true });
    expect(ran()).toEqual(["/usr/sbin/resize2fs /dev/vda2"]);
    expect(log.join("\n")).toContain("in the background");
  });

  test("noblock hands it over once for each size of the device; the next boot sees that it is done", async () => {
    const { growth, ran, state } = machine({ commands: { [SIZE]: `${3.9 * GIB}\n` } });
    const request = { ...ROOT, inBackground: true };
    for (let boot = 0; boot < 3; boot += 1) {
      expect(await growth.growFileSystems(request)).toEqual([]);
    }
    expect(ran()).toHaveLength(1);
    state.sizeBytes = 8 * GIB;
    await growth.growFileSystems(request);
    expect(ran()).toHaveLength(2);
  });

  test("noblock that had no effect is told at the next boot, and not tried for ever", async () => {
    const { growth, ran } = machine({ commands: { [SIZE]: `${2 * GIB}\n` } });
    const request = { ...ROOT, inBackground: true };
    expect(await growth.growFileSystems(request)).toEqual([]);
    const said: string[] = [];
    for (let boot = 0; boot < 5; boot += 1) {
      said.push(...(await growth.growFileSystems(request)).map(({ message }) => message));
    }
    expect(said[0]).toBe(
      'The root file system was to grow in the background by "/usr/sbin/resize2fs /dev/vda2", and has 2 GiB of the 4 GiB of /dev/vda2. It is tried again',
    );
    expect(said.at(-1)).toContain('It is not tried again: "resize_rootfs: true" shows');
    expect(ran()).toHaveLength(3);
    expect(await growth.growFileSystems(ROOT)).toEqual([]);
    expect(ran()).toHaveLength(4);
  });

  test("noblock where nothing tells the size of the file system counts as done", async () => {
    const { growth, ran } = machine({ commands: { [SIZE]: { exitCode: 1 } } });
    const request = { ...ROOT, inBackground: true };
    for (let boot = 0; boot < 3; boot += 1) {
      expect(await growth.growFileSystems(request)).toEqual([]);
    }
    expect(ran()).toHaveLength(1);
  });

  test("says why it does nothing, without a failure", async () => {
    for (const [options, said] of [
      [{ mounted: "/dev/vda2 ext4 ro,relatime" }, "read-only"],
      [{ mounted: "overlay overlay rw" }, "no device of its own"],
      [{ mounted: "/dev/vda2 squashfs rw" }, 'nothing is known that grows "squashfs"'],
      [{ mounted: "/dev/vda2 constructor rw" }, "nothing is known"],
      [{ tools: ["/usr/bin/findmnt", "/usr/bin/lsblk"] }, "resize2fs, which grows ext4"],
      [{ tools: [] }, "findmnt"],
    ] as const) {
      const { growth, ran, log } = machine(options);
      expect(await growth.growFileSystems(ROOT)).toEqual([]);
      expect(ran()).toEqual([]);
      expect(log.join("\n")).toContain(said);
    }
  });

  test("a tool that fails is a failure, and is tried again", async () => {
    const failing = { exitCode: 1, stderr: "resize2fs: Permission denied\n" };
    const { growth, ran } = machine({ commands: { "/usr/sbin/resize2fs": failing } });
    expect((await growth.growFileSystems(ROOT))[0]?.message).toContain("Permission denied");
    expect(await growth.growFileSystems(ROOT)).toHaveLength(1);
    expect(ran()).toHaveLength(2);
  });

  test("growfs has no meaning there", async () => {
    const { growth } = machine({});
    const path = ["growfs", "/opt"];
    const wishes = [
      { mountPoint: "/opt", size: { kind: "more", bytes: 1 } as const, text: "+1", path },
    ];
    expect(await growth.growFileSystems({ ...ROOT, wishes })).toMatchObject([
      { severity: "warning", path },
    ]);
  });
});
