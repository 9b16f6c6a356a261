import { readKernelCommandLine } from "../../config/kernel-command-line.ts";
import { readTextIfExists } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { DatasourceContext } from "../datasource.ts";
import { readDmi } from "../dmi.ts";

/** Metadata that a line gives. */
export interface LineConfig {
  /** "dmi", "cmdline", or the file that the line is in. */
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * The lines that can point NoCloud at its data, the strongest first (compat datasources-clouds.md
 * §11.1): the firmware's serial number and the kernel command line; on AIX, which has neither, the
 * file `line-config` beside cloud.cfg, in tests of images DEBUG_PROC_CMDLINE of the environment.
 */
export function readLineConfigs(ctx: DatasourceContext): readonly LineConfig[] {
  const lines: LineConfig[] = [];
  const add = (name: string, text: string | undefined): void => {
    const metadata = text === undefined ? undefined : parseLineConfig(text);
    if (metadata !== undefined) {
      lines.push({ name, metadata });
    }
  };
  // Not by what the program was built for: an AIX root can be tried out on a Linux kernel.
  if (ctx.distro.family !== "aix") {
    add("dmi", readDmi(ctx.sys, "product_serial"));
    add("cmdline", readKernelCommandLine(ctx.sys));
    return lines;
  }
  const { DEBUG_PROC_CMDLINE: given = "" } = ctx.sys.process.env;
  if (given !== "") {
    add("cmdline", given);
  } else {
    const path = `${ctx.paths.configFile.slice(0, ctx.paths.configFile.lastIndexOf("/"))}/line-config`;
    add(path, readLineFile(ctx, path));
  }
  return lines;
}

/**
 * The metadata of a word `ds=nocloud[-net][;key=value…]` in a line; undefined where there is none.
 * Without a word of its own, dsmode is "net" where the data is fetched, else "local".
 */
export function parseLineConfig(line: string): Readonly<Record<string, unknown>> | undefined {
  const found = LINE_WORD.exec(line);
  if (found === null) {
    return undefined;
  }
  const [, isNet, settings = ""] = found;
  const metadata = new Map<string, string | null>();
  for (const pair of settings.replace(/^"|"$/gu, "").split(";")) {
    const at = pair.indexOf("=");
    const key = (at === -1 ? pair : pair.slice(0, at)).trim();
    if (key !== "") {
      metadata.set(SHORT_KEYS.get(key) ?? key, at === -1 ? null : pair.slice(at + 1));
    }
  }
  if (!metadata.has("dsmode")) {
    metadata.set("dsmode", chooseMode(metadata.get("seedfrom"), isNet !== undefined));
  }
  return Object.fromEntries(metadata);
}

/** Boot loaders leave quotes around all of it, or around its value. */
const LINE_WORD = /(?:^|\s)"?ds="?nocloud(-net)?(?:;(\S*))?"?(?=\s|$)/iu;
const SHORT_KEYS: ReadonlyMap<string, string> = new Map([
  ["s", "seedfrom"],
  ["h", "local-hostname"],
  ["i", "instance-id"],
]);
const LINE_FILE_BYTES_MAX = 64 * 1024;
/** Nobody but root may say where a machine's user-data comes from. */
const WRITABLE_BY_OTHERS = 0o022;

function chooseMode(seedfrom: string | null | undefined, isNet: boolean): "net" | "local" {
  if (seedfrom === undefined || seedfrom === null) {
    return isNet ? "net" : "local";
  }
  return /^(?:https?|ftps?):\/\//iu.test(seedfrom) ? "net" : "local";
}

/** The first line that is no comment. */
function readLineFile(ctx: DatasourceContext, path: string): string | undefined {
  const stat = ctx.sys.fs.stat(path);
  if (stat === undefined) {
    return undefined;
  }
  const refuse = (why: string): undefined => {
    ctx.log.warn(`"${path}" is not used: ${why}`);
    return undefined;
  };
  if (stat.kind !== "file") {
    return refuse(`expected a file, found a ${stat.kind}`);
  }
  if (stat.uid !== 0 || (stat.mode & WRITABLE_BY_OTHERS) !== 0) {
    const mode = stat.mode.toString(8).padStart(4, "0");
    return refuse(
      `it must belong to root and be writable by root alone, found user ${stat.uid} and mode ${mode}`,
    );
  }
  if (stat.sizeBytes > LINE_FILE_BYTES_MAX) {
    return refuse(`it has ${stat.sizeBytes} bytes, at most ${LINE_FILE_BYTES_MAX} are read`);
  }
  try {
    return (readTextIfExists(ctx.sys.fs, path) ?? "")
      .split("\n")
      .map((line) => line.trim())
      .find((line) => line !== "" && !line.startsWith("#"));
  } catch (error) {
    return refuse(errorMessage(error));
  }
}
