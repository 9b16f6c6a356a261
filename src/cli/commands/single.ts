import type { Frequency } from "../../modules/module.ts";
import type { CliContext } from "../cli-context.ts";
import { type Command, defineSubcommand, type GlobalOptions } from "../command.ts";

/** The short names that people type. */
const FREQUENCIES: Readonly<Record<"instance" | "always" | "once", Frequency>> = {
  instance: "once-per-instance",
  always: "always",
  once: "once",
};

/** `cloud-init single --name NAME [--frequency F] [ARGUMENT…]`: one module. */
export function createSingleCommand(ctx: CliContext, globals: GlobalOptions): Command {
  return defineSubcommand({
    name: "single",
    description: "Run one module",
    args: {
      name: {
        type: "string",
        alias: "n",
        required: true,
        valueHint: "NAME",
        description: "The module, as in cloud.cfg",
      },
      frequency: {
        type: "enum",
        options: ["instance", "always", "once"],
        description: "Instead of the module's own frequency",
      },
      report: { type: "boolean", description: "Tell the handlers of reporting too" },
      "argument...": {
        type: "positional",
        required: false,
        description: "For the module, in place of those in cloud.cfg",
      },
    },
    examples: [
      {
        command: "cloud-init single --name set_hostname --frequency always",
        about: "Set the host name again, although that was done",
      },
      {
        command: "cloud-init --file trial.cfg single --name write_files --frequency always",
        about: "Try a piece of configuration",
      },
    ],
    words: async () => {
      const { MODULES } = await import("../../modules/registry.ts");
      return { name: MODULES.map(({ name }) => name) };
    },
    async run(args) {
      const { runSingle } = await import("../../stages/run-single.ts");
      ctx.exitCode = await runSingle(ctx.sys, {
        configFiles: globals.files,
        force: globals.force,
        debug: globals.debug,
        ...(ctx.onStop === undefined ? {} : { onStop: ctx.onStop }),
        report: args.report === true,
        name: args.name,
        ...(args.frequency === undefined ? {} : { frequency: FREQUENCIES[args.frequency] }),
        args: args._,
      });
    },
  });
}
