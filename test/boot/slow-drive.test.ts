// A config drive that takes longer to answer than drives do: the path to its server has failed.
import { expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { buildDrive, createMachine } from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const ANSWERS_AFTER_MS = 45_000;

/** The machine, in each stage of which the drive takes its time; `waits` are those times. */
function withSlowDrive(aix: SimulatedAix): { readonly system: System; readonly waits: number[] } {
  const waits: number[] = [];
  const system: System = {
    ...aix.system,
    devices: {
      async findSilent(devices, timeoutMs, moreMs) {
        const limitMs = timeoutMs + ((await moreMs?.()) ?? 0);
        waits.push(limitMs / 1_000);
        await aix.system.clock.sleep(Math.min(ANSWERS_AFTER_MS, limitMs));
        return new Set(ANSWERS_AFTER_MS > limitMs ? devices.flat() : []);
      },
    },
  };
  return { system, waits };
}

function addressOf(aix: SimulatedAix): string | undefined {
  const en0 = aix.machine.interfaces.find(({ name }) => name === "en0");
  return en0?.addresses[0]?.address;
}

test("A new machine waits for it and has its network at the first boot; one that knows itself does not wait so long", async () => {
  const aix = createMachine({ drive: buildDrive() });
  const { system, waits } = withSlowDrive(aix);
  expect([await runBoot({ system }), addressOf(aix)]).toEqual([CLEAN, "192.0.2.20"]);
  expect(waits[0]).toBe(75);
  aix.reboot();
  waits.length = 0;
  await runBoot({ system });
  expect(addressOf(aix)).toBe("192.0.2.20");
  expect(new Set(waits)).toEqual(new Set([30]));
});

test("A clone that has the instance of the machine it was captured from waits for it, too", async () => {
  const aix = createMachine({ drive: buildDrive() });
  await runBoot(aix);
  aix.machine.identity.partitionUuid = "0a1b2c3d-0000-4000-8000-0000000000ff";
  aix.machine.identity.osUuid = "0a1b2c3d-0000-4000-8000-0000000000fe";
  aix.reboot();
  const { system, waits } = withSlowDrive(aix);
  expect((await runBoot({ system }))["init-local"]).toBe(0);
  expect(waits[0]).toBe(75);
});
