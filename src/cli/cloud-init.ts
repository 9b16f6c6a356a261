import { isDirectory } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import { VERSION } from "../version.ts";
import { absolutePath } from "./absolute-path.ts";
import { type ParsedArgv, parseArgv, repeatedValues } from "./argv.ts";
import type { CliContext } from "./cli-context.ts";
import type { Command, GlobalOptions } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { GLOBAL_ARGS, INHERITED_ARGS } from "./global-args.ts";
import { nearestWord } from "../text/nearest-word.ts";
import { UsageError } from "./usage-error.ts";

/**
 * `cloud-init [OPTION…] SUBCOMMAND …` (compat core.md §2). Help goes to standard output with exit
 * code 0; a usage error to standard error, as `error: MESSAGE`, a blank line and the help of the
 * level it is about, with exit code 2.
 */
export async function runCloudInit(args: readonly string[], ctx: CliContext): Promise<void> {
  const first = parseArgv(args, GLOBAL_ARGS, { stopAtPositional: true });
  if (first.kind === "help") {
    ctx.stdout(await renderHelp(undefined, ctx.sys.output.isTerminal("stdout")));
    return;
  }
  if (first.kind === "error") {
    await failMain(ctx, first.message);
    return;
  }
  if (hasOption(first, "version")) {
    ctx.stdout(`cloud-init ${VERSION}\n`);
    return;
  }
  const [name] = first.positionals;
  if (name === undefined) {
    await failWithoutSubcommand(ctx, args.length > 0);
    return;
  }
  const entry = COMMANDS[name];
  if (entry === undefined) {
    await failMain(ctx, unknownSubcommand(name));
    return;
  }
  await runSubcommand(first, await entry.load(), ctx);
}

async function runSubcommand(
  first: ParsedArgv,
  create: (ctx: CliContext, globals: GlobalOptions) => Command,
  ctx: CliContext,
): Promise<void> {
  // The arguments must be known before the options are, so the definition is made twice.
  const definition = create(ctx, { debug: false, force: false, files: [] });
  const second = parseArgv(first.rest, definition.args, { inherited: INHERITED_ARGS });
  if (second.kind === "help") {
    ctx.stdout(await renderHelp(definition, ctx.sys.output.isTerminal("stdout")));
    return;
  }
  if (second.kind === "error") {
    await fail(ctx, second.message, definition);
    return;
  }
  const isOwn = ({ name }: { readonly name: string }) => Object.hasOwn(definition.args, name);
  const own = { ...second, options: second.options.filter(isOwn) };
  const inherited = { ...second, options: second.options.filter((option) => !isOwn(option)) };
  try {
    const command = create(ctx, readGlobals(ctx, first, inherited));
    await command.run(own);
  } catch (error) {
    if (!(error instanceof UsageError)) {
      throw error;
    }
    await fail(ctx, error.message, definition, error.exitCode);
  }
}

function readGlobals(ctx: CliContext, before: ParsedArgv, after: ParsedArgv): GlobalOptions {
  const names = [...repeatedValues(before, "file"), ...repeatedValues(after, "file")];
  return {
    debug: hasOption(before, "debug") || hasOption(after, "debug"),
    force: hasOption(before, "force") || hasOption(after, "force"),
    files: names.map((name) => checkFile(ctx, name)),
  };
}

/** Before anything runs: a boot that goes on without the file it was given would look right and not be. */
function checkFile(ctx: CliContext, name: string): string {
  const path = absolutePath(ctx, name);
  if (isDirectory(ctx.sys.fs, path)) {
    throw new UsageError(`argument --file/-f: Cannot read "${path}": it is a directory`);
  }
  try {
    ctx.sys.fs.open(path).close();
  } catch (error) {
    throw new UsageError(`argument --file/-f: ${errorMessage(error)}`, { cause: error });
  }
  return path;
}

function hasOption(parsed: ParsedArgv, name: string): boolean {
  return parsed.options.some((option) => option.name === name);
}

function unknownSubcommand(name: string): string {
  const names = Object.keys(COMMANDS);
  const near = nearestWord(name, names);
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return `unknown subcommand "${name}" (choose from ${names.join(", ")})${hint}`;
}

/** Two cases with two exit codes, as upstream has them. */
async function failWithoutSubcommand(ctx: CliContext, hasOptions: boolean): Promise<void> {
  if (!hasOptions) {
    await failMain(ctx, "a subcommand is required");
    return;
  }
  ctx.stdout(await renderHelp(undefined, ctx.sys.output.isTerminal("stdout")));
  ctx.stderr("\nNo Subcommand specified. Please specify a subcommand in addition to the option\n");
  ctx.exitCode = 1;
}

async function failMain(ctx: CliContext, message: string): Promise<void> {
  await fail(ctx, message, undefined);
}

async function fail(
  ctx: CliContext,
  message: string,
  command: Command | undefined,
  exitCode = 2,
): Promise<void> {
  const isTerminal = ctx.sys.output.isTerminal("stderr");
  const help = await renderHelp(command, isTerminal);
  ctx.stderr(`error: ${message}\n\n${help}`);
  ctx.exitCode = exitCode;
}

/** Of a subcommand, or of the program. */
async function renderHelp(command: Command | undefined, isTerminal: boolean): Promise<string> {
  const { renderCommandHelp, renderMainHelp } = await import("./help.ts");
  return command === undefined
    ? renderMainHelp(isTerminal)
    : renderCommandHelp(command, isTerminal);
}
