import { describe, expect, test } from "bun:test";
import { createAixHostname } from "../../src/distros/aix/hostname.ts";
import { setHostname } from "../../src/modules/set-hostname.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import {
  CLOUD_DIR,
  createTestDistro,
  createTestLogger,
  type ModuleRun,
  type ModuleRunOptions,
  runModule,
} from "../support/module-context.ts";

async function runOn(aix: SimulatedAix, options: ModuleRunOptions): Promise<ModuleRun> {
  const ctx = { sys: aix.system, log: createTestLogger([]), systemInfo: {} };
  const distro = { ...createTestDistro(aix.system), hostname: createAixHostname(ctx) };
  return runModule(setHostname, { ...options, system: aix.system, distro });
}

describe("set_hostname on AIX", () => {
  test("sets the short name of the datasource and remembers both", async () => {
    const aix = bootSimulatedAix();
    const run = await runOn(aix, { instance: { localHostname: "vm1.example.com" } });
    expect(run.failures).toEqual([]);
    expect(aix.machine).toMatchObject({ hostname: "vm1", nodeName: "vm1" });
    expect(readTextIfExists(aix.system.fs, `${CLOUD_DIR}/data/set-hostname`)).toBe(
      '{\n "fqdn": "vm1.example.com",\n "hostname": "vm1"\n}\n',
    );
  });

  test("prefers the full name where that is asked for", async () => {
    const aix = bootSimulatedAix();
    await runOn(aix, { config: { fqdn: "vm1.example.com", prefer_fqdn_over_hostname: true } });
    expect(aix.machine).toMatchObject({ hostname: "vm1.example.com", nodeName: "vm1" });
  });

  test("leaves the name alone with preserve_hostname, and where nobody gives one", async () => {
    const aix = bootSimulatedAix();
    await runOn(aix, { config: { preserve_hostname: true, hostname: "vm1" } });
    await runOn(aix, {});
    expect(aix.changes).toEqual([]);
  });

  test("says which line is wrong, and takes the datasource's name", async () => {
    const aix = bootSimulatedAix();
    const run = await runOn(aix, {
      config: { hostname: "-a" },
      lines: { hostname: 4 },
      instance: { localHostname: "vm1" },
    });
    expect(run.failures).toEqual([
      expect.stringMatching(/^user-data:4: Cannot use hostname "-a"/u),
    ]);
    expect(aix.machine.hostname).toBe("vm1");
  });

  test("a command that fails is a failure with both names, and nothing is remembered", async () => {
    const aix = bootSimulatedAix();
    const index = aix.machine.devices.findIndex(({ name }) => name === "inet0");
    aix.machine.devices.splice(index, 1);
    const run = await runOn(aix, { config: { fqdn: "vm1.example.com" } });
    expect(run.failures).toEqual(["Failed to set the hostname to vm1.example.com (vm1)"]);
    expect(readTextIfExists(aix.system.fs, `${CLOUD_DIR}/data/set-hostname`)).toBeUndefined();
  });

  test("a second run changes nothing on the machine", async () => {
    const aix = bootSimulatedAix();
    await runOn(aix, { config: { hostname: "vm1" } });
    aix.changes.length = 0;
    await runOn(aix, { config: { hostname: "vm1" } });
    expect(aix.changes.filter(({ kind }) => kind === "command")).toEqual([]);
  });
});
