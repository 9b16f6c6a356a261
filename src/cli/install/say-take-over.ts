import { posix } from "node:path";
import type { DistroDefaults } from "../../distros/distro.ts";
import type { CliContext } from "../cli-context.ts";

/** Says what becomes of an old package of cloud-init in Python: what stays, and what nobody runs any more. */
export async function sayTakeOver(
  ctx: CliContext,
  taken: {
    readonly root: string;
    readonly isAix: boolean;
    readonly defaults: DistroDefaults;
    readonly modulesDir: string;
    readonly pythonDirs: readonly string[];
  },
): Promise<void> {
  const { listLosses } = await import("./old-package.ts");
  const say = (line: string): void => ctx.stdout(`${line}\n`);
  const { root, defaults, isAix, modulesDir, pythonDirs } = taken;
  for (const directory of pythonDirs) {
    say(`left alone ${posix.join(root, directory)}`);
  }
  const losses = await listLosses(ctx.sys, {
    root,
    paths: defaults.paths,
    modulesDir,
    pythonDirs,
    defaults: defaults.config,
  });
  say(
    losses.length === 0
      ? "taken over: everything that the old package ran, this program runs"
      : `taken over; ${losses.length === 1 ? "one thing does" : `${losses.length} things do`} not run any more:`,
  );
  losses.forEach((line) => say(`  ${line}`));
  if (isAix && root === "/") {
    const { describeOldRpm, findOldRpm } = await import("./find-rpm.ts");
    const rpm = await findOldRpm(ctx.sys);
    if (rpm !== undefined) {
      say(`note: ${describeOldRpm(rpm)}`);
    }
  }
}
