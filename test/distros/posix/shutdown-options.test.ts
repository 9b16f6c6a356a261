import { expect, test } from "bun:test";
import { createAixClean } from "../../../src/distros/aix/clean.ts";
import { createAixSeal } from "../../../src/distros/aix/seal.ts";
import type { DistroContext } from "../../../src/distros/distro.ts";
import { createLinuxClean } from "../../../src/distros/linux/clean.ts";
import { createLinuxSeal } from "../../../src/distros/linux/seal.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { ExecOptions } from "../../../src/system/system.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** What shuts the machine down, and under which conditions. */
async function shutdownOf(act: (ctx: DistroContext) => Promise<void>) {
  const calls: { argv: string; options: ExecOptions }[] = [];
  const record = (argv: readonly string[], options: ExecOptions): string => {
    calls.push({ argv: argv.join(" "), options });
    return "";
  };
  const { system } = createScriptedSystem({
    commands: { "/usr/sbin/shutdown": record, "/sbin/shutdown": record },
  });
  await act({ sys: system, log, systemInfo: {} });
  return calls;
}

test.each([
  ["seal on AIX", "/usr/sbin/shutdown -F", (ctx: DistroContext) => createAixSeal(ctx).powerOff()],
  ["clean on AIX", "/usr/sbin/shutdown -Fr", (ctx: DistroContext) => createAixClean(ctx).restart()],
  [
    "seal on Linux",
    "/sbin/shutdown -P now",
    (ctx: DistroContext) => createLinuxSeal(ctx).powerOff(),
  ],
  [
    "clean on Linux",
    "/sbin/shutdown -r now",
    (ctx: DistroContext) => createLinuxClean(ctx).restart(),
  ],
])(
  "%s: no time limit of ours ends the shutdown half-way, and a refusal is told",
  async (_who, argv, act) => {
    expect(await shutdownOf(act)).toEqual([
      { argv, options: { detached: { watchMs: expect.any(Number) } } },
    ]);
    const { system } = createScriptedSystem({
      commands: { [argv]: { exitCode: 1, stderr: "shutdown: You are not allowed\n" } },
    });
    await expect(act({ sys: system, log, systemInfo: {} })).rejects.toThrow("You are not allowed");
  },
);
