import { describe, expect, test } from "bun:test";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges } from "../support/machine-state.ts";
import { CLEAN, stage } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_DIR,
  commandLines,
  createMachine,
  detachDrive,
  semaphoresOf,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";

describe("dsmode", () => {
  test("local: the modules run in init --local, and init has nothing left to do", async () => {
    const aix = createMachine({
      drive: buildDrive({
        metaData: { meta: { dsmode: "local" } },
        userData: "#cloud-config\nbootcmd: [ls]\nwrite_files: [{path: /etc/a, content: a}]\n",
      }),
    });
    expect(await stage(aix, "init-local")).toBe(0);
    expect(textAt(aix, "/etc/a")).toBe("a");
    expect(statusOf(aix).datasource).toBe("DataSourceConfigDrive [local,ver=2][source=cd0]");
    const commands = aix.commands.length;
    expect(await stage(aix, "init")).toBe(0);
    expect(commandLines(aix, commands)).not.toContain("/bin/sh /run/cloud-init/bootcmd.sh");
    expect(await stage(aix, "modules-config")).toBe(0);
    expect(await stage(aix, "modules-final")).toBe(0);
    // By hand, after the boot, init does go on.
    expect(await stage(aix, "init")).toBe(0);
    expect(commandLines(aix, commands)).toContain("/bin/sh /run/cloud-init/bootcmd.sh");
  });

  test("local with the drive gone: the work of each boot is init's", async () => {
    const aix = createMachine({
      drive: buildDrive({
        metaData: { meta: { dsmode: "local" } },
        userData: "#cloud-config\nbootcmd: [ls]\n",
      }),
    });
    await runBoot(aix);
    detachDrive(aix);
    aix.reboot();
    const commands = aix.commands.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(commandLines(aix, commands).filter((line) => line.includes("bootcmd.sh"))).toHaveLength(
      1,
    );
  });

  test("pass: network and files are applied, and nobody claims the instance", async () => {
    const aix = createMachine({
      drive: buildDrive({
        metaData: {
          meta: { dsmode: "pass" },
          files: [{ path: "/etc/injected", content_path: "/content/0001" }],
        },
        files: { "openstack/content/0001": "in\n" },
      }),
    });
    expect(Object.values(await runBoot(aix))).toEqual([0, 1, 1, 1]);
    expect(textAt(aix, "/etc/injected")).toBe("in\n");
    expect(aix.machine.attributes).toContainEqual({
      device: "en0",
      attribute: "netaddr",
      value: "192.0.2.20",
    });
    expect(aix.system.fs.stat(`${CLOUD_DIR}/instance`)).toBeUndefined();
    // Once per instance.
    aix.reboot();
    const changes = aix.changes.length;
    await runBoot(aix);
    expect(machineChanges(aix, changes)).toEqual([]);
  });

  test("disabled: the drive is as good as not there", async () => {
    const aix = createMachine({
      drive: buildDrive({ metaData: { meta: { dsmode: "disabled" } } }),
    });
    expect(Object.values(await runBoot(aix))).toEqual([0, 1, 1, 1]);
    expect(machineChanges(aix)).toEqual([]);
  });
});

describe("--force without a datasource", () => {
  test("runs the modules for no instance, keeps none, and counts the error", async () => {
    const aix = createMachine({ config: "bootcmd: [ls]\n" });
    expect(await stage(aix, "init-local", { force: true })).toBe(0);
    expect(await stage(aix, "init", { force: true })).toBe(1);
    expect(commandLines(aix)).toContain("/bin/sh /run/cloud-init/bootcmd.sh");
    expect(await stage(aix, "modules-config", { force: true })).toBe(1);
    expect(await stage(aix, "modules-final", { force: true })).toBe(1);
    expect(aix.system.fs.stat(`${CLOUD_DIR}/instance`)).toBeUndefined();
    expect(aix.system.fs.stat(`${CLOUD_DIR}/data/instance-id`)).toBeUndefined();
    expect(semaphoresOf(aix, "iid-datasource-none")).toEqual([]);
  });
});
