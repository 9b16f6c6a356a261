import { expect, test } from "bun:test";
import { readAixFirmware } from "../../../src/distros/aix/firmware.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";

test("AIX tells by sys0 what others tell by DMI, and nothing else", async () => {
  const { system, machine } = bootSimulatedAix({});
  const read = (keyword: string): Promise<string | undefined> => readAixFirmware(system, keyword);
  expect(await read("system-uuid")).toBe(machine.identity.osUuid);
  expect(await read("system-serial-number")).toBe(machine.identity.systemId);
  expect(await read("system-product-name")).toBe(machine.identity.modelName);
  expect(await read("system-manufacturer")).toBe("IBM");
  expect(await read("chassis-asset-tag")).toBe("");
  expect(await read("shoe-size")).toBeUndefined();
});
