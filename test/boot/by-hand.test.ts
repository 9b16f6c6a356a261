import { describe, expect, test } from "bun:test";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges, machineState } from "../support/machine-state.ts";
import { bootMachine, CLEAN, stage } from "../support/run-by-hand.ts";
import {
  CLOUD_DIR,
  commandLines,
  CONFIG_DIR,
  createMachine,
  detachDrive,
  modeAt,
  SAMPLE_ID,
  sampleDrive,
  semaphoresOf,
  textAt,
} from "../support/sample-machine.ts";

describe("rm -rf instance/sem", () => {
  const SEM = `${CLOUD_DIR}/instances/${SAMPLE_ID}/sem`;

  test("then a reboot runs everything of once per instance again, to the same end", async () => {
    const aix = await bootMachine();
    const before = machineState(aix);
    aix.system.fs.remove(`${CLOUD_DIR}/instance/sem`);
    aix.system.fs.write("/etc/orders/orders.conf", "changed\n");
    aix.reboot();
    const commands = aix.commands.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(modeAt(aix, SEM)).toBe("0755");
    expect(commandLines(aix, commands)).toContain(
      `${CLOUD_DIR}/instances/${SAMPLE_ID}/scripts/runcmd`,
    );
    expect(semaphoresOf(aix, SAMPLE_ID)).toContain("config_network");
    expect(machineState(aix)).toEqual(before);
  });

  test("it works with the drive gone too, from what was kept", async () => {
    const aix = await bootMachine();
    const before = machineState(aix);
    detachDrive(aix);
    aix.system.fs.remove(`${CLOUD_DIR}/instance/sem`);
    aix.system.fs.remove("/etc/orders");
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineState(aix)).toEqual(before);
  });

  test("then init and modules by hand run their parts again", async () => {
    const aix = await bootMachine();
    aix.system.fs.remove(`${CLOUD_DIR}/instance/sem`);
    aix.system.fs.remove("/etc/orders/orders.conf");
    expect(await stage(aix, "init")).toBe(0);
    expect(textAt(aix, "/etc/orders/orders.conf")).toContain("environment=production");
    expect(semaphoresOf(aix, SAMPLE_ID)).not.toContain("config_runcmd");
    expect(await stage(aix, "modules-config")).toBe(0);
    expect(semaphoresOf(aix, SAMPLE_ID)).toContain("config_runcmd");
    const commands = aix.commands.length;
    expect(await stage(aix, "modules-final")).toBe(0);
    expect(commandLines(aix, commands)).toEqual([
      `${CLOUD_DIR}/instances/${SAMPLE_ID}/scripts/runcmd`,
    ]);
  });

  test("one semaphore removed runs one module again", async () => {
    const aix = await bootMachine();
    aix.system.fs.remove(`${SEM}/config_write_files`);
    aix.system.fs.remove("/etc/orders/orders.conf");
    const changes = aix.changes.length;
    expect(await stage(aix, "modules-init")).toBe(0);
    expect(machineChanges(aix, changes)).toEqual([
      "command /bin/sh /run/cloud-init/bootcmd.sh",
      "write /etc/orders/orders.conf 0640 root:system 34 bytes",
    ]);
  });

  test("emptying the output log in between does no harm", async () => {
    const aix = await bootMachine();
    aix.system.fs.write("/var/log/cloud-init-output.log", "");
    aix.system.fs.remove(`${CLOUD_DIR}/instance/sem`);
    expect(await stage(aix, "init")).toBe(0);
    expect(textAt(aix, "/var/log/cloud-init-output.log")).toStartWith("Cloud-init v. ");
  });
});

describe("init by hand", () => {
  test("after the boot does the work of each boot, once more", async () => {
    const aix = await bootMachine();
    const changes = aix.changes.length;
    expect(await stage(aix, "init")).toBe(0);
    expect(machineChanges(aix, changes)).toEqual(["command /bin/sh /run/cloud-init/bootcmd.sh"]);
  });

  test("with --debug shows the DEBUG lines on standard error", async () => {
    const aix = await bootMachine();
    const shown = aix.output.stderr.length;
    expect(await stage(aix, "init", { debug: true })).toBe(0);
    expect(aix.output.stderr.slice(shown)).toContain("[DEBUG]: start: init-network");
  });

  test("before any init --local finds the drive by itself and applies its network", async () => {
    const aix = createMachine({ drive: sampleDrive() });
    expect(await stage(aix, "init")).toBe(0);
    expect(aix.machine.hostname).toBe("aixdemo1");
    expect(semaphoresOf(aix, SAMPLE_ID)).toContain("config_network");
  });

  test("modules before any init find nothing to run for", async () => {
    const aix = createMachine({ drive: sampleDrive() });
    expect(await stage(aix, "modules-config")).toBe(1);
    expect(aix.output.stderr).toContain("Can not apply stage config, no datasource found!");
  });

  test("modules --mode init is not a stage of status.json", async () => {
    const aix = await bootMachine();
    const before = textAt(aix, `${CLOUD_DIR}/data/status.json`);
    expect(await stage(aix, "modules-init")).toBe(0);
    expect(textAt(aix, `${CLOUD_DIR}/data/status.json`)).toBe(before);
  });

  test("modules --mode init counts its failed modules", async () => {
    const aix = await bootMachine();
    aix.system.fs.write(`${CONFIG_DIR}/60.cfg`, "bootcmd: 7\n");
    aix.system.fs.remove(`${CLOUD_DIR}/instances/${SAMPLE_ID}/cloud-config.txt`);
    expect(await stage(aix, "modules-init")).toBe(1);
  });

  test("a file given with --file wins", async () => {
    const aix = await bootMachine();
    aix.system.fs.write("/tmp/own.cfg", "cloud_init_modules: [bootcmd]\nbootcmd: [own]\n");
    const commands = aix.commands.length;
    expect(await stage(aix, "modules-init", { configFiles: ["/tmp/own.cfg"] })).toBe(0);
    expect(commandLines(aix, commands)).toEqual(["/bin/sh /run/cloud-init/bootcmd.sh"]);
  });
});

describe("data/instance-id edited and the instance's directory renamed", () => {
  test("the drive's id is new at the next boot, and everything runs again", async () => {
    const aix = await bootMachine();
    const { fs } = aix.system;
    const [from, to] = [`${CLOUD_DIR}/instances/${SAMPLE_ID}`, `${CLOUD_DIR}/instances/renamed`];
    fs.write(`${CLOUD_DIR}/data/instance-id`, "renamed\n");
    for (const name of ["obj.pkl", "machine-id", "user-data.txt", "sem/config_write_files"]) {
      fs.write(`${to}/${name}`, fs.readBytes(`${from}/${name}`));
    }
    fs.remove(from);
    fs.remove("/etc/orders/orders.conf");
    aix.reboot();
    const commands = aix.commands.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${SAMPLE_ID}\n`);
    expect(textAt(aix, `${CLOUD_DIR}/data/previous-instance-id`)).toBe("renamed\n");
    expect(textAt(aix, "/etc/orders/orders.conf")).toContain("environment=production");
    expect(commandLines(aix, commands)).toContain(`${from}/scripts/runcmd`);
    expect(fs.list(`${CLOUD_DIR}/instances`)).toEqual([SAMPLE_ID, "renamed"]);
  });

  test("with the drive gone nothing is found, changed or deleted", async () => {
    const aix = await bootMachine();
    const { fs } = aix.system;
    const [from, to] = [`${CLOUD_DIR}/instances/${SAMPLE_ID}`, `${CLOUD_DIR}/instances/renamed`];
    fs.write(`${CLOUD_DIR}/data/instance-id`, "renamed\n");
    fs.write(`${to}/obj.pkl`, fs.readBytes(`${from}/obj.pkl`));
    fs.remove(from);
    detachDrive(aix);
    aix.reboot();
    const changes = aix.changes.length;
    expect(Object.values(await runBoot(aix))).toEqual([0, 1, 1, 1]);
    expect(machineChanges(aix, changes)).toEqual([]);
    expect(fs.list(`${CLOUD_DIR}/instances`)).toEqual(["renamed"]);
  });
});
