import { expect, test } from "bun:test";
import { readLinuxFirmware } from "../../../src/distros/linux/firmware.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

test("Linux tells by its DMI files, nothing where there are none, and of no other words", () => {
  const { system } = createScriptedSystem({
    files: { "/sys/class/dmi/id/product_uuid": "12345678-9ABC\n" },
  });
  expect(readLinuxFirmware(system, "system-uuid")).toBe("12345678-9ABC");
  expect(readLinuxFirmware(system, "system-serial-number")).toBe("");
  expect(readLinuxFirmware(system, "../../../etc/passwd")).toBeUndefined();
});
