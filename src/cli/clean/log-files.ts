import type { CloudConfig } from "../../config/cloud-config.ts";
import { logFileOf } from "../../stages/stage-logging.ts";
import { parseOutputConfig } from "../../stages/output-config.ts";
import type { FileSystem } from "../../system/system.ts";

const OUTPUT_KEYS = ["init", "config", "final", undefined] as const;

/**
 * The logs that these configurations name, and what logrotate made of them (compat core.md §7.2):
 * `def_log_file`, the files of `output`, and every file beside one whose name goes on after its own.
 * Only files: /dev/console is no log.
 */
export function findLogFiles(fs: FileSystem, configs: readonly CloudConfig[]): readonly string[] {
  const bases = new Set<string>();
  for (const config of configs) {
    bases.add(logFileOf(config));
    for (const key of OUTPUT_KEYS) {
      const targets = parseOutputConfig(config, key);
      for (const target of [targets?.stdout, targets?.stderr]) {
        if (target !== undefined && target !== "&1") {
          const path = target.kind === "pipe" ? teeFile(target.command) : target.path;
          if (path?.startsWith("/") === true) {
            bases.add(path);
          }
        }
      }
    }
  }
  return [...new Set([...bases].flatMap((base) => filesFrom(fs, base)))].sort();
}

/** The file behind `| tee -a FILE`, with options that the agent leaves to the shell. */
function teeFile(command: string): string | undefined {
  return /^tee\s+(?:-\S+\s+)*(\/[^\s'"]+)\s*$/u.exec(command)?.[1];
}

function filesFrom(fs: FileSystem, base: string): readonly string[] {
  const slash = base.lastIndexOf("/");
  const directory = base.slice(0, slash) || "/";
  const name = base.slice(slash + 1);
  if (name === "" || fs.stat(directory)?.kind !== "directory") {
    return [];
  }
  return fs
    .list(directory)
    .filter((entry) => entry.startsWith(name))
    .map((entry) => `${directory === "/" ? "" : directory}/${entry}`)
    .filter((path) => fs.stat(path)?.kind === "file");
}
