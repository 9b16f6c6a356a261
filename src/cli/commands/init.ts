import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand, type GlobalOptions } from "../command.ts";

/** `cloud-init init [--local]`: the first two boot stages. */
export function createInitCommand(ctx: CliContext, globals: GlobalOptions): Command {
  return defineSubcommand({
    name: "init",
    description: "Find the datasource, apply it, and run the init modules",
    args: {
      local: {
        type: "boolean",
        alias: "l",
        description: "Only local datasources, before the network is up",
      },
    },
    examples: [
      {
        command: "cloud-init init --local",
        about: "The first stage of a boot: find the datasource, set the network up",
      },
      {
        command: "cloud-init --debug init",
        about: "The second stage, with its log on standard error",
      },
    ],
    async run(args) {
      const { runStage } = await import("../../stages/run-stage.ts");
      ctx.exitCode = await runStage(args.local === true ? "init-local" : "init", ctx.sys, {
        configFiles: globals.files,
        force: globals.force,
        debug: globals.debug,
        ...(ctx.onStop === undefined ? {} : { onStop: ctx.onStop }),
      });
    },
  });
}
