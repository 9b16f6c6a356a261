import { Buffer } from "node:buffer";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import type { SimulatedAixOptions } from "../../src/simulator/aix/simulated-aix.ts";
import {
  bootSimulatedLinux,
  type SimulatedLinuxOptions,
} from "../../src/simulator/linux/simulated-linux.ts";
import { finishCommand } from "../../src/system/finish-command.ts";
import type {
  ExecOptions,
  ExecResult,
  FileSystem,
  HttpRequest,
  HttpResponse,
  System,
} from "../../src/system/system.ts";
import { buildDrive, CONFIG_DIR, createMachine } from "./sample-machine.ts";

/** A machine whose every command line and output is kept. */
export interface WatchedMachine {
  readonly system: System;
  /** Every argv that was run or queried, and its environment. */
  readonly argvs: readonly string[];
  /** Standard output, standard error and console. */
  output(): { readonly stdout: string; readonly stderr: string; readonly console: string };
}

/** Replaces what a command says, as a broken one might. */
export type Sabotage = (
  argv: readonly string[],
  options: ExecOptions,
) => Partial<ExecResult> | undefined;

/** An AIX with the user-data on its drive. */
export function watchedAix(
  userData: string,
  sabotage?: Sabotage,
  seed: SimulatedAixOptions = {},
): WatchedMachine {
  const drive = buildDrive({ userData, metaData: { admin_pass: ADMIN_PASS } });
  const aix = createMachine({ ...seed, drive });
  return watch(aix.system, () => aix.output, sabotage);
}

/** A Debian with the user-data in its seed directory. */
export function watchedLinux(
  userData: string,
  sabotage?: Sabotage,
  options: SimulatedLinuxOptions = {},
): WatchedMachine {
  const config = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const metaData = { uuid: "i-linux", hostname: "vm1.example.com", admin_pass: ADMIN_PASS };
  const linux = bootSimulatedLinux({
    ...options,
    files: {
      ...Object.fromEntries(config),
      [`${LINUX_SEED}/meta_data.json`]: JSON.stringify(metaData),
      [`${LINUX_SEED}/user_data`]: userData,
      ...options.files,
    },
  });
  return watch(linux.system, () => linux.output, sabotage);
}

/** A machine that asks metadata services, and has no drive. */
export function watchedCloud(
  platform: "aix" | "linux",
  given: {
    /** In cloud.cfg.d, for root alone. */
    readonly config: Readonly<Record<string, unknown>>;
    readonly http: (request: HttpRequest) => HttpResponse;
  },
): WatchedMachine {
  const text = `${JSON.stringify(given.config)}\n`;
  if (platform === "aix") {
    const aix = createMachine({ http: given.http });
    aix.system.fs.write(`${CONFIG_DIR}/99_cloud.cfg`, text, { mode: 0o600 });
    return watch(aix.system, () => aix.output, undefined);
  }
  const config = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const linux = bootSimulatedLinux({ http: given.http, files: Object.fromEntries(config) });
  linux.system.fs.write("/etc/cloud/cloud.cfg.d/99_cloud.cfg", text, { mode: 0o600 });
  return watch(linux.system, () => linux.output, undefined);
}

/** Where the cloud's data is on the simulated Linux. */
export const LINUX_SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";

/** What the metadata gives for the administrator. */
export const ADMIN_PASS = "MARKadminPassMetadata";

function watch(
  system: System,
  output: WatchedMachine["output"],
  sabotage: Sabotage | undefined,
): WatchedMachine {
  const argvs: string[] = [];
  const { exec } = system;
  const execute = async (
    kind: "query" | "run",
    argv: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> => {
    argvs.push(JSON.stringify([argv, options.env ?? {}]));
    const said = sabotage?.(argv, options);
    if (said === undefined) {
      return exec[kind](argv, options);
    }
    const result = { exitCode: 0, stdout: "", stderr: "", timedOut: false, durationMs: 1 };
    return finishCommand(argv, options, { ...result, ...said });
  };
  return {
    system: {
      ...system,
      exec: {
        query: (argv, options) => execute("query", argv, options),
        run: (argv, options) => execute("run", argv, options),
      },
    },
    argvs,
    output,
  };
}

/** A file with a mark in it. */
export interface MarkedFile {
  readonly path: string;
  readonly mode: number;
  readonly marks: readonly string[];
}

/** All files below "/" that hold one of the marks, plainly or as base64. */
export function findMarkedFiles(fs: FileSystem, marks: readonly string[]): readonly MarkedFile[] {
  const found: MarkedFile[] = [];
  const walk = (directory: string): void => {
    for (const name of fs.list(directory === "" ? "/" : directory)) {
      const path = `${directory}/${name}`;
      const stat = fs.stat(path);
      if (stat?.kind === "directory") {
        walk(path);
      } else if (stat?.kind === "file") {
        const text = Buffer.from(fs.readBytes(path)).toString("latin1");
        const here = findMarks(text, marks);
        if (here.length > 0) {
          found.push({ path, mode: stat.mode, marks: here });
        }
      }
    }
  };
  walk("");
  return found;
}

/** The marks that a text holds, plainly or as base64. */
export function findMarks(text: string, marks: readonly string[]): readonly string[] {
  return marks.filter((mark) => forms(mark).some((form) => text.includes(form)));
}

/** The mark itself, and the middle of its base64 at each of the three places it can begin. */
function forms(mark: string): readonly string[] {
  const encoded = [0, 1, 2].map((shift) => {
    const bytes = Buffer.from(`${"x".repeat(shift)}${mark}`);
    // The first and the last group of four also depend on what stands beside the mark.
    return bytes.toString("base64").slice(4, Math.floor(bytes.length / 3) * 4);
  });
  return [mark, ...encoded];
}
