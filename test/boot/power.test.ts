import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../support/boot-scenario.ts";
import {
  buildDrive,
  createMachine,
  DRIVE_ID,
  type MachineOptions,
  semaphoresOf,
  textAt,
} from "../support/sample-machine.ts";
import { machineChanges } from "../support/machine-state.ts";
import { type MachineWithCommands, withCommands } from "../support/with-commands.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const OTHER_ID = "0a1b2c3d-0000-4000-8000-000000000002";

/** A deploy; `prepare` does what was done to the image before. */
async function deploy(
  options: MachineOptions = {},
  prepare?: (aix: SimulatedAix) => Promise<void>,
): Promise<SimulatedAix> {
  const aix = createMachine({ drive: buildDrive(), ...options });
  await prepare?.(aix);
  expect(await runBoot(aix)).toEqual(CLEAN);
  return aix;
}

/** Changes of the machine in one more boot. */
async function bootAgain(aix: SimulatedAix): Promise<readonly string[]> {
  aix.reboot();
  const mark = aix.changes.length;
  expect(await runBoot(aix)).toEqual(CLEAN);
  expect(aix.gaps).toEqual([]);
  return machineChanges(aix, mark);
}

async function redeploy(aix: SimulatedAix): Promise<readonly string[]> {
  aix.media.set("cd0", buildDrive({ metaData: { uuid: OTHER_ID } }));
  return bootAgain(aix);
}

describe("clouddev after a deploy", () => {
  const CLEAR = "command /usr/sbin/chdev -l sys0 -a clouddev=0";

  async function setClouddev(aix: SimulatedAix): Promise<void> {
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "sys0", "-a", "clouddev=1"]);
  }

  function clouddevOf(aix: SimulatedAix): string | undefined {
    return aix.machine.attributes.find(
      ({ device, attribute }) => device === "sys0" && attribute === "clouddev",
    )?.value;
  }

  test("it is kept unless cleared is asked for", async () => {
    for (const config of ["", "aix: {clouddev_after_deploy: keep}\n"]) {
      const aix = await deploy({ config }, setClouddev);
      expect(clouddevOf(aix)).toBe("1");
    }
  });

  test("it is cleared at the end of the deploy, not at a reboot, and again at the next deploy", async () => {
    const options = { config: "aix: {clouddev_after_deploy: clear}\n" };
    const aix = await deploy(options, setClouddev);
    expect(clouddevOf(aix) ?? "0").toBe("0");
    expect(semaphoresOf(aix, DRIVE_ID)).toContain("config_clear_clouddev");
    expect(machineChanges(aix).at(-1)).toBe(CLEAR);
    expect(await bootAgain(aix)).not.toContain(CLEAR);
    // As it is before a capture.
    await setClouddev(aix);
    expect(await bootAgain(aix)).not.toContain(CLEAR);
    expect(await redeploy(aix)).toContain(CLEAR);
    expect(clouddevOf(aix) ?? "0").toBe("0");
  });

  test("a machine that was cut off before the final stage does it at its next boot", async () => {
    const options = { config: "aix: {clouddev_after_deploy: clear}\n" };
    const aix = createMachine({ drive: buildDrive(), ...options });
    await setClouddev(aix);
    const { runStage } = await import("../../src/stages/run-stage.ts");
    for (const stage of ["init-local", "init"] as const) {
      await runStage(stage, aix.system, { configFiles: [], force: false, debug: false });
    }
    expect(clouddevOf(aix)).toBe("1");
    expect(await bootAgain(aix)).toContain(CLEAR);
  });

  test("a level of AIX that has no clouddev has nothing to clear", async () => {
    const aix = await deploy({
      config: "aix: {clouddev_after_deploy: clear}\n",
      faults: { missingSysAttributes: ["clouddev"] },
    });
    expect(machineChanges(aix)).not.toContain(CLEAR);
  });
});

/** Exit codes of one boot, and the command lines of the table that ran in it. */
async function bootWith(
  machine: MachineWithCommands & { readonly aix: SimulatedAix },
): Promise<readonly string[]> {
  const mark = machine.ran.length;
  expect(await runBoot(machine)).toEqual(CLEAN);
  expect(machine.aix.gaps).toEqual([]);
  return machine.ran.slice(mark);
}

describe.each([["/usr/sbin/rsct"], ["/opt/rsct"]])("RMC with its tools under %s", (root) => {
  function createWithRsct() {
    let ids = 0;
    const aix = createMachine({
      drive: buildDrive(),
      files: {
        [`${root}/bin/rmcctrl`]: "",
        [`${root}/install/bin/recfgct`]: "",
        "/etc/ct_node_id": "0123456789abcdef\n",
      },
    });
    aix.machine.subsystems.push({
      name: "ctrmc",
      group: "rsct",
      method: "signals",
      state: "inoperative",
    });
    const ctrmc = aix.machine.subsystems.at(-1);
    const machine = withCommands(aix.system, {
      [`${root}/bin/rmcctrl`]: "",
      [`${root}/install/bin/recfgct`]: () => {
        ids += 1;
        aix.system.fs.write("/etc/ct_node_id", `fedcba987654321${ids}\n`);
        if (ctrmc !== undefined) {
          ctrmc.state = "active";
          ctrmc.pid = 77;
        }
        return "0513-059 The ctrmc Subsystem has been started. Subsystem PID is 77.\n";
      },
    });
    return { aix, ...machine };
  }

  test("each deploy has a node id of its own, and a reboot keeps it", async () => {
    const machine = createWithRsct();
    const commands = [`${root}/bin/rmcctrl -z`, `${root}/install/bin/recfgct`];
    expect(await bootWith(machine)).toEqual(commands);
    expect(textAt(machine.aix, "/etc/ct_node_id")).toBe("fedcba9876543211\n");
    machine.aix.reboot();
    expect(await bootWith(machine)).toEqual([]);
    machine.aix.media.set("cd0", buildDrive({ metaData: { uuid: OTHER_ID } }));
    machine.aix.reboot();
    expect(await bootWith(machine)).toEqual(commands);
    expect(textAt(machine.aix, "/etc/ct_node_id")).toBe("fedcba9876543212\n");
  });
});

describe("the boot list", () => {
  function createWithBootList(list: string) {
    let current = list;
    const aix = createMachine({ drive: buildDrive(), files: { "/usr/bin/bootlist": "" } });
    const machine = withCommands(aix.system, {
      "/usr/sbin/bootinfo": "hdisk0\nhdisk1\n",
      "/usr/bin/bootlist -m normal -o": () => current,
      "/usr/bin/bootlist": ([, , , , ...disks]) => {
        current = disks.map((disk) => `${disk} blv=hd5 pathid=0\n`).join("");
        return current;
      },
    });
    return { aix, ...machine, list: () => current };
  }

  test("of two disks is set at the first boot, and again only where a later deploy finds another", async () => {
    const machine = createWithBootList("cd0\nhdisk0 blv=hd5 pathid=0\n");
    const command = "/usr/bin/bootlist -m normal -o hdisk0 hdisk1";
    expect(await bootWith(machine)).toEqual([command]);
    expect(machine.list()).toBe("hdisk0 blv=hd5 pathid=0\nhdisk1 blv=hd5 pathid=0\n");
    machine.aix.reboot();
    expect(await bootWith(machine)).toEqual([]);
    machine.aix.media.set("cd0", buildDrive({ metaData: { uuid: OTHER_ID } }));
    machine.aix.reboot();
    expect(await bootWith(machine)).toEqual([]);
  });
});

test("multipath disks get their interval at the first boot of a deploy", async () => {
  const aix = createMachine({
    drive: buildDrive(),
    config: "multipath_hcheck_interval: 30\n",
    files: { "/usr/sbin/lspath": "" },
  });
  const machine = { aix, ...withCommands(aix.system, { "/usr/sbin/lspath": "hdisk0\nhdisk0\n" }) };
  await bootWith(machine);
  const command = "command /usr/sbin/chdev -l hdisk0 -a hcheck_interval=30 -P";
  expect(machineChanges(aix).filter((line) => line === command)).toHaveLength(1);
  expect(await bootAgainWith(machine)).not.toContain(command);
});

/** Changes of one more boot, with the table's commands. */
async function bootAgainWith(
  machine: MachineWithCommands & { readonly aix: SimulatedAix },
): Promise<readonly string[]> {
  machine.aix.reboot();
  const mark = machine.aix.changes.length;
  await bootWith(machine);
  return machineChanges(machine.aix, mark);
}
