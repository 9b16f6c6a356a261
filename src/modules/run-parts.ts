import { statTarget } from "../system/files.ts";
import { findScriptStart, isExecutable } from "./interpreter.ts";
import type { ModuleContext } from "./module.ts";
import { runUserCommand } from "./run-user-command.ts";
import { searchDirectories } from "./user-environment.ts";

/** Which scripts a module runs. */
export interface RunPartsOptions {
  readonly directory: string;
  /** A command put before each script: `vendor_data.prefix`. */
  readonly prefix?: readonly string[];
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
    const isOk = await runScript(ctx, `${directory}/${name}`, options.prefix ?? []);
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
  path: string,
  prefix: readonly string[],
): Promise<boolean> {
  const start = findScriptStart(ctx.sys.fs, path, searchDirectories(ctx));
  const result = await runUserCommand(ctx, {
    kind: "script",
    what: path,
    argv: [...prefix, ...start.argv],
    ...(start.doubt === undefined ? {} : { doubt: start.doubt }),
  });
  if (result.exitCode !== 0) {
    ctx.log.warn(`Failed running ${path} [${result.exitCode}]${result.detail}`);
    return false;
  }
  // Only a plan gets here with a doubt: it does not run the script.
  if (start.doubt !== undefined) {
    ctx.log.warn(`Script "${path}" will not start: ${start.doubt}`);
  }
  return true;
}
