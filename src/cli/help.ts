import { stripVTControlCharacters } from "node:util";
import { type ArgsDef, renderUsage } from "citty";
import { VERSION } from "../version.ts";
import type { Command, CommandExample } from "./command.ts";
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
  return finish(`${text}${renderExamples(MAIN_EXAMPLES)}`, isTerminal);
}

/** The questions that people come with. */
export const MAIN_EXAMPLES: readonly CommandExample[] = [
  { command: "cloud-init status --long", about: "How the last boot went" },
  { command: "cloud-init plan config-drive.iso", about: "What a deployment would do" },
  { command: "cloud-init doctor", about: "What would go wrong at the next boot" },
];

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
  return finish(`${text}${renderExamples(command.examples)}`, isTerminal);
}

/** With a heading as citty's: bold and underlined. */
function renderExamples(examples: readonly CommandExample[]): string {
  const lines = examples.map(({ command, about }) => `  ${command}\n      ${about}`);
  return lines.length === 0
    ? ""
    : `\n\u001B[4m\u001B[1mEXAMPLES\u001B[22m\u001B[24m\n\n${lines.join("\n")}`;
}

/** citty colours its text wherever it goes, and fills its columns with blanks. */
function finish(text: string, isTerminal: boolean): string {
  const shown = isTerminal ? text : stripVTControlCharacters(text);
  return `${shown.replace(/ +$/gmu, "")}\n`;
}
