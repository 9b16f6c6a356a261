import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readPowerState } from "../../src/modules/power-state.ts";
import { powerStateChange } from "../../src/modules/power-state-change.ts";
import type { ModuleRun } from "../support/module-context.ts";
import { runModule } from "../support/module-context.ts";

interface Given {
  readonly exitCode?: number;
  readonly platform?: string;
}

function run(
  power_state: unknown,
  { exitCode = 0, platform = "aix" }: Given = {},
): Promise<ModuleRun> {
  return runModule(powerStateChange, {
    config: { power_state },
    machine: {
      platform,
      commands: {
        "/usr/sbin/shutdown": "",
        "/sbin/shutdown": "",
        "/bin/sh": { exitCode, stderr: "it said so" },
        check: { exitCode },
      },
    },
  });
}

const shutdowns = (done: ModuleRun): readonly string[] =>
  done.commands
    .filter(([program = ""]) => program.endsWith("/shutdown"))
    .map((argv) => argv.join(" "));

describe("the command", () => {
  const cases: readonly [Readonly<Record<string, unknown>>, string, string][] = [
    [{ mode: "reboot" }, "/usr/sbin/shutdown -Fr", "/sbin/shutdown -r now"],
    [{ mode: "poweroff", delay: "now" }, "/usr/sbin/shutdown -F", "/sbin/shutdown -P now"],
    [{ mode: "halt" }, "/usr/sbin/shutdown -p now", "/sbin/shutdown -H now"],
    [
      { mode: "reboot", delay: 5, message: "Back soon" },
      "/usr/sbin/shutdown -r +5 Back soon",
      "/sbin/shutdown -r +5 Back soon",
    ],
    [{ mode: "poweroff", delay: "+10" }, "/usr/sbin/shutdown +10", "/sbin/shutdown -P +10"],
    [{ mode: "halt", delay: "3" }, "/usr/sbin/shutdown -p +3", "/sbin/shutdown -H +3"],
  ];
  for (const [written, aix, linux] of cases) {
    test(JSON.stringify(written), async () => {
      expect(shutdowns(await run(written))).toEqual([aix]);
      expect(shutdowns(await run(written, { platform: "linux" }))).toEqual([linux]);
    });
  }
});

test("it is left behind, and the log says so in upstream's words", async () => {
  const done = await run({ mode: "reboot", timeout: 45 });
  const line = done.log.find((text) => text.includes("After pid"));
  expect(line).toMatch(/^DEBUG After pid \d+ ends, will execute: \/usr\/sbin\/shutdown -Fr$/u);
  expect(done.failures).toEqual([]);
});

describe("a condition", () => {
  test("that is true, or ends with 0, does it", async () => {
    expect(shutdowns(await run({ mode: "reboot", condition: true }))).toHaveLength(1);
    expect(shutdowns(await run({ mode: "reboot", condition: "test -f /x" }))).toHaveLength(1);
    expect(shutdowns(await run({ mode: "reboot", condition: ["check", "it"] }))).toHaveLength(1);
  });

  test("that is false, or ends with 1, does not", async () => {
    expect(shutdowns(await run({ mode: "reboot", condition: false }))).toEqual([]);
    const done = await run({ mode: "reboot", condition: "false" }, { exitCode: 1 });
    expect(shutdowns(done)).toEqual([]);
    expect(done.log.filter((line) => line.startsWith("WARN"))).toEqual([]);
  });

  test("that ends in another way is warned of, and does not", async () => {
    const done = await run({ mode: "reboot", condition: "nonsense" }, { exitCode: 127 });
    expect(shutdowns(done)).toEqual([]);
    expect(done.log.join("\n")).toContain("ended with exit code 127");
  });
});

describe("what is wrong is said, and nothing happens", () => {
  const cases: readonly [unknown, string][] = [
    ["reboot", "power_state is not a dict."],
    [["reboot"], "power_state is not a dict."],
    [{}, "must be one of: halt,poweroff,reboot."],
    [{ mode: "restart" }, "must be one of: halt,poweroff,reboot."],
    [{ mode: "reboot", delay: "soon" }, "power_state[delay] must be 'now' or '+m' (minutes)."],
    [{ mode: "reboot", delay: -1 }, "power_state[delay] must be"],
    [{ mode: "reboot", delay: 1.5 }, "power_state[delay] must be"],
    [{ mode: "reboot", timeout: "long" }, "failed to convert timeout 'long' to float."],
    [{ mode: "reboot", condition: [] }, "power_state[condition] must be"],
    [{ mode: "reboot", message: { a: 1 } }, "power_state[message] must be"],
    [{ mode: "reboot", message: "a\nb" }, "power_state[message] must be"],
    [{ mode: "reboot", message: "-c" }, "power_state[message] must be"],
  ];
  for (const [written, message] of cases) {
    test(JSON.stringify(written), async () => {
      const done = await run(written);
      expect(shutdowns(done)).toEqual([]);
      expect(done.failures).toHaveLength(1);
      expect(done.failures[0]).toContain(message);
    });
  }
});

test("whatever is written, it is read without an exception", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom("mode", "delay", "timeout", "condition", "message"),
        fc.anything(),
      ),
      (written) => {
        const read = readPowerState({ mode: "reboot", ...written });
        return typeof read === "string" || read.timeoutSeconds >= 0;
      },
    ),
  );
});
