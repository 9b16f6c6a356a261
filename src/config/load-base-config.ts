import { isDirectory, isFile } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import type { Problem } from "../text/problem.ts";
import type { CloudConfig } from "./cloud-config.ts";
import { fingerprintPath } from "./input-fingerprint.ts";
import type { InputFingerprint } from "./input-fingerprint.ts";
import { parseCommandLineConfig, readKernelCommandLine } from "./kernel-command-line.ts";
import { mergeLevels } from "./merge.ts";
import type { ConfigLevel } from "./merge.ts";
import { parseConfigFile } from "./parse-config-file.ts";
import type { TemplateSource } from "./templated-config.ts";

export interface BaseConfigOptions {
  /** Built in: the weakest level. */
  readonly defaults: CloudConfig;
  readonly roots: {
    /** cloud.cfg; beside it stands cloud.cfg.d. */
    readonly configFile: string;
    /** Holds a cloud.cfg of its own, which is stronger than the one above. */
    readonly runDir: string;
  };
  /** `--file`, strongest first. */
  readonly configFiles?: readonly string[];
  /** For files that are Jinja templates. Absent: they are read as they stand. */
  readonly templates?: TemplateSource;
}

/** The configuration below user-data and vendor-data, and what it was made of. */
export interface BaseConfig {
  /** All levels that were read, merged. */
  readonly config: CloudConfig;
  /** Levels above the instance's: `--file` and the file that CLOUD_CFG names, strongest first. */
  readonly overrides: readonly ConfigLevel[];
  /** Levels below the instance's, merged. */
  readonly base: ConfigLevel;
  readonly problems: readonly Problem[];
  /** Worth a line in the log, no errors: keys that stand twice. */
  readonly notes: readonly Problem[];
  /** Every file and directory that was read or looked for. */
  readonly inputs: readonly InputFingerprint[];
}

/** A longer file is refused unread. */
export const CONFIG_FILE_SIZE_BYTES_MAX = 64 * 1024 * 1024;
const CONFIG_FILES_MAX = 1000;

/**
 * Reads the levels 1, 2 and 7–11 of compat config.md §1. A file that cannot be read or parsed is a
 * problem and counts as empty; the rest is used. YAML code is loaded only when there is a file.
 */
export async function loadBaseConfig(sys: System, options: BaseConfigOptions): Promise<BaseConfig> {
  const load: Load = {
    sys,
    problems: [],
    notes: [],
    inputs: [],
    ...(options.templates === undefined ? {} : { templates: options.templates }),
  };
  const overrides: ConfigLevel[] = [];
  for (const path of options.configFiles ?? []) {
    overrides.push(await readLevel(load, path, "required"));
  }
  const envFile = sys.process.env["CLOUD_CFG"];
  if (envFile !== undefined && envFile !== "") {
    overrides.push(await readLevel(load, envFile, "required"));
  }
  const { configFile, runDir } = options.roots;
  const levels: ConfigLevel[] = [];
  const commandLine = await readCommandLineLevel(load);
  if (commandLine !== undefined) {
    levels.push(commandLine);
  }
  levels.push(await readLevel(load, `${runDir}/cloud.cfg`, "optional"));
  levels.push(...(await readMainLevels(load, configFile)));
  levels.push({ source: "built-in", config: options.defaults });
  const base = mergeLevels(levels);
  const baseLevel = { source: configFile, config: base.config };
  const merged = mergeLevels([...overrides, baseLevel]);
  return {
    config: merged.config,
    overrides,
    base: baseLevel,
    problems: [...load.problems, ...base.problems, ...merged.problems],
    notes: load.notes,
    inputs: load.inputs,
  };
}

interface Load {
  readonly sys: System;
  readonly problems: Problem[];
  readonly notes: Problem[];
  readonly inputs: InputFingerprint[];
  readonly templates?: TemplateSource;
}

/** cloud.cfg and its directory, strongest first; the directory's files are merged before it. */
async function readMainLevels(load: Load, configFile: string): Promise<readonly ConfigLevel[]> {
  const main = await readLevel(load, configFile, "optional");
  const directory = findConfigDirectory(load, main, `${configFile}.d`);
  if (directory === undefined) {
    return [main];
  }
  const files: ConfigLevel[] = [];
  for (const name of listConfigFiles(load, directory)) {
    files.push(await readLevel(load, `${directory}/${name}`, "optional"));
  }
  const merged = mergeLevels(files.reverse());
  load.problems.push(...merged.problems);
  return [{ source: directory, config: merged.config }, main];
}

/** Where `conf_d` says, or the default where it is not said; undefined: nowhere. */
function findConfigDirectory(
  load: Load,
  main: ConfigLevel,
  defaultDirectory: string,
): string | undefined {
  if (!Object.hasOwn(main.config, "conf_d")) {
    return defaultDirectory;
  }
  const written = main.config["conf_d"];
  if (typeof written === "string") {
    const path = written.trim();
    return path === "" ? undefined : path;
  }
  if (written === null || written === false || written === 0) {
    return undefined;
  }
  load.problems.push({
    message: `Cannot use conf_d, "${defaultDirectory}" is read: expected the path of a directory, found ${describeKind(written)}`,
    source: main.source,
    path: ["conf_d"],
  });
  return defaultDirectory;
}

/** Names ending in ".cfg", weakest first (byte order); hidden ones too, no directories. */
function listConfigFiles(load: Load, directory: string): readonly string[] {
  const { fs } = load.sys;
  try {
    if (!isDirectory(fs, directory)) {
      load.inputs.push(fingerprintPath(fs, directory));
      return [];
    }
    load.inputs.push(fingerprintPath(fs, directory));
    const names = fs
      .list(directory)
      .filter((name) => name.endsWith(".cfg") && isFile(fs, `${directory}/${name}`));
    if (names.length > CONFIG_FILES_MAX) {
      load.problems.push({
        message: `Cannot read all files in "${directory}": it has ${names.length}, the limit is ${CONFIG_FILES_MAX}`,
        source: directory,
      });
    }
    return names.slice(0, CONFIG_FILES_MAX);
  } catch (error) {
    load.problems.push({
      message: `Cannot list "${directory}", it is left out: ${errorMessage(error)}`,
      source: directory,
    });
    return [];
  }
}

async function readLevel(
  load: Load,
  path: string,
  need: "required" | "optional",
): Promise<ConfigLevel> {
  const { fs } = load.sys;
  try {
    load.inputs.push(fingerprintPath(fs, path));
    const stat = fs.stat(path);
    if (stat !== undefined && stat.sizeBytes > CONFIG_FILE_SIZE_BYTES_MAX) {
      load.problems.push({
        message: `Cannot read configuration of ${stat.sizeBytes} bytes, it is left out: the limit is ${CONFIG_FILE_SIZE_BYTES_MAX}`,
        source: path,
      });
      return { source: path, config: {} };
    }
    const bytes = fs.readBytesIfExists(path);
    if (bytes === undefined) {
      if (need === "required") {
        load.problems.push({
          message: "Cannot read configuration: there is no such file",
          source: path,
        });
      }
      return { source: path, config: {} };
    }
    return { source: path, config: await readConfig(load, bytes, path) };
  } catch (error) {
    load.problems.push({
      message: `Cannot read configuration, it is left out: ${errorMessage(error)}`,
      source: path,
    });
    return { source: path, config: {} };
  }
}

async function readConfig(load: Load, bytes: Uint8Array, path: string): Promise<CloudConfig> {
  if (startsLikeTemplate(bytes) && load.templates !== undefined) {
    const { readTemplatedConfig } = await import("./templated-config.ts");
    // What it is rendered with changes when the instance is found.
    load.inputs.push(fingerprintPath(load.sys.fs, load.templates.path));
    const { config, problems, notes } = await readTemplatedConfig(bytes, path, load.templates);
    load.problems.push(...problems);
    load.notes.push(...notes);
    return config;
  }
  const { config, problems, notes } = await parseConfigFile(bytes, path);
  load.problems.push(...problems);
  load.notes.push(...notes);
  return config;
}

/** "##" may begin a template; whether it does is looked at by code that most boots need not load. */
function startsLikeTemplate(bytes: Uint8Array): boolean {
  return bytes[0] === HASH && bytes[1] === HASH;
}

const HASH = 0x23;

async function readCommandLineLevel(load: Load): Promise<ConfigLevel | undefined> {
  const commandLine = readKernelCommandLine(load.sys);
  if (commandLine === undefined) {
    return undefined;
  }
  const text = parseCommandLineConfig(commandLine);
  load.inputs.push({ kind: "text", name: COMMAND_LINE_INPUT, text });
  if (text.trim() === "") {
    return undefined;
  }
  const source = "kernel command line";
  const { config, problems, notes } = await parseConfigFile(text, source);
  load.problems.push(...problems);
  load.notes.push(...notes);
  return { source, config };
}

/** Name of the input that is the kernel command line's configuration. */
export const COMMAND_LINE_INPUT = "kernel command line";
