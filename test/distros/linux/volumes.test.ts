import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createLinux } from "../../../src/distros/linux/linux.ts";
import { mounts } from "../../../src/modules/mounts.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import {
  createFakeFstabTools,
  type FakeFstabOptions,
  type FakeFstabTools,
  IMAGE_FSTAB,
} from "../../support/fake-fstab-tools.ts";
import { createTestLogger, runModule } from "../../support/module-context.ts";

type Config = Readonly<Record<string, unknown>>;
const RELOAD = "/usr/bin/systemctl daemon-reload";
const MOUNT = "/usr/bin/mount -a";
const SYSTEMD = "defaults,nofail,x-systemd.after=cloud-init-network.service,_netdev";

async function runOn(machine: FakeFstabTools, config: Config, metadata: Config = {}) {
  const log: string[] = [];
  const { system } = machine;
  const distro = createLinux({ sys: system, log: createTestLogger(log), systemInfo: {} }, "debian");
  const instance = { rawMetadata: metadata };
  const result = await runModule(mounts, { config, system, distro, instance });
  return {
    failures: result.failures,
    log: [...log, ...result.log],
    warnings: result.log.filter((line) => line.startsWith("WARN")),
    fstab: machine.fstab(),
    added: machine.fstab().replace(IMAGE_FSTAB, ""),
    changing: machine.changing(),
  };
}

async function run(config: Config, options: FakeFstabOptions = {}, metadata: Config = {}) {
  const machine = createFakeFstabTools(options);
  return { machine, ...(await runOn(machine, config, metadata)) };
}

describe("mounts on Linux", () => {
  test("writes a marked line, makes the directory, tells systemd and mounts", async () => {
    const { machine, ...result } = await run({ mounts: [["vdb", "/srv/new data/"]] });
    expect(result.failures).toEqual([]);
    expect(result.added).toBe(
      `/dev/vdb\t/srv/new\\040data\tauto\t${SYSTEMD},comment=cloudconfig\t0\t2\n`,
    );
    expect(result.fstab).toStartWith(IMAGE_FSTAB);
    expect(machine.system.fs.stat("/srv/new data")).toMatchObject({
      kind: "directory",
      mode: 0o755,
    });
    expect(result.changing).toEqual([RELOAD, MOUNT]);
  });

  test("changes nothing a second time, and mounts again what is no longer mounted", async () => {
    const config = {
      mounts: [
        ["vdb", "/data"],
        ["tmpfs", "/scratch", "tmpfs", "size=1m"],
      ],
    };
    const { machine, fstab } = await run(config);
    machine.changes.length = 0;
    machine.commands.length = 0;
    expect(await runOn(machine, config)).toMatchObject({ failures: [], fstab, changing: [] });
    expect(machine.changes).toEqual([]);
    machine.reboot();
    expect(await runOn(machine, config)).toMatchObject({ failures: [], fstab, changing: [MOUNT] });
  });

  test("replaces the lines of before and no others", async () => {
    const { machine } = await run({ mounts: [["vdb", "/data"]] });
    machine.reboot();
    const { failures, added } = await runOn(machine, {
      mounts: [["vdd", "/data", "xfs", "ro", "0", 0]],
    });
    expect(failures).toEqual([]);
    expect(added).toBe("/dev/vdd\t/data\txfs\tro,comment=cloudconfig\t0\t0\n");
  });

  test("gives a mount point of an earlier deployment, still mounted, to another device", async () => {
    const { machine } = await run({ mounts: [["vdb", "/data"]] });
    const { failures, added, changing } = await runOn(machine, { mounts: [["vdd", "/data"]] });
    expect(failures).toEqual([]);
    expect(added).toStartWith("/dev/vdd\t/data\t");
    expect(changing.slice(2)).toEqual([RELOAD, MOUNT]);
  });

  test("without systemd has default options that every mount knows; mount_default_fields wins over both", async () => {
    const plain = await run({ mounts: [["vdb", "/data"]] }, { isSystemd: false });
    expect(plain.added).toContain("\tdefaults,nofail,comment=cloudconfig\t0\t2\n");
    expect(plain.changing).toEqual([MOUNT]);
    const fields = [null, null, "ext4", "noatime", "1", "3"];
    const said = await run({ mounts: [["vdb", "/data"]], mount_default_fields: fields });
    expect(said.added).toBe("/dev/vdb\t/data\text4\tnoatime,comment=cloudconfig\t1\t3\n");
  });

  test("mount_default_fields that are none are told, and the system's own are used", async () => {
    const config = { mounts: [["vdb", "/data"]], mount_default_fields: "noatime" };
    const { failures, added } = await run(config);
    expect(failures).toEqual(["Cannot use mount_default_fields: expected a list, got text"]);
    expect(added).toBe(`/dev/vdb\t/data\tauto\t${SYSTEMD},comment=cloudconfig\t0\t2\n`);
    const odd = await run({ ...config, mount_default_fields: [null, null, "ext4", { a: 1 }] });
    expect(odd.failures[0]).toContain("Cannot use field 3 of mount_default_fields");
    expect(odd.added).toBe(`/dev/vdb\t/data\text4\t${SYSTEMD},comment=cloudconfig\t0\t0\n`);
  });

  test("takes the first partition of a disk that has some, or the one that is said", async () => {
    const { added } = await run({
      mounts: [
        ["/dev/vdc", "/a"],
        ["vdc.1", "/b"],
      ],
    });
    expect(added).toContain("/dev/vdc1\t/a\t");
    expect(added).toContain("/dev/vdc1\t/b\t");
    const { warnings, added: none } = await run({ mounts: [["vdc.2", "/a"]] });
    expect(warnings[0]).toContain('Cannot mount "vdc.2" on "/a": this machine has no such device');
    expect(none).toBe("");
  });

  test("knows labels, UUIDs, servers, directories and file systems without a device", async () => {
    const entries = [
      ["LABEL=my data", "/a"],
      ["UUID=12-34", "/b"],
      ["PARTUUID=56", "/c"],
      ["nas.example.com:/export", "/d", "nfs"],
      ["[2001:db8::1]:/x", "/e", "nfs4"],
      ["//nas.example.com/share", "/f", "cifs"],
      ["tmpfs", "/g", "tmpfs"],
      ["/etc", "/h", "none", "bind"],
    ];
    const { failures, added } = await run({ mounts: entries });
    expect(failures).toEqual([]);
    expect(
      added
        .split("\n")
        .slice(0, -1)
        .map((line) => line.split("\t")[0]),
    ).toEqual(["LABEL=my\\040data", ...entries.slice(1).map(([device]) => device ?? "")]);
  });

  test("warns of a password that everyone could read, without showing it", async () => {
    const share = ["//nas.example.com/share", "/f", "cifs", "username=u,password=hidden1"];
    const { added, failures, log } = await run({ mounts: [share] });
    expect(failures).toEqual([]);
    expect(added).toContain("username=u,password=hidden1,comment=cloudconfig");
    expect(log.filter((line) => line.includes("credentials=FILE"))).toHaveLength(1);
    expect(log.join("\n")).not.toContain("hidden1");
  });

  test("finds what the cloud names, also where the driver gives disks other names", async () => {
    const metadata = {
      "block-device-mapping": { ephemeral0: "sdb", ephemeral1: "sdd", swap: "sdc1" },
    };
    const { added, failures } = await run({ mounts: [["ephemeral1", "/data"]] }, {}, metadata);
    expect(failures).toEqual([]);
    expect(added).toBe(
      [
        `/dev/vdd\t/data\tauto\t${SYSTEMD},comment=cloudconfig\t0\t2`,
        `/dev/vdb\t/mnt\tauto\t${SYSTEMD},comment=cloudconfig\t0\t2`,
        "/dev/vdc1\tnone\tswap\tsw,comment=cloudconfig\t0\t0\n",
      ].join("\n"),
    );
  });

  test("gives ephemeral0 and swap no place of their own where the user speaks of them", async () => {
    const metadata = { "block-device-mapping": { ephemeral0: "sdb", swap: "sdc1" } };
    const config = {
      mounts: [
        ["/dev/vdb", "/data"],
        ["swap", null],
      ],
    };
    const { added } = await run(config, {}, metadata);
    expect(added).toStartWith("/dev/vdb\t/data\t");
    expect(added.split("\n")).toHaveLength(2);
  });

  test("finds ephemeral0 by its label, and skips names that the machine has no device for", async () => {
    const machine = createFakeFstabTools();
    machine.system.fs.makeDirectory("/dev/disk/by-label");
    machine.system.fs.symlink("../../vdb", "/dev/disk/by-label/ephemeral0");
    const { added, failures, log } = await runOn(machine, { mounts: [["ephemeral3", "/x"]] });
    expect(failures).toEqual([]);
    expect(added).toStartWith("/dev/disk/by-label/ephemeral0\t/mnt\tauto\t");
    expect(log).toContain("INFO Ignoring nonexistent named mount ephemeral3");
  });

  test("does nothing at all where nothing is to be mounted", async () => {
    const { machine, log, changing, added } = await run({ mounts: [["ephemeral0", "/mnt"]] });
    expect(log).toContain("DEBUG No modifications to fstab needed.");
    expect([changing, added, machine.changes]).toEqual([[], "", []]);
  });

  test("leaves a device to the line that the image has for it", async () => {
    const files = { "/dev/vdz": "" };
    const same = await run({ mounts: [["vdz", "/opt"]] }, { files });
    expect(same.log).toContain("INFO Device /dev/vdz already defined in fstab: skipping");
    expect(same).toMatchObject({ added: "", failures: [], changing: [] });
    const other = await run({ mounts: [["vdz", "/data"]] }, { files });
    expect(other).toMatchObject({ added: "", failures: [], changing: [] });
    expect(other.warnings[0]).toContain('/etc/fstab has the device for "/opt"');
  });

  test("makes the table where there is none", async () => {
    const machine = createFakeFstabTools();
    machine.system.fs.remove("/etc/fstab");
    const { fstab, failures } = await runOn(machine, { mounts: [["vdb", "/data"]] });
    expect(failures).toEqual([]);
    expect(fstab).toStartWith("/dev/vdb\t/data\t");
    expect(machine.system.fs.stat("/etc/fstab")?.mode).toBe(0o644);
  });

  test("says what stays where mount fails, and what nofail hides", async () => {
    const failing = { mount: "mount: /data: unknown filesystem type 'ext9'." };
    const { failures, added } = await run({ mounts: [["vdb", "/data", "ext9"]] }, { failing });
    expect(failures).toEqual([
      `Activating mounts via 'mount -a' failed: exit code 32: ${failing.mount}. The lines of "/dev/vdb" in /etc/fstab stay, the next boot tries again`,
    ]);
    expect(added).not.toBe("");
    const hidden = await run({ mounts: [["LABEL=x", "/data"]] });
    expect(hidden.failures).toEqual([]);
    expect(hidden.warnings[0]).toContain(
      `"LABEL=x" is not mounted on "/data", although 'mount -a'`,
    );
  });

  test("swaps to devices, once", async () => {
    const config = { mounts: [["vdd", "none", "swap", "sw", "0", "0"]] };
    const { machine, changing, added } = await run(config);
    expect(added).toBe("/dev/vdd\tnone\tswap\tsw,comment=cloudconfig\t0\t0\n");
    expect(changing).toEqual([RELOAD, "/usr/sbin/swapon -a"]);
    machine.commands.length = 0;
    expect(await runOn(machine, config)).toMatchObject({ changing: [], failures: [] });
  });

  const bad: readonly (readonly [readonly unknown[], string])[] = [
    [["vdb", "data"], 'begins with "/"'],
    [["vdb", "/"], "belongs to the system"],
    [["vdb", "//"], "belongs to the system"],
    [["vdb", "/etc"], "belongs to the system"],
    [["vdb", "/proc"], "belongs to the system"],
    [["vdb", "/a/../etc"], "/../"],
    [["vdb", "/a\n/dev/vdb / ext4"], "without line ends"],
    [["vdb", "/file"], "the mount point is a file"],
    [["vdb", "/file/below"], "cannot be made"],
    [["vdb", "/dangling"], "a link that leads nowhere"],
    [["vdb", "/opt"], 'has "/dev/vdz" for it'],
    [["vdb", "/busy"], '"/dev/vdd" is mounted there'],
    [["vdb", "/data", "ext 4"], "expected a type"],
    [["vdb", "/data", "ext4", "rw", "no"], "numbers as dump and pass"],
    [["vdb", "/data", "swap"], "swap is mounted nowhere"],
    [["what", "/data"], 'expected "/dev/NAME"'],
    [["/dev/../etc", "/data"], 'expected "/dev/NAME"'],
    [["/nowhere", "/data", "none", "bind"], 'there is no "/nowhere"'],
    [["vdb"], "its mount point is missing"],
    [["", "/data"], "its device is missing"],
    [["vdb", "/data", { a: 1 }], "that is not"],
  ];
  for (const [entry, words] of bad) {
    test(`${JSON.stringify(entry)} is refused, and what is good beside it is done`, async () => {
      const machine = createFakeFstabTools({ files: { "/file": "x" } });
      const { fs } = machine.system;
      fs.symlink("/none", "/dangling");
      fs.write("/proc/self/mounts", "/dev/vda1 / ext4 rw 0 0\n/dev/vdd /busy ext4 rw 0 0\n");
      const { failures, added } = await runOn(machine, { mounts: [entry, ["vdc", "/good"]] });
      expect(failures).toHaveLength(1);
      expect(failures[0]).toContain(words);
      expect(added).toBe(`/dev/vdc1\t/good\tauto\t${SYSTEMD},comment=cloudconfig\t0\t2\n`);
      expect(fs.readBytes("/file")).toHaveLength(1);
    });
  }

  test("the root's own line is left to the image", async () => {
    const files = { "/etc/fstab": "/dev/vda1 / ext4 defaults 0 1\n", "/dev/vda": "" };
    const { failures, machine } = await run({ mounts: [["vda", "/", "ext4", "ro"]] }, { files });
    expect(failures).toEqual([]);
    expect(machine.fstab()).toBe(files["/etc/fstab"]);
    expect(machine.changing()).toEqual([]);
  });

  test("a device that is not there is told and skipped", async () => {
    const { failures, warnings, added } = await run({ mounts: [["/dev/sdq", "/data"]] });
    expect([failures, added]).toEqual([[], ""]);
    expect(warnings[0]).toContain(
      'Cannot mount "/dev/sdq" on "/data": this machine has no such device',
    );
  });

  test("kernel file systems may be given other options", async () => {
    const { failures, added } = await run({ mounts: [["proc", "/proc", "proc", "hidepid=2"]] });
    expect(failures).toEqual([]);
    expect(added).toStartWith("proc\t/proc\tproc\thidepid=2,");
  });

  test("items that are no lists are named as cloud-init names them", async () => {
    const { failures } = await run({ mounts: ["x", 5, { a: 1 }, null, ["vdb", "/data"]] });
    expect(failures).toEqual(
      ["str", "int", "dict", "NoneType"].map(
        (type, index) => `Mount option ${index + 1} not a list, got a ${type} instead`,
      ),
    );
  });

  test("no text of an entry gets more than its one line into the table", async () => {
    const field = fc.oneof(
      fc.string(),
      fc.constantFrom("vdb", "/data", "tmpfs", "bind", "/", "swap"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 6 }), async (entry) => {
        const { fstab, added } = await run({ mounts: [entry] });
        expect(fstab).toStartWith(IMAGE_FSTAB);
        expect(added.split("\n").length).toBeLessThanOrEqual(2);
        expect(added === "" || added.includes("comment=cloudconfig")).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a plan for Linux", () => {
  test("shows the lines, directories and commands, and does nothing", async () => {
    const machine = createFakeFstabTools();
    const planned = planSystem(machine.system);
    const before = machine.changes.length;
    const config = { mounts: [["vdb", "/data"]], swap: { size: "4M" } };
    const result = await runOn({ ...machine, system: planned.system }, config);
    expect(result.failures).toEqual([]);
    expect(result.warnings).toEqual([]);
    expect(machine.changes.length).toBe(before);
    expect(machine.fstab()).toBe(IMAGE_FSTAB);
    const shown = JSON.stringify(planned.changes);
    for (const words of ["/etc/fstab", "/usr/sbin/mkswap", "/usr/bin/fallocate", "daemon-reload"]) {
      expect(shown).toContain(words);
    }
  });
});
