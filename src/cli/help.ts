import { stripVTControlCharacters } from "node:util";
import { type ArgsDef, renderUsage } from "citty";
import { VERSION } from "../version.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { GLOBAL_ARGS, INHERITED_ARGS } from "./global-args.ts";

const HELP_ARG = {
  help: { type: "boolean", alias: "h", description: "Print this help" },
} as const satisfies ArgsDef;

/** What `cloud-init --help` prints. */
export async function renderMainHelp(isTerminal: boolean): Promise<string> {
  const text = await renderUsage({
    meta: { name: "cloud-init", version: VERSION, description: "Makes a machine match its cloud" },
    args: { ...GLOBAL_ARGS, ...HELP_ARG },
    subCommands: Object.fromEntries(
      Object.entries(COMMANDS).map(([name, { summary }]) => [
        name,
        { meta: { description: summary } },
      ]),
    ),
  });
  return finish(text, isTerminal);
}

/** What `cloud-init SUBCOMMAND --help` prints. */
export async function renderCommandHelp(command: Command, isTerminal: boolean): Promise<string> {
  const inherited = Object.entries(INHERITED_ARGS).filter(
    ([name]) => !Object.hasOwn(command.args, name),
  );
  const text = await renderUsage(
    {
      meta: { name: command.name, description: command.description },
      args: { ...command.args, ...Object.fromEntries(inherited), ...HELP_ARG },
    },
    { meta: { name: "cloud-init", version: VERSION } },
  );
  return finish(text, isTerminal);
}

/** citty colours its text wherever it goes, and fills its columns with blanks. */
function finish(text: string, isTerminal: boolean): string {
  const shown = isTerminal ? text : stripVTControlCharacters(text);
  return `${shown.replace(/ +$/gmu, "")}\n`;
}
