import { describe, expect, test } from "bun:test";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges } from "../support/machine-state.ts";
import { bootMachine, single } from "../support/run-by-hand.ts";
import {
  CLOUD_DIR,
  createMachine,
  detachDrive,
  logLines,
  messagesAt,
  sampleDrive,
  semaphoresOf,
  textAt,
} from "../support/sample-machine.ts";

describe("single", () => {
  test("of a module that has run is a no-op with exit code 0", async () => {
    const aix = await bootMachine();
    const changes = aix.changes.length;
    expect(await single(aix, "set_hostname")).toBe(0);
    expect(machineChanges(aix, changes)).toEqual([]);
    expect(logLines(aix)).toContain(
      "stages.ts[DEBUG]: config-set_hostname already ran (freq=once-per-instance)",
    );
  });

  test.each(["set_hostname", "set-hostname", "cc_set_hostname", "cc_set_hostname.py"])(
    "--frequency always runs it, spelled %s",
    async (name) => {
      const aix = await bootMachine();
      await aix.system.exec.run(["/usr/sbin/chdev", "-l", "inet0", "-a", "hostname=other"]);
      expect(await single(aix, name, { frequency: "always" })).toBe(0);
      expect(aix.machine.hostname).toBe("aixdemo1");
    },
  );

  test("arguments take the place of the configuration's", async () => {
    const aix = await bootMachine();
    expect(await single(aix, "final_message", { args: ["so long"] })).toBe(0);
    expect(textAt(aix, "/var/log/cloud-init-output.log")).toContain("so long\n");
  });

  test("leaves status.json alone", async () => {
    const aix = await bootMachine();
    const before = textAt(aix, `${CLOUD_DIR}/data/status.json`);
    await single(aix, "set_hostname", { frequency: "always" });
    expect(textAt(aix, `${CLOUD_DIR}/data/status.json`)).toBe(before);
  });

  test("of an unknown module says so and ends with 1", async () => {
    const aix = await bootMachine();
    expect(await single(aix, "no_such_module")).toBe(1);
    expect(messagesAt(aix, "WARNING")).toContain("Did not run no_such_module, does it exist?");
  });

  test("of a failing module ends with 1", async () => {
    const machine = createMachine({ drive: sampleDrive(), userCode: () => ({ exitCode: 3 }) });
    await runBoot(machine);
    expect(await single(machine, "bootcmd")).toBe(1);
    expect(messagesAt(machine, "WARNING")).toContain("Ran bootcmd but it failed!");
  });

  test("without any datasource ends with 1, with --force it runs", async () => {
    const aix = createMachine({});
    expect(await single(aix, "set_hostname")).toBe(1);
    expect(messagesAt(aix, "WARNING")).toContain(
      "Failed to fetch your datasource, likely bad things to come!",
    );
    expect(await single(aix, "set_hostname", { force: true })).toBe(0);
  });

  test("works with None before any init", async () => {
    const aix = createMachine({ config: "datasource_list: ['None']\nhostname: dev1\n" });
    expect(await single(aix, "set_hostname")).toBe(0);
    expect(aix.machine.hostname).toBe("dev1");
    expect(semaphoresOf(aix, "iid-datasource-none")).toEqual(["config_set_hostname"]);
  });

  test("with the drive gone it works for the kept instance", async () => {
    const aix = await bootMachine();
    detachDrive(aix);
    aix.system.fs.remove("/run/cloud-init");
    expect(await single(aix, "set_hostname", { frequency: "always" })).toBe(0);
  });
});
