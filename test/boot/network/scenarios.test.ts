// Each deploy of "Done when" in the simulator: the end state, a second application that changes
// nothing, a reboot that finds it all again.
import { describe, expect, test } from "bun:test";
import { runSingle } from "../../../src/stages/run-single.ts";
import type { SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../../support/boot-scenario.ts";
import { machineChanges } from "../../support/machine-state.ts";
import { describeNetwork } from "../../support/describe-network.ts";
import { NETWORK_SCENARIOS, networkDrive, networkSeed } from "../../support/network-scenarios.ts";
import { createMachine, messagesAt } from "../../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };

async function applyAgain(aix: SimulatedAix): Promise<readonly string[]> {
  const mark = aix.changes.length;
  const exitCode = await runSingle(aix.system, {
    configFiles: [],
    force: false,
    debug: false,
    name: "network",
    frequency: "always",
    args: [],
  });
  expect(exitCode).toBe(0);
  return machineChanges(aix, mark);
}

describe.each(NETWORK_SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  "%s",
  (_, scenario) => {
    test("is reached, kept, and left alone afterwards", async () => {
      const { adapters, ...seed } = networkSeed(scenario);
      const aix = createMachine({
        drive: networkDrive(scenario.network),
        ...seed,
        adapters,
      } as Parameters<typeof createMachine>[0]);
      const codes = await runBoot(aix);
      expect(messagesAt(aix, "WARNING").filter((text) => text.startsWith("Network"))).toEqual([]);
      expect({ codes, gaps: aix.gaps }).toEqual({ codes: CLEAN, gaps: [] });
      expect(describeNetwork(aix.machine, aix.system.clock.now().getTime())).toEqual([
        ...scenario.expected,
      ]);
      expect(machineChanges(aix).filter((line) => !/ssh|hosts|motd/u.test(line))).toMatchSnapshot();
      expect(await applyAgain(aix)).toEqual([]);
      aix.reboot();
      const mark = aix.changes.length;
      await runBoot(aix);
      expect(
        machineChanges(aix, mark).filter((line) => /chdev|ifconfig|route/u.test(line)),
      ).toEqual([]);
      expect(await applyAgain(aix)).toEqual([]);
      expect(describeNetwork(aix.machine, aix.system.clock.now().getTime())).toEqual([
        ...scenario.expected,
      ]);
      expect(aix.gaps).toEqual([]);
    });
  },
);
