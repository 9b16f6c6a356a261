import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Duplex } from "node:stream";

/** What a script did: its output, its exit code, the files that it left. */
export interface ShellRun {
  readonly output: string;
  readonly exitCode: number;
  readonly files: Readonly<Record<string, string>>;
  /** What it wrote to descriptor 3, line by line. */
  readonly lines: readonly string[];
}

const TIMEOUT_MS = 20_000;

/** Runs a script with a shell in an empty directory; `hasChannel`: descriptor 3 is a channel whose lines are answered. Names of directories in the output are made equal. */
export async function runShellScript(
  shell: readonly string[],
  text: string,
  directory: string,
  hasChannel: boolean,
): Promise<ShellRun> {
  fs.rmSync(directory, { recursive: true, force: true });
  const work = path.join(directory, "work");
  fs.mkdirSync(work, { recursive: true });
  const script = path.join(directory, "script");
  fs.writeFileSync(script, text);
  const log = path.join(directory, "log");
  const fd = fs.openSync(log, "a");
  const lines: string[] = [];
  const exitCode = await new Promise<number>((resolve, reject) => {
    const [program = "", ...args] = shell;
    const child = spawn(program, [...args, script], {
      cwd: work,
      stdio: hasChannel ? ["ignore", fd, fd, "pipe"] : ["ignore", fd, fd],
      env: { PATH: "/usr/bin:/bin", HOME: work },
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      channel?.destroy();
      resolve(code ?? (signal === "SIGTERM" ? 143 : 137));
    });
    const channel = child.stdio[3];
    if (channel instanceof Duplex) {
      channel.on("error", () => {});
      channel.on("data", (chunk: Uint8Array) => {
        for (const line of new TextDecoder().decode(chunk).split("\n").slice(0, -1)) {
          lines.push(line);
          channel.write("\n");
        }
      });
    }
  });
  fs.closeSync(fd);
  const output = fs.readFileSync(log, "utf8").replaceAll(directory, "DIR");
  return { output, exitCode, files: readFiles(work), lines };
}

function readFiles(directory: string): Record<string, string> {
  const names = fs.readdirSync(directory, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const file = path.join(directory, name);
      return fs.statSync(file).isFile() ? [[name, fs.readFileSync(file, "utf8")]] : [];
    }),
  );
}
