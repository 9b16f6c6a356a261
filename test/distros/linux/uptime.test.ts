import { describe, expect, test } from "bun:test";
import { readLinuxUptimeSeconds } from "../../../src/distros/linux/uptime.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

function readMute(files: Record<string, string>): number | undefined {
  const { system } = createScriptedSystem({ files });
  return readLinuxUptimeSeconds({
    ...system,
    clock: { ...system.clock, uptimeSeconds: () => undefined },
  });
}

describe("readLinuxUptimeSeconds", () => {
  test("is what the runtime tells", () => {
    expect(readLinuxUptimeSeconds(createScriptedSystem({ uptimeSeconds: 7 }).system)).toBe(7);
  });

  test("is the first number of /proc/uptime where the runtime does not tell", () => {
    expect(readMute({ "/proc/uptime": "350735.47 234388.90\n" })).toBe(350_735.47);
    expect(readMute({ "/proc/uptime": "soon\n" })).toBeUndefined();
    expect(readMute({})).toBeUndefined();
  });
});
