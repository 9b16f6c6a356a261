import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Duplex } from "node:stream";
import { removeFile } from "./host-remove.ts";
import type { ReportingScript } from "./system.ts";

/** The descriptor on which a script reports. */
const REPORT_FD = 3;
/** Longer lines are none of a script of ours. */
const LINE_LENGTH_MAX = 4096;

/** A reporting script in its file, ready to be run. */
export interface Report {
  readonly argv: readonly string[];
  /** Listens to the child, which was started with a pipe as its descriptor 3. */
  follow(child: ChildProcess): void;
  /** Removes the file. A grandchild that holds the other end of the pipe is left alone. */
  close(): void;
}

/** Writes the script to its file; undefined where that is not possible. */
export function openReport(script: ReportingScript): Report | undefined {
  if (!writePrivate(script)) {
    return undefined;
  }
  let channel: Duplex | undefined;
  return {
    argv: ["/bin/sh", script.path],
    follow(child) {
      const stream = child.stdio[REPORT_FD];
      if (!(stream instanceof Duplex)) {
        return;
      }
      channel = stream;
      // A script that has ended does not read its answers.
      stream.on("error", () => {});
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (chunk: string) => {
        const lines = `${rest}${chunk}`.split("\n");
        rest = (lines.pop() ?? "").slice(-LINE_LENGTH_MAX);
        for (const line of lines) {
          stream.write(`${script.onLine(line)}\n`);
        }
      });
    },
    close() {
      channel?.destroy();
      removeFile(script.path);
    },
  };
}

function writePrivate(script: ReportingScript): boolean {
  try {
    fs.mkdirSync(path.dirname(script.path), { recursive: true });
    removeFile(script.path);
    // "wx": whatever another process puts there meanwhile is not written through.
    fs.writeFileSync(script.path, script.text, { mode: 0o600, flag: "wx" });
    return true;
  } catch {
    return false;
  }
}
