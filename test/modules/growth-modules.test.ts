import { describe, expect, test } from "bun:test";
import type { DiskGrowth, FileSystemGrowth } from "../../src/distros/growth-adapter.ts";
import type { Distro } from "../../src/distros/distro.ts";
import { growpart } from "../../src/modules/growpart.ts";
import { resizefs } from "../../src/modules/resizefs.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createTestDistro, INSTANCE_DIR, runModule } from "../support/module-context.ts";

/** A distro that keeps what it is asked for. */
function recordingDistro(platform: string) {
  const disks: DiskGrowth[] = [];
  const fileSystems: FileSystemGrowth[] = [];
  const { system } = createScriptedSystem({ platform });
  const distro: Distro = {
    ...createTestDistro(system),
    growth: {
      growDisks: async (request) => {
        disks.push(request);
        return [];
      },
      growFileSystems: async (request) => {
        fileSystems.push(request);
        return [{ message: "told", severity: "warning" }, { message: "failed" }];
      },
    },
  };
  return { distro, disks, fileSystems };
}

async function runGrowpart(config: Readonly<Record<string, unknown>>, platform = "linux") {
  const { distro, disks } = recordingDistro(platform);
  return { ...(await runModule(growpart, { config, distro })), disks };
}

describe("growpart", () => {
  test("looks at the default devices where nothing is said", async () => {
    const { disks } = await runGrowpart({});
    expect(disks).toEqual([
      {
        mode: "auto",
        ignoresGrowrootDisabled: false,
        memoryFile: `${INSTANCE_DIR}/growth.json`,
      },
    ]);
  });

  test("hands on mode and devices, each with its place in the user's list", async () => {
    const settings = {
      mode: "growpart",
      devices: ["/", ["no"], "/dev/vdb1"],
      ignore_growroot_disabled: true,
    };
    const { disks, failures } = await runGrowpart({ growpart: settings });
    expect(failures).toHaveLength(1);
    expect(disks).toMatchObject([
      {
        mode: "growpart",
        ignoresGrowrootDisabled: true,
        devices: [
          { name: "/", path: ["growpart", "devices", 0] },
          { name: "/dev/vdb1", path: ["growpart", "devices", 2] },
        ],
      },
    ]);
  });

  test('is off by off, false and "off", and for a mode that there is not', async () => {
    for (const mode of ["off", false, "False"]) {
      expect((await runGrowpart({ growpart: { mode } })).disks).toEqual([]);
    }
    const unknown = await runGrowpart({ growpart: { mode: "lots" } });
    expect(unknown.disks).toEqual([]);
    expect(unknown.failures[0]).toContain('growpart mode "lots": expected auto');
  });

  test("takes the tools' names on AIX for auto", async () => {
    const { disks, log } = await runGrowpart({ growpart: { mode: "growpart" } }, "aix");
    expect(disks).toMatchObject([{ mode: "auto" }]);
    expect(log.join("\n")).toContain("chvg is used");
  });

  test("does nothing where nothing is known of what can grow", async () => {
    expect((await runModule(growpart)).failures).toEqual([]);
    expect((await runModule(resizefs)).failures).toEqual([]);
  });
});

describe("resizefs", () => {
  const run = async (config: Readonly<Record<string, unknown>>) => {
    const { distro, fileSystems } = recordingDistro("linux");
    return { ...(await runModule(resizefs, { config, distro })), fileSystems };
  };

  test("waits unless noblock says otherwise", async () => {
    for (const [written, inBackground] of [
      [true, false],
      ["yes", false],
      ["noblock", true],
    ]) {
      const { fileSystems } = await run({ resize_rootfs: written });
      expect(fileSystems).toMatchObject([{ inBackground, isRootNamed: true, wishes: [] }]);
    }
    expect((await run({})).fileSystems).toMatchObject([{ isRootNamed: false }]);
  });

  test("is off where resize_rootfs is false, growfs too", async () => {
    for (const written of [false, "false", "off"]) {
      const { fileSystems } = await run({ resize_rootfs: written, growfs: { "/opt": "+1G" } });
      expect(fileSystems).toEqual([]);
    }
  });

  test("takes another word for true and says so", async () => {
    const { fileSystems, log } = await run({ resize_rootfs: "later" });
    expect(fileSystems).toHaveLength(1);
    expect(log.join("\n")).toContain('got "later"');
  });

  test("tells warnings, and fails for what failed and for bad entries", async () => {
    const { failures, log, fileSystems } = await run({ growfs: { "/opt": "lots", "/var": "1G" } });
    expect(failures).toHaveLength(2);
    expect(failures[0]).toContain('"/opt"');
    expect(log).toContain("WARNING told");
    expect(fileSystems[0]?.wishes.map(({ mountPoint }) => mountPoint)).toEqual(["/var"]);
  });
});
