import { describe, expect, test } from "bun:test";
import { createAixHostname } from "../../src/distros/aix/hostname.ts";
import { createLinuxHostname } from "../../src/distros/linux/hostname.ts";
import type { HostnameAdapter } from "../../src/distros/distro.ts";
import { updateHostname } from "../../src/modules/update-hostname.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import {
  CLOUD_DIR,
  createTestDistro,
  createTestLogger,
  type ModuleRun,
  runModule,
} from "../support/module-context.ts";

const PREVIOUS = `${CLOUD_DIR}/data/previous-hostname`;

async function runOn(
  sys: System,
  config: Readonly<Record<string, unknown>>,
  create: typeof createAixHostname = createAixHostname,
): Promise<ModuleRun> {
  const hostname: HostnameAdapter = create({ sys, log: createTestLogger([]), systemInfo: {} });
  return runModule(updateHostname, {
    config,
    system: sys,
    distro: { ...createTestDistro(sys), hostname },
  });
}

function commandsOf(aix: SimulatedAix): readonly string[] {
  return aix.commands.map((argv) => argv.join(" "));
}

describe("update_hostname on AIX", () => {
  test("puts the deployed name back after an administrator changed it", async () => {
    const aix = bootSimulatedAix();
    await runOn(aix.system, { hostname: "vm1" });
    await createAixHostname({ sys: aix.system, log: createTestLogger([]), systemInfo: {} }).ensure(
      "mine",
    );
    aix.reboot();
    await runOn(aix.system, { hostname: "vm1" });
    expect(aix.machine.hostname).toBe("vm1");
    expect(readTextIfExists(aix.system.fs, PREVIOUS)).toBe("vm1\n");
  });

  test("asks nothing and does nothing where the name is right", async () => {
    const aix = bootSimulatedAix();
    await runOn(aix.system, { hostname: "vm1" });
    aix.commands.length = 0;
    aix.changes.length = 0;
    await runOn(aix.system, { hostname: "vm1" });
    expect(commandsOf(aix)).toEqual([]);
    expect(aix.changes).toEqual([]);
  });

  test("keeps the administrator's name with preserve_hostname", async () => {
    const aix = bootSimulatedAix();
    await runOn(aix.system, { hostname: "vm1", preserve_hostname: true });
    await runOn(aix.system, {});
    expect(aix.commands).toEqual([]);
  });

  test("a name that cannot be used is no failure of every boot", async () => {
    const aix = bootSimulatedAix();
    const run = await runOn(aix.system, { hostname: "bad name" });
    expect(run.failures).toEqual([]);
    expect(run.log.some((line) => line.includes('Cannot use hostname "bad name"'))).toBe(true);
  });

  test("a command that fails is a failure with both names", async () => {
    const { system } = createScriptedSystem({
      platform: "aix",
      commands: {
        "/usr/bin/hostname": "old\n",
        "/usr/sbin/lsattr": "old\n",
        "/usr/sbin/chdev": { exitCode: 1 },
      },
    });
    const run = await runOn(system, { fqdn: "vm1.example.com" });
    expect(run.failures).toEqual(["Failed to update the hostname to vm1.example.com (vm1)"]);
  });
});

describe("update_hostname on Linux", () => {
  async function runLinux(
    current: string,
    previous: string | undefined,
  ): Promise<{
    readonly commands: string[][];
    readonly previous: string | undefined;
    readonly file: string | undefined;
  }> {
    const scripted = createScriptedSystem({
      files: {
        "/proc/sys/kernel/hostname": `${current}\n`,
        "/etc/hostname": `${current}\n`,
        ...(previous === undefined ? {} : { [PREVIOUS]: `${previous}\n` }),
      },
      commands: { "/usr/bin/hostname": "" },
    });
    await runOn(scripted.system, { hostname: "vm2" }, createLinuxHostname);
    return {
      commands: scripted.commands,
      previous: readTextIfExists(scripted.system.fs, PREVIOUS),
      file: readTextIfExists(scripted.system.fs, "/etc/hostname"),
    };
  }

  test("a machine that still has the name from before gets the new one", async () => {
    expect(await runLinux("vm1", "vm1")).toEqual({
      commands: [["/usr/bin/hostname", "vm2"]],
      previous: "vm2\n",
      file: "vm2\n",
    });
  });

  test("a name that an administrator set stays", async () => {
    expect(await runLinux("mine", "vm1")).toEqual({
      commands: [],
      previous: "vm1\n",
      file: "mine\n",
    });
  });

  test("without a name from before the present one stays, and the wanted one is remembered", async () => {
    expect(await runLinux("vm1", undefined)).toEqual({
      commands: [],
      previous: "vm2\n",
      file: "vm1\n",
    });
  });

  test("the wanted name is there already: it is only remembered", async () => {
    expect(await runLinux("vm2", "vm1")).toEqual({
      commands: [],
      previous: "vm2\n",
      file: "vm2\n",
    });
  });
});
