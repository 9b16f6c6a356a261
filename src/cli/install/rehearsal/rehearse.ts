import type { System } from "../../../system/system.ts";
import { runCli } from "../../cli.ts";
import type { CliContext } from "../../cli-context.ts";

/** Where one loading of the program leaves the machine for the next ones. */
const MACHINE = Symbol.for("cloud-init.rehearsal");

/**
 * A boot that changes nothing, for the engine to compile what boots run (scripts/carrier/loader.cjs): `DIRECTORY
 * machine DISTRO` makes a simulated machine and leaves it to the other loadings of the program in this
 * process, `DIRECTORY stage ARGUMENT...` runs a command line on it. DIRECTORY is empty and our own. Two
 * loadings, since what the simulator compiles is not to be kept.
 */
export async function rehearse(
  ctx: CliContext,
  [directory = "", step = "", ...args]: readonly string[],
): Promise<void> {
  if (!directory.startsWith("/") || directory === "/") {
    throw new Error(`Cannot rehearse in "${directory}": expected a directory of its own`);
  }
  const shared = globalThis as { [MACHINE]?: System };
  if (step === "machine") {
    shared[MACHINE] = await createMachine(ctx.sys, args[0] ?? "linux");
    return;
  }
  const machine = shared[MACHINE];
  if (machine === undefined) {
    throw new Error("Cannot rehearse a stage: no machine was made for it");
  }
  const { rehearsedSystem } = await import("./rehearsed-system.ts");
  const sys = rehearsedSystem(machine, ctx.sys, directory);
  const rehearsed: CliContext = { ...ctx, cwd: "/", sys };
  await runCli("cloud-init", args, rehearsed);
  ctx.exitCode = rehearsed.exitCode;
}

/** That of the drive. */
export const ADAPTER = { name: "tap0", macAddress: "fa:16:3e:5c:1a:01" };

async function createMachine(sys: System, distro: string): Promise<System> {
  const { createPlanAix, createPlanLinux } = await import("../../plan/plan-machine.ts");
  const { defaultConfigFiles } = await import("../../../config/default-cloud-cfg.ts");
  const { distroDefaults } = await import("../../../distros/registry.ts");
  const { rehearsalDrive } = await import("./drive.ts");
  const isAix = distro === "aix";
  const { configFile } = (await distroDefaults(sys, distro)).paths;
  const directory = configFile.slice(0, configFile.lastIndexOf("/"));
  const seed = {
    files: Object.fromEntries(
      defaultConfigFiles(isAix ? "aix" : "linux").map(
        ({ name, content }) => [`${directory}/${name}`, new TextEncoder().encode(content)] as const,
      ),
    ),
    disc: rehearsalDrive(),
    adapters: [ADAPTER],
    now: sys.clock.now(),
  };
  const machine = isAix ? await createPlanAix(seed) : await createPlanLinux(distro, seed);
  return machine.system;
}
