import { describe, expect, test } from "bun:test";
import {
  parseBootTime,
  parseElapsedTime,
  readAixUptimeSeconds,
} from "../../../src/distros/aix/uptime.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { System } from "../../../src/system/system.ts";

const PS = "/usr/bin/ps -o etime= -p 1";
const WHO = "/usr/bin/who -b";
const NOW = new Date("2026-01-02T03:04:05Z");

/** A system whose runtime cannot tell, as os.uptime() on some AIX levels. */
function mute(commands: Record<string, string>): System {
  const { system } = createScriptedSystem({ platform: "aix", now: NOW, commands });
  return { ...system, clock: { ...system.clock, uptimeSeconds: () => undefined } };
}

describe("readAixUptimeSeconds", () => {
  test("is what the runtime tells, without a command", async () => {
    const { system, commands } = createScriptedSystem({ uptimeSeconds: 77 });
    expect(await readAixUptimeSeconds(system)).toBe(77);
    expect(commands).toEqual([]);
  });

  test.each([
    ["1148-20:54:50", ((1148 * 24 + 20) * 60 + 54) * 60 + 50],
    [" 2-20:54:50", ((2 * 24 + 20) * 60 + 54) * 60 + 50],
    ["   01:02:03\n", 3723],
    ["00:13", 13],
  ])("ps's %j is %d seconds", async (text, seconds) => {
    expect(parseElapsedTime(text)).toBe(seconds);
    expect(await readAixUptimeSeconds(mute({ [PS]: text }))).toBe(seconds);
  });

  test.each(["", "-", "13", "1:2:3:4", "a-01:02:03"])("%j is no age", (text) => {
    expect(parseElapsedTime(text)).toBeUndefined();
  });

  test.each([
    ["   .        system boot 2026-01-02 03:00", 245],
    ["   .        system boot Jan  2 03:03                     ", 65],
    ["   .        system boot Dec 31 03:04                     ", 2 * 86_400 + 5],
  ])("who's %j is %d seconds ago", async (text, seconds) => {
    expect(await readAixUptimeSeconds(mute({ [PS]: "", [WHO]: text }))).toBe(seconds);
  });

  test("a boot in the future and a text that tells no boot tell nothing", async () => {
    const future = "   .        system boot 2026-01-03 03:00";
    expect(await readAixUptimeSeconds(mute({ [PS]: "", [WHO]: future }))).toBeUndefined();
    expect(parseBootTime("nobody", NOW)).toBeUndefined();
    expect(parseBootTime("system boot Foo 13 23:31", NOW)).toBeUndefined();
  });
});
