import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../support/boot-scenario.ts";
import {
  buildDrive,
  createMachine,
  DRIVE_ID,
  logLines,
  type MachineOptions,
  messagesAt,
  semaphoresOf,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";
import { machineChanges } from "../support/machine-state.ts";
import { single } from "../support/run-by-hand.ts";
import {
  bootAgain as reboot,
  cleanBoot,
  expectSameAfterReboot,
  expectSecondRunFails,
  expectSecondRunIsIdle,
  failedInit,
  output,
  redeploy as deployAgain,
  runStages,
} from "../support/storage-scenario.ts";

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

describe.each([["/usr/sbin/rsct"], ["/opt/rsct"]])("RMC with its tools under %s", (root) => {
  const ABOUT = /rsct|startsrc -s ctrmc/u;
  const STOP = `${root}/bin/rmcctrl -z`;
  const RESET = `${root}/install/bin/recfgct`;
  const files = { [`${root}/bin/rmcctrl`]: "" };
  const nodeIdOf = (aix: SimulatedAix): string => textAt(aix, "/etc/ct_node_id").slice(0, 16);
  const rmcState = (aix: SimulatedAix): string | undefined =>
    aix.machine.subsystems.find(({ name }) => name === "ctrmc")?.state;

  test("each deploy has a node id of its own, and a reboot keeps it", async () => {
    const aix = createMachine({ drive: buildDrive(), files });
    const ids = [nodeIdOf(aix)];
    // RMC does not run yet when the boot scripts do: there is nothing to stop.
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(RESET));
    ids.push(nodeIdOf(aix));
    expect(rmcState(aix)).toBe("active");
    expect(await single(aix, "reset_rmc")).toBe(0);
    await expectSameAfterReboot(aix);
    expect(nodeIdOf(aix)).toBe(ids[1] ?? "");
    expect(await deployAgain(aix, ABOUT)).toEqual(cleanBoot(RESET));
    ids.push(nodeIdOf(aix));
    const mark = aix.changes.length;
    expect(await single(aix, "reset_rmc", { frequency: "always" })).toBe(0);
    expect(machineChanges(aix, mark)).toEqual([`command ${STOP}`, `command ${RESET}`]);
    ids.push(nodeIdOf(aix));
    expect(new Set(ids).size).toBe(4);
    expect(textAt(aix, "/var/ct/cfg/ct_node_id")).toBe(textAt(aix, "/etc/ct_node_id"));
    expect(rmcState(aix)).toBe("active");
  });

  test("an id that stays the same is a failure, and RMC runs all the same", async () => {
    const faults = { recfgctKeepsNodeId: true };
    const aix = createMachine({ drive: buildDrive(), files, faults });
    const before = nodeIdOf(aix);
    const report = await runStages(aix, ABOUT);
    expect(report).toEqual(failedInit(1, RESET, `${root}/bin/rmcctrl -A`));
    expect(statusOf(aix)["init"]?.errors).toEqual([
      expect.stringContaining("New node ID did not get generated."),
    ]);
    expect([nodeIdOf(aix), rmcState(aix)]).toEqual([before, "active"]);
    await expectSameAfterReboot(aix);
    expect(await single(aix, "reset_rmc", { frequency: "always" })).toBe(1);
    expect([nodeIdOf(aix), rmcState(aix)]).toEqual([before, "active"]);
    aix.machine.faults.recfgctKeepsNodeId = false;
    expect(await deployAgain(aix, ABOUT)).toEqual(cleanBoot(RESET));
    expect(nodeIdOf(aix)).not.toBe(before);
  });

  test("a node of an online peer domain is not touched, once it left the domain it is reset", async () => {
    const peerDomain = { name: "proddom", isOnline: true, nodes: ["vm1", "vm2"] };
    const aix = createMachine({ drive: buildDrive(), files, storage: { peerDomain } });
    const before = nodeIdOf(aix);
    expect(await runStages(aix, ABOUT)).toEqual(failedInit(1));
    expect(statusOf(aix)["init"]?.errors).toEqual([
      expect.stringContaining('this node is in the peer domain "proddom", which is online'),
    ]);
    expect([nodeIdOf(aix), rmcState(aix)]).toEqual([before, "active"]);
    await expectSameAfterReboot(aix);
    await expectSecondRunFails(aix, "reset_rmc");
    expect(await deployAgain(aix, ABOUT)).toEqual(failedInit(1));
    expect(nodeIdOf(aix)).toBe(before);
    delete aix.machine.storage.peerDomain;
    expect(await single(aix, "reset_rmc", { frequency: "always" })).toBe(0);
    expect(nodeIdOf(aix)).not.toBe(before);
  });
});

describe("the boot list", () => {
  const ABOUT = /\/bootlist /u;
  const MODULE = "update_bootlist";
  const PATH = { blv: "hd5", pathId: 0 };
  const CD = { device: "cd0" };
  const DISK = { device: "hdisk0", ...PATH };
  const listOf = (aix: SimulatedAix): readonly string[] =>
    aix.machine.storage.bootList.normal.map(({ device }) => device);

  test("with the optical drive first gets the disk of this boot alone", async () => {
    const storage = { normalBootList: [CD, DISK] };
    const aix = createMachine({ drive: buildDrive(), storage });
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot("/usr/bin/bootlist -m normal -o hdisk0"));
    expect(listOf(aix)).toEqual(["hdisk0"]);
    await expectSameAfterReboot(aix);
    await expectSecondRunIsIdle(aix, MODULE);
    expect(await deployAgain(aix, ABOUT)).toEqual(cleanBoot());
  });

  test("of two disks of a mirrored rootvg keeps both, each path of them, in order", async () => {
    const command = "/usr/bin/bootlist -m normal -o hdisk0 hdisk1";
    const aix = createMachine({
      drive: buildDrive(),
      storage: {
        disks: [{ name: "hdisk1", paths: 2 }, { name: "hdisk2" }],
        normalBootList: [CD, { device: "hdisk1", ...PATH }, { device: "hdisk2", ...PATH }, DISK],
      },
    });
    await output(aix, "/usr/sbin/extendvg rootvg hdisk1");
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot(command));
    expect(await output(aix, "/usr/bin/bootlist -m normal -o")).toBe(
      "hdisk0 blv=hd5 pathid=0\nhdisk1 blv=hd5 pathid=0\nhdisk1 blv=hd5 pathid=1\n",
    );
    await expectSameAfterReboot(aix);
    await expectSecondRunIsIdle(aix, MODULE);
    expect(await deployAgain(aix, ABOUT)).toEqual(cleanBoot());
    // The capture tool of another product put the drive in front again.
    await output(aix, "/usr/bin/bootlist -m normal cd0 hdisk0 hdisk1");
    expect(await reboot(aix, ABOUT)).toEqual(cleanBoot());
    expect(await deployAgain(aix, ABOUT)).toEqual(cleanBoot(command));
  });

  test("takes both disks where bootinfo names two", async () => {
    const aix = createMachine({ drive: buildDrive(), storage: { disks: [{ name: "hdisk1" }] } });
    await output(aix, "/usr/sbin/extendvg rootvg hdisk1");
    aix.machine.storage.bootDisk = "hdisk0\nhdisk1";
    expect(await runStages(aix, ABOUT)).toEqual(
      cleanBoot("/usr/bin/bootlist -m normal -o hdisk0 hdisk1"),
    );
    await expectSecondRunIsIdle(aix, MODULE);
  });

  test("gets the one disk of rootvg, whatever bootinfo would name", async () => {
    const aix = createMachine({ drive: buildDrive(), storage: { normalBootList: [CD, DISK] } });
    aix.machine.storage.bootDisk = "";
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot("/usr/bin/bootlist -m normal -o hdisk0"));
    expect(aix.commands.filter((argv) => argv.join(" ") === "/usr/sbin/bootinfo -b")).toEqual([]);
  });

  test("is left alone, with a warning, where rootvg has two disks and bootinfo names none", async () => {
    const storage = { normalBootList: [CD, DISK], disks: [{ name: "hdisk1" }] };
    const aix = createMachine({ drive: buildDrive(), storage });
    await output(aix, "/usr/sbin/extendvg rootvg hdisk1");
    aix.machine.storage.bootDisk = "";
    expect(await runStages(aix, ABOUT)).toEqual(cleanBoot());
    expect(listOf(aix)).toEqual(["cd0", "hdisk0"]);
    expect(messagesAt(aix, "WARNING")).toEqual([
      expect.stringContaining("Cannot tell which disk this boot came from"),
    ]);
    await expectSameAfterReboot(aix);
    await expectSecondRunIsIdle(aix, MODULE);
    expect(await deployAgain(aix, ABOUT)).toEqual(cleanBoot());
  });
});

describe("health checks of multipath disks", () => {
  const ABOUT = /hcheck_interval/u;
  const MODULE = "set_multipath_hcheck_interval";
  const command = (disk: string, seconds: number): string =>
    `/usr/sbin/chdev -l ${disk} -a hcheck_interval=${seconds} -P`;
  const storage = {
    disks: [
      { name: "hdisk1", paths: 4 },
      { name: "hdisk2", paths: 2 },
    ],
  };
  const intervals = async (aix: SimulatedAix): Promise<readonly string[]> => {
    const disks = ["hdisk0", "hdisk1", "hdisk2"].map((disk) =>
      output(aix, `/usr/sbin/lsattr -El ${disk} -a hcheck_interval -F value`),
    );
    return (await Promise.all(disks)).map((text) => text.trim());
  };

  test("each disk gets the interval once, again where a deploy has cleared it", async () => {
    const config = "multipath_hcheck_interval: 30\n";
    const aix = createMachine({ drive: buildDrive(), storage, config });
    await output(aix, command("hdisk2", 30));
    expect(await runStages(aix, ABOUT)).toEqual(
      cleanBoot(command("hdisk0", 30), command("hdisk1", 30)),
    );
    expect(await intervals(aix)).toEqual(["30", "30", "30"]);
    await expectSameAfterReboot(aix);
    await expectSecondRunIsIdle(aix, MODULE);
    expect(await deployAgain(aix, ABOUT)).toEqual(
      cleanBoot(command("hdisk1", 30), command("hdisk2", 30)),
    );
    expect(await intervals(aix)).toEqual(["30", "30", "30"]);
  });

  test("one disk that refuses is told, and does not stop the others", async () => {
    const faults = { refusedDevices: ["hdisk1"] };
    const aix = createMachine({ drive: buildDrive(), storage, faults });
    const all = ["hdisk0", "hdisk1", "hdisk2"].map((disk) => command(disk, 60));
    expect(await runStages(aix, ABOUT)).toEqual(failedInit(1, ...all));
    expect(statusOf(aix)["init"]?.errors).toEqual([
      expect.stringMatching(
        /Failed to permanently change the hcheck interval for hdisk \\?"hdisk1\\?".*0514-047/u,
      ),
    ]);
    expect(await intervals(aix)).toEqual(["60", "0", "60"]);
    await expectSameAfterReboot(aix);
    await expectSecondRunFails(aix, MODULE);
    aix.machine.faults.refusedDevices = [];
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(0);
    expect(await intervals(aix)).toEqual(["60", "60", "60"]);
    await expectSecondRunIsIdle(aix, MODULE);
  });

  test("a database that is locked for too long fails one disk, and does not stop the others", async () => {
    const aix = createMachine({ drive: buildDrive(), storage });
    await runStages(aix, ABOUT);
    await output(aix, command("hdisk1", 0));
    await output(aix, command("hdisk2", 0));
    // One question a second for two minutes: hdisk0 cannot even be asked.
    aix.machine.faults.odmLockCalls = 119;
    expect(await single(aix, MODULE, { frequency: "always" })).toBe(1);
    expect(await intervals(aix)).toEqual(["60", "60", "60"]);
    expect(logLines(aix).join("\n")).toMatch(/Failed to permanently .*hdisk0.*0514-516/u);
    await expectSecondRunIsIdle(aix, MODULE);
  });
});
