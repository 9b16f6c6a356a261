import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand, type GlobalOptions } from "../command.ts";

/** `cloud-init modules [--mode init|config|final]`: the modules of one section of the configuration. */
export function createModulesCommand(ctx: CliContext, globals: GlobalOptions): Command {
  return defineSubcommand({
    name: "modules",
    description: "Run the modules of one stage",
    args: {
      mode: {
        type: "enum",
        alias: "m",
        options: ["init", "config", "final"],
        default: "config",
        description: "Which list of modules",
      },
    },
    examples: [
      { command: "cloud-init modules --mode config", about: "The third stage of a boot" },
      {
        command: "cloud-init modules --mode final",
        about: "The last one: packages, scripts, user commands",
      },
    ],
    async run(args) {
      const { runStage } = await import("../../stages/run-stage.ts");
      ctx.exitCode = await runStage(`modules-${args.mode}`, ctx.sys, {
        configFiles: globals.files,
        force: globals.force,
        debug: globals.debug,
        ...(ctx.onStop === undefined ? {} : { onStop: ctx.onStop }),
      });
    },
  });
}
