import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand } from "../command.ts";

/** Sorted: what scripts of other people look for before they use it (compat core.md §7.7). */
const FEATURES: readonly string[] = ["NETWORK_CONFIG_V1", "NETWORK_CONFIG_V2"];

/** `cloud-init features`: a name on each line. */
export function createFeaturesCommand(ctx: CliContext): Command {
  return defineSubcommand({
    name: "features",
    description: "List what this version of the program can do",
    args: {},
    examples: [{ command: "cloud-init features", about: "A name on each line" }],
    async run() {
      ctx.stdout(FEATURES.map((name) => `${name}\n`).join(""));
    },
  });
}
