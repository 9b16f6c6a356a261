import { describe, expect, test } from "bun:test";
import { createAixStorage } from "../../../src/distros/aix/storage.ts";
import type { DiscSearch, StorageAdapter } from "../../../src/distros/distro.ts";
import {
  createScriptedSystem,
  type ScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { FileError } from "../../../src/system/file-error.ts";
import type { System } from "../../../src/system/system.ts";
import { buildIso } from "../../support/build-iso.ts";
import { buildVfat } from "../../support/build-vfat.ts";
import { createRecordingLog, type RecordingLog } from "../../support/recording-log.ts";
import { relabelDisc } from "../../support/relabel-disc.ts";

const LSDEV = "/usr/sbin/lsdev -Cc cdrom -F name:status";
const FILES = { "openstack/latest/meta_data.json": '{"uuid": "1"}' };
const CONFIG_DRIVE = buildIso({ files: FILES, label: "config-2" });
const OTHER_DISC = buildIso({ files: { readme: "x" }, label: "AIX_INSTALL" });

interface Machine {
  /** Devices that were opened, or tried to. */
  readonly opened: readonly string[];
  readonly storage: StorageAdapter;
  readonly scripted: ScriptedSystem;
  readonly log: RecordingLog;
}

/** `refused`: device → the code with which it cannot be opened. */
function createMachine(
  options: ScriptedSystemOptions,
  refused: Record<string, string> = {},
  systemInfo: Readonly<Record<string, unknown>> = {},
): Machine {
  const scripted = createScriptedSystem({ platform: "aix", ...options });
  const log = createRecordingLog();
  const opened: string[] = [];
  const sys: System = {
    ...scripted.system,
    fs: {
      ...scripted.system.fs,
      open(path) {
        opened.push(path);
        const code = refused[path];
        if (code !== undefined) {
          throw new FileError("open", path, code);
        }
        return scripted.system.fs.open(path);
      },
    },
  };
  return { storage: createAixStorage({ sys, log, systemInfo }), scripted, log, opened };
}

async function readMetadata(search: DiscSearch): Promise<readonly (string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for (const disc of search.discs) {
    const bytes = await disc.read((tree) => tree.readBytes("openstack/latest/meta_data.json"));
    texts.push(bytes === undefined ? undefined : new TextDecoder().decode(bytes));
  }
  return texts;
}

describe("AIX discs that can be read from their device", () => {
  test("have labels that a terminal shows and does not obey", async () => {
    const { storage } = createMachine({
      files: { "/dev/cd0": relabelDisc(OTHER_DISC, "AIX", "\n\u001B[") },
      commands: { [LSDEV]: "cd0:Available\n" },
    });
    const { looked } = await storage.findDiscs("any");
    expect(looked).toEqual([String.raw`cd0 (labelled "\x0a\x1b[_INSTALL")`]);
  });

  test("are found by label in any case, without a command, and read", async () => {
    const { storage, scripted } = createMachine({
      files: { "/dev/cd0": CONFIG_DRIVE },
      commands: { [LSDEV]: "cd0:Available\n" },
    });
    const search = await storage.findDiscs(["CONFIG-2"]);
    expect(search.discs.map(({ device, label }) => [device, label])).toEqual([["cd0", "config-2"]]);
    expect(search.problems).toEqual([]);
    expect(await readMetadata(search)).toEqual(['{"uuid": "1"}']);
    expect(scripted.commands).toEqual([]);
    expect(scripted.changes).toEqual([]);
  });

  test("come lowest first; those with other labels, empty drives and other media are said", async () => {
    const { storage, scripted } = createMachine(
      {
        files: {
          "/dev/cd0": "",
          "/dev/cd10": CONFIG_DRIVE,
          "/dev/cd2": CONFIG_DRIVE,
          "/dev/cd1": OTHER_DISC,
          "/dev/cd3": "no file system",
        },
        commands: {
          [LSDEV]: "cd10:Available\ncd2:Available\ncd1:Available\ncd0:Available\ncd3:Available\n",
        },
      },
      { "/dev/cd0": "ENXIO", "/dev/rcd0": "ENXIO" },
    );
    const search = await storage.findDiscs(["config-2"]);
    expect(search.discs.map(({ device }) => device)).toEqual(["cd2", "cd10"]);
    expect(search.looked).toEqual([
      "cd0 (no disc)",
      'cd1 (labelled "AIX_INSTALL")',
      'cd2 (labelled "config-2")',
      "cd3 (no ISO 9660 or FAT disc)",
      'cd10 (labelled "config-2")',
    ]);
    expect(search.problems.map(({ message }) => message)).toEqual([
      'Cannot use "cd0": Cannot open "/dev/cd0": the device is not there (ENXIO); Cannot open "/dev/rcd0": the device is not there (ENXIO)',
      'Cannot use "cd3": it holds no ISO 9660 or FAT file system',
    ]);
    expect(scripted.commands).toEqual([]);
  });

  test("are each opened once, whether lsdev has to be asked or not", async () => {
    const { storage, scripted, opened } = createMachine(
      {
        files: { "/dev/cd0": "", "/dev/rcd0": "", "/dev/cd1": OTHER_DISC },
        commands: { [LSDEV]: "cd0:Available\ncd1:Available\n" },
      },
      { "/dev/cd0": "ENXIO", "/dev/rcd0": "ENXIO" },
    );
    expect((await storage.findDiscs(["config-2"])).discs).toEqual([]);
    expect(opened).toEqual(["/dev/cd0", "/dev/rcd0", "/dev/cd1"]);
    expect(scripted.commands).toEqual([LSDEV.split(" ")]);
  });

  test("are read from the raw device where the block device refuses", async () => {
    const { storage, scripted } = createMachine(
      {
        files: { "/dev/cd0": "", "/dev/rcd0": CONFIG_DRIVE },
        commands: { [LSDEV]: "cd0:Available\n" },
      },
      { "/dev/cd0": "EINVAL" },
    );
    expect(await readMetadata(await storage.findDiscs(["config-2"]))).toEqual(['{"uuid": "1"}']);
    expect(scripted.commands).toEqual([]);
  });

  test("are looked for in cd0 and cd1 where lsdev lists nothing", async () => {
    const { storage } = createMachine({
      files: { "/dev/cd1": CONFIG_DRIVE },
      commands: { [LSDEV]: { exitCode: 1, stderr: "lsdev: 0514-521 Cannot find information" } },
    });
    const search = await storage.findDiscs("any");
    expect(search.discs.map(({ device }) => device)).toEqual(["cd1"]);
    expect(search.looked).toEqual(['cd1 (labelled "config-2")']);
    expect(search.problems.map(({ message }) => message)).toEqual([
      `Cannot list the CD devices: Command "${LSDEV}" ended with exit code 1: lsdev: 0514-521 Cannot find information`,
    ]);
  });

  test("may be none at all", async () => {
    const { storage, scripted } = createMachine({ commands: { [LSDEV]: "" } });
    expect(await storage.findDiscs(["config-2"])).toEqual({ discs: [], problems: [], looked: [] });
    expect(scripted.commands).toHaveLength(1);
  });

  test("that are damaged are a problem, and are not mounted", async () => {
    const damaged = CONFIG_DRIVE.slice();
    damaged[16 * 2048 + 128] = 7;
    const { storage } = createMachine({
      files: { "/dev/cd0": damaged },
      commands: { [LSDEV]: "cd0:Available\n" },
    });
    const search = await storage.findDiscs(["config-2"]);
    expect(search.discs).toEqual([]);
    expect(search.problems.map(({ message }) => message)).toEqual([
      'Cannot use "cd0": Cannot read the disc: its primary volume descriptor gives a block size of 2055 bytes, expected 512, 1024 or 2048',
    ]);
  });
});

describe("An AIX CD device that is only Defined", () => {
  const commands = { [LSDEV]: "cd0:Available\ncd1:Defined\n" };

  test("is configured once where no disc was found elsewhere", async () => {
    // The file of a device that nothing drives can be there; it cannot be opened.
    const refused: Record<string, string> = { "/dev/cd1": "ENXIO", "/dev/rcd1": "ENXIO" };
    const { storage, scripted } = createMachine(
      {
        files: { "/dev/cd0": OTHER_DISC, "/dev/cd1": CONFIG_DRIVE },
        commands: {
          ...commands,
          "/usr/sbin/mkdev -l cd1": () => {
            delete refused["/dev/cd1"];
            return "cd1 Available\n";
          },
        },
      },
      refused,
    );
    expect(await readMetadata(await storage.findDiscs(["config-2"]))).toEqual(['{"uuid": "1"}']);
    await storage.findDiscs(["config-2"]);
    expect(scripted.changes).toEqual([
      {
        kind: "command",
        argv: ["/usr/sbin/mkdev", "-l", "cd1"],
        hasStdin: false,
        owner: "agent",
      },
    ]);
  });

  test("is left alone where a disc was found", async () => {
    const { storage, scripted } = createMachine({
      files: { "/dev/cd0": CONFIG_DRIVE },
      commands,
    });
    expect((await storage.findDiscs(["config-2"])).discs).toHaveLength(1);
    expect(scripted.changes).toEqual([]);
  });

  test("that cannot be configured is a problem", async () => {
    const failed = { exitCode: 1, stderr: "Method error (/usr/lib/methods/cfgsccd): 0514-033\n" };
    const late = { exitCode: 124, timedOut: true };
    for (const [answer, expected] of [
      [failed, "mkdev ended with exit code 1: Method error (/usr/lib/methods/cfgsccd): 0514-033"],
      [late, "mkdev did not end within 120 s"],
    ] as const) {
      const { storage } = createMachine({
        commands: { [LSDEV]: "cd1:Defined\n", "/usr/sbin/mkdev": answer },
      });
      const search = await storage.findDiscs(["config-2"]);
      expect(search.looked).toEqual(["cd1 (only Defined)"]);
      expect(search.problems).toEqual([
        { message: `Cannot configure the device "cd1": ${expected}` },
      ]);
    }
  });
});

describe("An AIX disc that cannot be read from its device", () => {
  const refused = { "/dev/cd0": "EBUSY", "/dev/rcd0": "EBUSY" };
  const MOUNT_POINT = /^\/run\/cloud-init\/cd0-[0-9a-f]{16}$/u;

  /** The disc is seen at whatever directory mount is given, and gone after umount. */
  function createMounting(
    umount: (attempt: number) => number = () => 0,
    systemInfo: Readonly<Record<string, unknown>> = {},
  ): Machine {
    const state: { machine?: Machine } = {};
    let attempts = 0;
    const fs = (): System["fs"] => {
      if (state.machine === undefined) {
        throw new Error("The machine is not made yet");
      }
      return state.machine.scripted.system.fs;
    };
    state.machine = createMachine(
      {
        commands: {
          [LSDEV]: "cd0:Available\n",
          "/usr/sbin/mount": (argv) => {
            const directory = argv.at(-1);
            if (argv.length > 1) {
              expect(argv.slice(0, -1)).toEqual(
                "/usr/sbin/mount -v cdrfs -o ro /dev/cd0".split(" "),
              );
              expect(fs().stat(directory ?? "")).toMatchObject({ kind: "directory", mode: 0o700 });
              fs().write(`${directory}/OPENSTACK/LATEST/META_DATA.JSON;1`, '{"uuid": "1"}');
            }
            return "";
          },
          "/usr/sbin/umount": (argv) => {
            attempts += 1;
            const exitCode = umount(attempts);
            if (exitCode === 0) {
              fs().remove(`${argv[1]}/OPENSTACK`);
            }
            return { exitCode, stderr: exitCode === 0 ? "" : "umount: 0506-349 Cannot unmount\n" };
          },
        },
      },
      refused,
      systemInfo,
    );
    return state.machine;
  }

  test("is read where it is mounted already, and stays mounted", async () => {
    const { storage, scripted } = createMachine(
      {
        files: { "/media/openstack/latest/meta_data.json": '{"uuid": "2"}' },
        commands: {
          [LSDEV]: "cd0:Available\n",
          "/usr/sbin/mount":
            "\n\n         /dev/cd0         /media           cdrfs  Nov 12 04:40 ro\n",
        },
      },
      refused,
    );
    const search = await storage.findDiscs(["config-2"]);
    expect(search.looked).toEqual(["cd0 (mounted at /media)"]);
    expect(search.discs.map(({ label }) => label)).toEqual([""]);
    expect(await readMetadata(search)).toEqual(['{"uuid": "2"}']);
    expect(scripted.changes).toEqual([]);
  });

  test("is mounted read-only at a private directory, unmounted, and the directory removed", async () => {
    const { storage, scripted, log } = createMounting();
    const search = await storage.findDiscs(["config-2"]);
    expect(search.problems).toEqual([]);
    expect(scripted.system.fs.list("/run/cloud-init")).toEqual([]);
    expect(await readMetadata(search)).toEqual(['{"uuid": "1"}']);
    expect(scripted.system.fs.list("/run/cloud-init")).toEqual([]);
    const mounts = scripted.commands.filter(
      (argv) => argv.length > 2 && argv[0] === "/usr/sbin/mount",
    );
    const unmounts = scripted.commands.filter(([program]) => program === "/usr/sbin/umount");
    expect(mounts.map((argv) => argv.at(-1))).toEqual(unmounts.map((argv) => argv.at(-1)));
    for (const argv of unmounts) {
      expect(argv[1]).toMatch(MOUNT_POINT);
    }
    expect(log.warnings()).toEqual([]);
  });

  test("is mounted below the configured run_dir", async () => {
    const { storage, scripted } = createMounting(undefined, { paths: { run_dir: "/var/run/ci/" } });
    await storage.findDiscs(["config-2"]);
    expect(scripted.system.fs.list("/var/run/ci")).toEqual([]);
  });

  test("is unmounted when reading it throws", async () => {
    const { storage, scripted } = createMounting();
    const [disc] = (await storage.findDiscs(["config-2"])).discs;
    const unmountsBefore = scripted.commands.filter(([p]) => p === "/usr/sbin/umount").length;
    const reading = disc?.read(() => {
      throw new Error("no good");
    });
    await expect(reading).rejects.toThrow("no good");
    const unmounts = scripted.commands.filter(([p]) => p === "/usr/sbin/umount").length;
    expect(unmounts).toBe(unmountsBefore + 1);
    expect(scripted.system.fs.list("/run/cloud-init")).toEqual([]);
  });

  test("is unmounted at the third attempt where it is busy at first", async () => {
    const { storage, scripted, log } = createMounting((attempt) => (attempt < 3 ? 1 : 0));
    expect((await storage.findDiscs(["config-2"])).discs).toHaveLength(1);
    expect(scripted.system.fs.list("/run/cloud-init")).toEqual([]);
    expect(log.warnings()).toEqual([]);
  });

  test("is a warning where it stays busy, keeps its directory, and what was read is used", async () => {
    const { storage, scripted, log } = createMounting(() => 1);
    const search = await storage.findDiscs(["config-2"]);
    expect(await readMetadata(search)).toEqual(['{"uuid": "1"}']);
    expect(scripted.system.fs.list("/run/cloud-init")).toHaveLength(2);
    expect(log.warnings()).toHaveLength(2);
    expect(log.warnings()[0]).toMatch(
      /^Cannot unmount "cd0" from "\/run\/cloud-init\/cd0-[0-9a-f]+" \(.*umount: 0506-349 Cannot unmount\): unmount it by hand/u,
    );
    expect(scripted.commands.filter(([p]) => p === "/usr/sbin/umount").length).toBeLessThan(60);
  });

  test("and cannot be mounted either is a problem with all reasons, and leaves no directory", async () => {
    const { storage, scripted } = createMachine(
      {
        commands: {
          [LSDEV]: "cd0:Available\n",
          "/usr/sbin/mount": (argv) =>
            argv.length === 1
              ? ""
              : { exitCode: 1, stderr: "mount: 0506-324 Cannot mount /dev/cd0: not ready\n" },
        },
      },
      { "/dev/cd0": "EIO", "/dev/rcd0": "EIO" },
    );
    const search = await storage.findDiscs(["config-2"]);
    expect(search.discs).toEqual([]);
    expect(search.looked).toEqual(["cd0 (unreadable)"]);
    expect(search.problems[0]?.message).toMatch(
      /^Cannot use "cd0": Cannot open "\/dev\/cd0": input\/output error \(EIO\); Cannot open "\/dev\/rcd0": .*; Command "\/usr\/sbin\/mount -v cdrfs .*" ended with exit code 1: mount: 0506-324 Cannot mount \/dev\/cd0: not ready$/u,
    );
    expect(scripted.commands.map(([program]) => program)).not.toContain("/usr/sbin/umount");
    expect(scripted.system.fs.list("/run/cloud-init")).toEqual([]);
  });

  test("and cannot be mounted either is not tried again for the next datasource, but later", async () => {
    const { storage, scripted } = createMachine(
      {
        commands: {
          [LSDEV]: "cd0:Available\n",
          "/usr/sbin/mount": (argv) => (argv.length === 1 ? "" : { exitCode: 1 }),
        },
      },
      { "/dev/cd0": "EIO", "/dev/rcd0": "EIO" },
    );
    const first = await storage.findDiscs(["config-2"]);
    const count = scripted.commands.length;
    expect(await storage.findDiscs("any")).toEqual(first);
    expect(scripted.commands).toHaveLength(count);
    await scripted.system.clock.sleep(3000);
    expect((await storage.findDiscs("any")).looked).toEqual(first.looked ?? []);
    expect(scripted.commands.slice(count).map(([program]) => program)).toContain("/usr/sbin/mount");
  });

  test("whose mount does not end in time is a problem that says so", async () => {
    const { storage } = createMachine(
      {
        commands: {
          [LSDEV]: "cd0:Available\n",
          "/usr/sbin/mount": (argv) => (argv.length === 1 ? "" : { exitCode: 124, timedOut: true }),
        },
      },
      refused,
    );
    const search = await storage.findDiscs(["config-2"]);
    expect(search.problems[0]?.message).toContain("did not end in time");
  });
});

describe("AIX discs with FAT", () => {
  const commands = { [LSDEV]: "cd0:Available\ncd1:Available\n" };

  test("are found by the label of the root directory or of the boot sector, and read", async () => {
    for (const labels of [{ label: "CONFIG-2" }, { label: "RENAMED", bootLabel: "config-2" }]) {
      const disc = buildVfat({ files: FILES, ...labels });
      const { storage, scripted } = createMachine({ files: { "/dev/cd1": disc }, commands });
      const search = await storage.findDiscs(["config-2"]);
      expect(search.discs.map(({ device }) => device)).toEqual(["cd1"]);
      expect(await readMetadata(search)).toEqual(['{"uuid": "1"}']);
      expect(scripted.changes).toEqual([]);
    }
  });

  test("are found with any label where any is wanted", async () => {
    const files = { "/dev/cd0": OTHER_DISC, "/dev/cd1": buildVfat({ files: FILES, label: "" }) };
    const { storage } = createMachine({ files, commands });
    const search = await storage.findDiscs("any");
    expect(search.discs.map(({ device, label }) => [device, label])).toEqual([
      ["cd0", "AIX_INSTALL"],
      ["cd1", ""],
    ]);
  });
});

test("An AIX CD device that never answers is neither opened nor mounted, and the others are used", async () => {
  const asked: (readonly string[])[] = [];
  const refused = { "/dev/cd0": "EFAULT", "/dev/rcd0": "EFAULT" };
  const { storage, scripted } = createMachine(
    {
      files: { "/dev/cd0": CONFIG_DRIVE, "/dev/cd1": CONFIG_DRIVE },
      commands: { [LSDEV]: "cd0:Available\ncd1:Available\n" },
      devices: {
        async findSilent(devices) {
          asked.push(...devices);
          return new Set(["/dev/cd0", "/dev/rcd0"]);
        },
      },
    },
    refused,
  );
  const search = await storage.findDiscs(["config-2"]);
  expect(search.discs.map(({ device }) => device)).toEqual(["cd1"]);
  expect(search.problems.map(({ message }) => message)).toEqual([
    'Cannot use "cd0": Cannot read "/dev/cd0": it gave nothing within 30 s, it or its server hangs',
  ]);
  expect(search.looked?.[0]).toBe("cd0 (does not answer)");
  expect(asked).toEqual([
    ["/dev/cd0", "/dev/rcd0"],
    ["/dev/cd1", "/dev/rcd1"],
  ]);
  expect(scripted.commands.filter(([program]) => program?.includes("mount"))).toEqual([]);
});
