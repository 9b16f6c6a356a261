import fs from "node:fs";
import { commandEnvironment } from "./command-environment.ts";
import { openOutputFile, type OutputFile } from "./host-output-file.ts";
import { openOutputPipe } from "./host-output-pipe.ts";
import { isTerminal } from "./host-terminal.ts";
import { writeFully } from "./host-write.ts";
import type { Output, OutputTarget, OutputTargets } from "./system.ts";

const PATIENCE_MS = 10_000;
const CONSOLE_PATIENCE_MS = 200;
const COPY_INTERVAL_MS = 200;

/** The output, with what is needed to start children on it. */
export interface HostOutput extends Output {
  /** Standard output and error of a child that inherits ours. */
  childDescriptors(): readonly [number, number];
  /** From here on, what children write is shown as it comes. Returns what to call when the child has ended. */
  childStarted(): () => void;
}

/** Settings of the output; the defaults are the process's own. */
export interface HostOutputOptions {
  readonly process: {
    readonly platform: string;
    readonly env: Readonly<Record<string, string | undefined>>;
  };
  readonly stdoutFd?: number;
  readonly stderrFd?: number;
  readonly consolePath?: string;
}

/** Where one stream goes, or both. */
interface Sink {
  readonly fd: number;
  readonly isTerminal: boolean;
  /** What is written shows on a terminal, maybe by a detour. */
  readonly isWatched: boolean;
  readonly file?: OutputFile;
  write(bytes: Uint8Array): void;
  /** For "tee": shows what arrived in the file. */
  copyNews(): void;
  close(): Promise<void>;
}

/** Standard output and error, until `redirect` says otherwise. */
export function createHostOutput(options: HostOutputOptions): HostOutput {
  const original = {
    stdout: streamSink(options.stdoutFd ?? 1),
    stderr: streamSink(options.stderrFd ?? 2),
  };
  let current: { readonly stdout: Sink; readonly stderr: Sink } = original;

  function copyNews(): void {
    for (const sink of new Set([current.stdout, current.stderr])) {
      sink.copyNews();
    }
  }
  function logFile(): OutputFile | undefined {
    return current.stdout.file ?? current.stderr.file;
  }
  async function replaceSinks(next: typeof current): Promise<void> {
    const kept = new Set([next.stdout, next.stderr]);
    const dropped = [...new Set([current.stdout, current.stderr])].filter(
      (sink) => !kept.has(sink),
    );
    current = next;
    await Promise.all(dropped.map((sink) => sink.close()));
  }

  return {
    write(stream, text) {
      if (text !== "") {
        current[stream].write(new TextEncoder().encode(text));
      }
    },
    writeConsole: (text) => writeConsole(options.consolePath ?? "/dev/console", text),
    isTerminal: (stream) => current[stream].isTerminal,
    isWatched: (stream) => current[stream].isWatched,
    redirect: async (targets) => replaceSinks(await openSinks(targets, current, original, options)),
    mark: () => logFile()?.sizeBytes() ?? 0,
    tailSince: (mark, lineCountMax) => logFile()?.tail(mark, lineCountMax) ?? "",
    close: () => replaceSinks(original),
    childDescriptors: () => [current.stdout.fd, current.stderr.fd],
    childStarted() {
      const timer = setInterval(copyNews, COPY_INTERVAL_MS);
      return () => {
        clearInterval(timer);
        copyNews();
      };
    },
  };
}

/** All targets open, or an error and none of them. */
async function openSinks(
  targets: OutputTargets,
  current: { readonly stdout: Sink; readonly stderr: Sink },
  original: { readonly stdout: Sink; readonly stderr: Sink },
  options: HostOutputOptions,
): Promise<{ readonly stdout: Sink; readonly stderr: Sink }> {
  const open = (target: OutputTarget, shown: Sink): Promise<Sink> =>
    openSink(target, shown, original, options);
  const stdout =
    targets.stdout === undefined ? current.stdout : await open(targets.stdout, original.stdout);
  if (targets.stderr === undefined) {
    return { stdout, stderr: current.stderr };
  }
  if (targets.stderr === "&1" || isSameTarget(targets.stderr, targets.stdout)) {
    return { stdout, stderr: stdout };
  }
  try {
    return { stdout, stderr: await open(targets.stderr, original.stderr) };
  } catch (error) {
    if (stdout !== current.stdout) {
      await stdout.close();
    }
    throw error;
  }
}

function isSameTarget(a: OutputTarget, b: OutputTarget | undefined): boolean {
  if (a.kind === "pipe") {
    return b?.kind === "pipe" && a.command === b.command;
  }
  return b !== undefined && b.kind !== "pipe" && a.kind === b.kind && a.path === b.path;
}

async function openSink(
  target: OutputTarget,
  shown: Sink,
  original: { readonly stdout: Sink; readonly stderr: Sink },
  options: HostOutputOptions,
): Promise<Sink> {
  if (target.kind === "pipe") {
    return pipeSink(target.command, original, options);
  }
  if (target.kind === "tee" && isDevice(target.path)) {
    // A device cannot be followed from its end: this is work for the real tee.
    return pipeSink(`tee -a '${target.path.replaceAll("'", "'\\''")}'`, original, options);
  }
  const file = openOutputFile(target.path, target.kind === "truncate");
  const copyNews = target.kind === "tee" ? () => file.copyNews(shown.fd) : (): void => {};
  return {
    fd: file.fd,
    isTerminal: isTerminal(file.fd),
    isWatched: target.kind === "tee" ? shown.isWatched : isTerminal(file.fd),
    ...(file.isRegular ? { file } : {}),
    write(bytes) {
      writeFully(file.fd, bytes, PATIENCE_MS);
      copyNews();
    },
    copyNews,
    async close() {
      copyNews();
      file.close();
    },
  };
}

async function pipeSink(
  command: string,
  original: { readonly stdout: Sink; readonly stderr: Sink },
  options: HostOutputOptions,
): Promise<Sink> {
  const pipe = await openOutputPipe(command, {
    environment: commandEnvironment(options.process, "user"),
    stdoutFd: original.stdout.fd,
    stderrFd: original.stderr.fd,
  });
  return {
    fd: pipe.fd,
    isTerminal: false,
    isWatched: false,
    write: (bytes) => pipe.write(bytes),
    copyNews() {
      // The command shows what it wants to.
    },
    close: () => pipe.close(),
  };
}

/** A descriptor that was there before us. Nobody listening to it is no reason to fail. */
function streamSink(fd: number): Sink {
  const isOnTerminal = isTerminal(fd);
  return {
    fd,
    isTerminal: isOnTerminal,
    isWatched: isOnTerminal,
    write(bytes) {
      writeFully(fd, bytes, PATIENCE_MS);
    },
    copyNews() {
      // Children write to it themselves.
    },
    async close() {
      // Not ours to close.
    },
  };
}

function isDevice(path: string): boolean {
  const stats = fs.statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

function writeConsole(path: string, text: string): void {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fs.constants;
  try {
    const fd = fs.openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    try {
      writeFully(fd, new TextEncoder().encode(text), CONSOLE_PATIENCE_MS);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // Some partitions have no console, and a boot does not need one.
  }
}
