import type { ArgsDef, ParsedArgs } from "citty";
import type { ParsedArgv } from "./argv.ts";
import type { CliContext } from "./cli-context.ts";
import { readTypedArgs } from "./typed-args.ts";

/** Options that stand before the subcommand, or among its own (compat core.md §2.3). */
export interface GlobalOptions {
  readonly debug: boolean;
  readonly force: boolean;
  /** --file, as absolute paths of readable files, in the order given. */
  readonly files: readonly string[];
}

/** A line to type, for the help and the manual page. */
export interface CommandExample {
  /** "cloud-init status --long": is parsed by a test. */
  readonly command: string;
  /** What it does: "Wait for the end of the boot". */
  readonly about: string;
}

/** Words that an argument may have, by the argument's name; asked for by completion only. */
export type ArgumentWords = () => Promise<Readonly<Record<string, readonly string[]>>>;

/** A subcommand as it is written down. A positional argument named "x..." may be repeated. */
export interface CommandDefinition<T extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  readonly args: T;
  /** One to three, the commonest first. */
  readonly examples?: readonly CommandExample[];
  readonly words?: ArgumentWords;
  /** Sets `ctx.exitCode`; throws a UsageError where the command line asks for what cannot be. `args._` has the positional arguments. */
  run(args: ParsedArgs<T>): Promise<void>;
}

/** A subcommand with the types of its arguments sealed in. */
export interface Command {
  readonly name: string;
  readonly description: string;
  readonly args: ArgsDef;
  readonly examples: readonly CommandExample[];
  readonly words?: ArgumentWords;
  /** `parsed` as `parseArgv` made it of these `args`. */
  run(parsed: ParsedArgv): Promise<void>;
}

/** Makes a subcommand for one call: what it works on is closed over, since nothing is handed down. */
export type CreateCommand = (ctx: CliContext, globals: GlobalOptions) => Command;

/** Seals a definition: what was said becomes typed arguments, and runs it. */
export function defineSubcommand<const T extends ArgsDef>(
  definition: CommandDefinition<T>,
): Command {
  return {
    name: definition.name,
    description: definition.description,
    args: definition.args,
    examples: definition.examples ?? [],
    ...(definition.words === undefined ? {} : { words: definition.words }),
    run: (parsed) => definition.run(readTypedArgs(parsed, definition.args)),
  };
}
