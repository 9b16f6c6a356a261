import type { FileSystem, Output, OutputTarget } from "../../system/system.ts";

/** What was written, by stream. */
export interface OutputTexts {
  stdout: string;
  stderr: string;
  console: string;
}

/** Of output files that are new, as on a real machine. */
const LOG_MODE = 0o640;

/**
 * Output into `texts`, and after `redirect` into files of `fs`. A command that should read it from
 * a pipe is not run: its text stays in `texts`.
 */
export function createSimulatedOutput(fs: FileSystem, texts: OutputTexts): Output {
  let all = "";
  let stdout: OutputTarget | undefined;
  let stderr: OutputTarget | undefined;
  const open = (target: OutputTarget | undefined): void => {
    if (target?.kind === "truncate") {
      fs.write(target.path, "", fs.stat(target.path) === undefined ? { mode: LOG_MODE } : {});
    } else if (target !== undefined && target.kind !== "pipe") {
      fs.append(target.path, "", { mode: LOG_MODE });
    }
  };
  return {
    write(stream, text) {
      const target = stream === "stdout" ? stdout : stderr;
      all += text;
      if (target === undefined || target.kind === "tee" || target.kind === "pipe") {
        texts[stream] += text;
      }
      if (target !== undefined && target.kind !== "pipe") {
        fs.append(target.path, text);
      }
    },
    writeConsole(text) {
      texts.console += text;
    },
    isTerminal: () => false,
    async redirect(targets) {
      const next = targets.stdout ?? stdout;
      const nextError = targets.stderr === "&1" ? next : (targets.stderr ?? stderr);
      open(targets.stdout);
      if (targets.stderr !== "&1") {
        open(targets.stderr);
      }
      stdout = next;
      stderr = nextError;
    },
    mark: () => all.length,
    tailSince(mark, lineCountMax) {
      if (!isFile(stdout) && !isFile(stderr)) {
        return "";
      }
      const lines = all.slice(mark).split("\n").slice(0, -1);
      return lines.slice(Math.max(0, lines.length - lineCountMax)).join("\n");
    },
    async close() {
      // Nothing is open.
    },
  };
}

function isFile(target: OutputTarget | undefined): boolean {
  return target !== undefined && target.kind !== "pipe";
}
