import { statTarget } from "../system/files.ts";
import { findScriptStart, isExecutable } from "./interpreter.ts";
import type { ModuleContext } from "./module.ts";
import { runUserCommand, type UserCommandResult } from "./run-user-command.ts";
import { searchDirectories } from "./user-environment.ts";
import { userTimeLimit } from "./user-time-limit.ts";

/** Which scripts a module runs. */
export interface RunPartsOptions {
  readonly directory: string;
  /** A command put before each script: `vendor_data.prefix`. */
  readonly prefix?: readonly string[];
  /** Runs a script in a way of its own; undefined where it is one like the others. */
  readonly runSpecial?: (name: string, script: SpecialScript) => Promise<SpecialResult> | undefined;
}

export interface SpecialScript {
  readonly path: string;
  readonly argv: readonly string[];
  readonly doubt?: string | undefined;
}

export interface SpecialResult extends UserCommandResult {
  /** What of it failed. */
  readonly culprit?: string;
}

/**
 * Runs the executable files of a directory in byte order of their names, each with its own step in
 * the ledger; one that fails does not stop the next (compat userdata.md §7). Throws at the end if
 * any failed. A directory that is not there holds nothing.
 */
export async function runParts(ctx: ModuleContext, options: RunPartsOptions): Promise<void> {
  const { directory } = options;
  const scripts = findScripts(ctx, directory);
  const failed: string[] = [];
  for (const name of scripts) {
    const isOk = await runScript(ctx, name, options);
    if (!isOk) {
      failed.push(name);
    }
  }
  if (failed.length > 0) {
    throw new Error(
      `Failed to run module ${ctx.entryName} (scripts in ${directory}): Runparts: ` +
        `${failed.length} failures (${failed.join(",")}) in ${scripts.length} attempted commands`,
    );
  }
}

function findScripts(ctx: ModuleContext, directory: string): readonly string[] {
  const { fs } = ctx.sys;
  if (statTarget(fs, directory)?.kind !== "directory") {
    ctx.log.debug(`No scripts to run: directory "${directory}" is not there`);
    return [];
  }
  const scripts: string[] = [];
  for (const name of fs.list(directory)) {
    const path = `${directory}/${name}`;
    if (isExecutable(fs, path)) {
      scripts.push(name);
      warnIfOthersMayWrite(ctx, path);
    } else if (statTarget(fs, path)?.kind === "file") {
      ctx.log.warn(
        `skipping ${path} as its not executable or the underlying file system is mounted without executable permissions.`,
      );
    } else {
      ctx.log.debug(`skipping ${path} as it is not a file`);
    }
  }
  return scripts;
}

const GROUP_OR_OTHERS_WRITE = 0o022;

function warnIfOthersMayWrite(ctx: ModuleContext, path: string): void {
  const mode = statTarget(ctx.sys.fs, path)?.mode ?? 0;
  if ((mode & GROUP_OR_OTHERS_WRITE) !== 0) {
    ctx.log.warn(
      `Script "${path}" runs as root and others may change it: its mode is 0${mode.toString(8)}, 0700 is enough`,
    );
  }
}

async function runScript(
  ctx: ModuleContext,
  name: string,
  options: RunPartsOptions,
): Promise<boolean> {
  const path = `${options.directory}/${name}`;
  const start = findScriptStart(ctx.sys.fs, path, searchDirectories(ctx));
  const argv = [...(options.prefix ?? []), ...start.argv];
  const { doubt } = start;
  const special = options.runSpecial?.(name, { path, argv, doubt });
  const result: SpecialResult =
    special === undefined
      ? await runUserCommand(ctx, {
          kind: "script",
          what: path,
          argv,
          doubt,
          limit: userTimeLimit(ctx, "scripts"),
        })
      : await special;
  if (result.exitCode !== 0) {
    const culprit = result.culprit === undefined ? "" : ` in ${result.culprit}`;
    ctx.log.warn(`Failed running ${path} [${result.exitCode}]${culprit}${result.detail}`);
    return false;
  }
  // Only a plan gets here with a doubt: it does not run the script.
  if (doubt !== undefined) {
    ctx.log.warn(`Script "${path}" will not start: ${doubt}`);
  }
  return true;
}
