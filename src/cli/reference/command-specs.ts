import type { ArgDef, ArgsDef } from "citty";
import type { CliContext } from "../cli-context.ts";
import type { CommandExample } from "../command.ts";
import { COMMANDS } from "../commands.ts";
import { GLOBAL_ARGS, INHERITED_ARGS } from "../global-args.ts";

/** An option as the manual page and the completion need it. */
export interface OptionSpec {
  /** "config-file" */
  readonly name: string;
  /** "c" */
  readonly letters: readonly string[];
  /** "FILE"; undefined for a flag. */
  readonly valueName: string | undefined;
  /** Values that it may have; none where any will do. */
  readonly values: readonly string[];
  readonly description: string;
}

/** A positional argument. */
export interface PositionalSpec {
  /** "module" */
  readonly name: string;
  readonly isRequired: boolean;
  readonly isRepeated: boolean;
  readonly values: readonly string[];
  readonly description: string;
}

/** A subcommand. */
export interface CommandSpec {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
  readonly positionals: readonly PositionalSpec[];
  readonly examples: readonly CommandExample[];
}

/** What the whole program takes. */
export interface ProgramSpec {
  /** Before the subcommand. */
  readonly globals: readonly OptionSpec[];
  /** Those of them that every subcommand takes too. */
  readonly inherited: readonly OptionSpec[];
  readonly commands: readonly CommandSpec[];
}

/** Reads the table of commands; loads all of them and runs none. */
export async function readCommandSpecs(ctx: CliContext): Promise<ProgramSpec> {
  const commands: CommandSpec[] = [];
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const create = await entry.load();
    const command = create(ctx, { debug: false, force: false, files: [] });
    const words = (await command.words?.()) ?? {};
    commands.push({
      name,
      description: command.description,
      options: [...readOptions(command.args, words), HELP],
      positionals: readPositionals(command.args, words),
      examples: command.examples,
    });
  }
  return {
    globals: [...readOptions(GLOBAL_ARGS, {}), HELP],
    inherited: readOptions(INHERITED_ARGS, {}),
    commands,
  };
}

const HELP: OptionSpec = {
  name: "help",
  letters: ["h"],
  valueName: undefined,
  values: [],
  description: "Print this help",
};

type Words = Readonly<Record<string, readonly string[]>>;

function readOptions(args: ArgsDef, words: Words): readonly OptionSpec[] {
  return Object.entries(args)
    .filter(([, definition]) => definition.type !== "positional")
    .map(([name, definition]) => {
      const alias = "alias" in definition ? definition.alias : undefined;
      return {
        name,
        letters: typeof alias === "string" ? [alias] : (alias ?? []),
        valueName: valueNameOf(definition),
        values: definition.type === "enum" ? (definition.options ?? []) : (words[name] ?? []),
        description: describe(definition),
      };
    });
}

function valueNameOf(definition: ArgDef): string | undefined {
  if (definition.type === "boolean") {
    return undefined;
  }
  if (definition.type === "enum") {
    return (definition.options ?? []).join("|");
  }
  return definition.valueHint ?? "VALUE";
}

function describe(definition: ArgDef): string {
  const { description = "", default: standard } = definition;
  return typeof standard === "string" && standard !== ""
    ? `${description} (default ${standard})`
    : description;
}

function readPositionals(args: ArgsDef, words: Words): readonly PositionalSpec[] {
  return Object.entries(args)
    .filter(([, definition]) => definition.type === "positional")
    .map(([written, definition]) => {
      const name = written.replace(/\.\.\.$/u, "");
      return {
        name,
        isRequired: definition.required === true,
        isRepeated: written.endsWith("..."),
        values: words[name] ?? [],
        description: definition.description ?? "",
      };
    });
}
