import { FREQUENCY_DEFAULT } from "../../modules/external-entry.ts";
import {
  type ExternalFile,
  type ExternalHost,
  openExternalFile,
} from "../../modules/find-external-module.ts";
import type { Frequency } from "../../modules/module.ts";
import type { ExecOptions, ExecResult, FileSystem, System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { PlanMachine } from "./plan-machine.ts";
import type { RecordedBlock, RecordedStage } from "./plan-recorder.ts";

/** Where a plan takes external modules from, and what it may do with them. */
export interface PlanModulesRequest {
  /** Of this machine: its own directory for modules, or that of --modules. */
  readonly directory: string;
  /** Its files count as installed: root's, writable by nobody else. For --modules. */
  readonly isInstalled: boolean;
  /** Runs those that declare `plan=yes`. */
  readonly isRun: boolean;
}

/** The machine with the modules on it. */
export interface PlanModules {
  readonly machine: PlanMachine;
  /** Adds to the steps what the modules said, or why they were not run. */
  annotate(stages: readonly RecordedStage[]): void;
}

const MODULES_MAX = 500;
/** A script is shown, of a program only the beginning is needed. */
const COPIED_BYTES_MAX = 256 * 1024;

/**
 * Puts the external modules of `request` into `target` on the machine in memory, so that the boot
 * finds them. What a boot would run is only listed; with `isRun`, a module that declares `plan=yes`
 * is really run on this machine, as the user who asks for the plan and with CLOUD_INIT_PLAN=1, and
 * has promised to change nothing.
 */
export function placePlanModules(
  sys: System,
  machine: PlanMachine,
  target: string,
  request: PlanModulesRequest,
): PlanModules {
  copyModules(sys.fs, machine.system.fs, target, request);
  const runs = new Map<string, ModuleRun>();
  const { exec } = machine.system;
  const run = async (argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> => {
    const path = [...argv].reverse().find((word) => word.startsWith(`${target}/`));
    if (options.owner !== "user" || path === undefined) {
      return exec.run(argv, options);
    }
    const runnable = findRunnable(sys, path.slice(target.length + 1), request);
    if ("note" in runnable) {
      runs.set(path, runnable);
      return exec.run(argv, options);
    }
    const result = await sys.exec.query(
      argv.map((word) => (word === path ? runnable.file.path : word)),
      { ...options, env: { ...options.env, CLOUD_INIT_PLAN: "1" } },
    );
    const lines = `${result.stdout}\n${result.stderr}`.split("\n").map((line) => line.trimEnd());
    runs.set(path, {
      note: "run with CLOUD_INIT_PLAN=1",
      output: lines.filter((line) => line !== ""),
    });
    return result;
  };
  return {
    machine: { ...machine, system: { ...machine.system, exec: { ...exec, run } } },
    annotate(stages) {
      for (const { blocks } of stages) {
        for (const block of blocks.values()) {
          annotateBlock(block, runs, (path) => frequencyOf(machine.system, path));
        }
      }
    },
  };
}

interface ModuleRun {
  readonly note: string;
  readonly output?: readonly string[];
}

function annotateBlock(
  block: RecordedBlock,
  runs: ReadonlyMap<string, ModuleRun>,
  readFrequency: (path: string) => Frequency,
): void {
  const { steps } = block;
  for (const [index, step] of steps.entries()) {
    const run = step.kind === "script" ? runs.get(step.path) : undefined;
    if (step.kind === "script" && run !== undefined) {
      steps[index] = { ...step, ...run };
      // That of the list is known by then.
      block.frequency ??= readFrequency(step.path);
    }
  }
}

function frequencyOf(host: ExternalHost, path: string): Frequency {
  const slash = path.lastIndexOf("/");
  const search = openExternalFile(host, path.slice(0, slash), path.slice(slash + 1));
  return (search.kind === "found" ? search.file.header.frequency : undefined) ?? FREQUENCY_DEFAULT;
}

/** The module as a file of this machine, if the plan may run it. */
function findRunnable(
  sys: System,
  fileName: string,
  { directory, isRun }: PlanModulesRequest,
): { readonly file: ExternalFile } | ModuleRun {
  const search = openExternalFile(sys, directory, fileName);
  if (search.kind === "found" && search.file.header.isPlannable !== true) {
    return { note: "not run: it does not declare plan=yes, so nobody knows what it would change" };
  }
  if (!isRun) {
    return { note: "not run: it declares plan=yes, --run-modules would run it" };
  }
  if (search.kind !== "found") {
    return { note: `not run: ${search.kind === "refused" ? search.message : "it is not there"}` };
  }
  return { file: search.file };
}

function copyModules(
  from: FileSystem,
  to: FileSystem,
  target: string,
  { directory, isInstalled }: PlanModulesRequest,
): void {
  const own = from.stat(directory);
  to.makeDirectory(target);
  if (own !== undefined && own.kind === "directory" && !isInstalled) {
    to.setAttributes(target, { mode: own.mode, owner: `${own.uid}:${own.gid}` });
  }
  for (const name of listNames(from, directory)) {
    const path = `${directory}/${name}`;
    const stat = from.stat(path);
    const link = from.readLink(path);
    if (link !== undefined) {
      to.symlink(link, `${target}/${name}`);
    } else if (stat?.kind === "file") {
      const mode = isInstalled ? stat.mode & ~0o022 : stat.mode;
      const owner = isInstalled ? "0:0" : `${stat.uid}:${stat.gid}`;
      to.write(`${target}/${name}`, readBeginning(from, path), { mode, owner });
    }
  }
}

function listNames(fs: FileSystem, directory: string): readonly string[] {
  try {
    return fs.list(directory).slice(0, MODULES_MAX);
  } catch {
    return [];
  }
}

/** Of a file that only root may read, nothing: that it would run is known all the same. */
function readBeginning(fs: FileSystem, path: string): Uint8Array {
  try {
    const file = fs.open(path);
    try {
      return file.read(0, COPIED_BYTES_MAX);
    } finally {
      file.close();
    }
  } catch (error) {
    return new TextEncoder().encode(`#!/bin/sh\n# ${errorMessage(error)}\n`);
  }
}
