import { describe, expect, test } from "bun:test";
import type { PowerAdapter } from "../../src/distros/power-adapter.ts";
import { clearClouddev } from "../../src/modules/clear-clouddev.ts";
import type { ConfigModule } from "../../src/modules/module.ts";
import { resetRmc } from "../../src/modules/reset-rmc.ts";
import { restoreVolumeGroups } from "../../src/modules/restore-volume-groups.ts";
import { setMultipathHcheckInterval } from "../../src/modules/set-multipath-hcheck-interval.ts";
import { updateBootlist } from "../../src/modules/update-bootlist.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import type { Problem } from "../../src/text/problem.ts";
import { createTestDistro, runModule } from "../support/module-context.ts";

async function run(
  module: ConfigModule,
  config: Record<string, unknown> = {},
  problems: readonly Problem[] = [],
) {
  const called: string[] = [];
  const answer = (name: string) => async (value?: number) => {
    called.push(value === undefined ? name : `${name} ${value}`);
    return problems;
  };
  const power: PowerAdapter = {
    ensureVolumeGroups: answer("volume groups"),
    ensureHealthCheckInterval: answer("interval"),
    ensureBootList: answer("boot list"),
    resetRmc: answer("rmc"),
    ensureDevicesKept: answer("clouddev"),
  };
  const { system } = createScriptedSystem({ platform: "aix" });
  const distro = { ...createTestDistro(system), power };
  return { ...(await runModule(module, { system, distro, config })), called };
}

const MODULES: readonly (readonly [ConfigModule, string])[] = [
  [restoreVolumeGroups, "volume groups"],
  [setMultipathHcheckInterval, "interval 60"],
  [updateBootlist, "boot list"],
  [resetRmc, "rmc"],
];

describe("what the power adapter finds", () => {
  test.each(MODULES)("$name fails for problems and warns of warnings", async (module, call) => {
    const done = await run(module, {}, [
      { message: "Wrong", source: "file", line: 3 },
      { message: "Odd", severity: "warning" },
    ]);
    expect(done.called).toEqual([call]);
    expect(done.failures).toEqual(["file:3: Wrong"]);
    expect(done.log).toEqual(["WARNING file:3: Wrong", "WARNING Odd"]);
  });

  test.each(MODULES)("$name does nothing on a distro without one", async (module) => {
    const { failures, changes } = await runModule(module, {});
    expect([failures, changes]).toEqual([[], []]);
  });
});

describe("multipath_hcheck_interval", () => {
  test.each([
    [30, 30],
    ["45", 45],
    [0, 0],
    [null, 60],
  ])("%p is %p seconds", async (value, seconds) => {
    const done = await run(setMultipathHcheckInterval, { multipath_hcheck_interval: value });
    expect([done.called, done.log]).toEqual([[`interval ${seconds}`], []]);
  });

  test.each([["often"], [-5], [1.5], [[60]], [{}], [true]])(
    "%p is a warning, and 60",
    async (value) => {
      const done = await run(setMultipathHcheckInterval, { multipath_hcheck_interval: value });
      expect([done.called, done.failures]).toEqual([["interval 60"], []]);
      expect(done.log).toEqual([expect.stringContaining("expected a whole number of seconds")]);
    },
  );
});

describe("aix: clouddev_after_deploy", () => {
  test.each([
    ["clear", ["clouddev"]],
    ["keep", []],
    [undefined, []],
  ])("%p", async (value, called) => {
    const done = await run(clearClouddev, { aix: { clouddev_after_deploy: value } });
    expect([done.called, done.failures]).toEqual([called, []]);
  });

  test("another word is a failure, and clouddev is kept", async () => {
    const done = await run(clearClouddev, { aix: { clouddev_after_deploy: "erase" } });
    expect(done.called).toEqual([]);
    expect(done.failures).toEqual([expect.stringContaining("clouddev_after_deploy")]);
  });
});
