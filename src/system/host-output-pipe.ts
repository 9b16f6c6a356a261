import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { codeOf } from "./host-error.ts";
import { findLogGroup } from "./host-output-file.ts";
import { writeFully } from "./host-write.ts";

const { constants } = fs;
const FIFO_PROGRAM = "/usr/bin/mkfifo";
const FIFO_TIMEOUT_MS = 10_000;
const FIFO_DIRECTORIES = ["/run", "/var/run", "/tmp", "/var/tmp"];
const PATIENCE_MS = 10_000;
const READER_END_MAX_MS = 5000;

/** A command that reads our output, and its children's, from a pipe. */
export interface OutputPipe {
  /** For children: blocks them while the reader is busy, as a pipe of a shell does. */
  readonly fd: number;
  write(bytes: Uint8Array): void;
  /** Lets go of the pipe and waits, within limits, until the reader has ended. Never kills it. */
  close(): Promise<void>;
}

/**
 * Starts `/bin/sh -c command` with a pipe as its input. Files that it makes are readable by their
 * owner and group only, as in cloud-init.
 *
 * The pipe is a FIFO whose name is removed at once. The pipes that the runtimes make are sockets
 * that do not block, so that a child which writes faster than the reader reads would lose output.
 */
export async function openOutputPipe(
  command: string,
  options: {
    readonly environment: Readonly<Record<string, string>>;
    readonly stdoutFd: number;
    readonly stderrFd: number;
  },
): Promise<OutputPipe> {
  const { spawn, spawnSync } = await import("node:child_process");
  const fifo = openFifo((file) => {
    const made = spawnSync(FIFO_PROGRAM, ["-m", "600", file], {
      stdio: "ignore",
      env: { ...options.environment },
      timeout: FIFO_TIMEOUT_MS,
    });
    return made.status === 0;
  });
  const groupId = process.getuid?.() === 0 ? findLogGroup() : undefined;
  try {
    const reader = spawn("/bin/sh", ["-c", `umask 037\n${command}`], {
      stdio: [fifo.readFd, options.stdoutFd, options.stderrFd],
      env: { ...options.environment },
      detached: true,
      ...(groupId === undefined ? {} : { gid: groupId }),
    });
    return createOutputPipe(reader, fifo);
  } catch (error) {
    fs.closeSync(fifo.childFd);
    fs.closeSync(fifo.ownFd);
    throw new Error(`Cannot start "/bin/sh" for the output pipe "${command}": ${codeOf(error)}`, {
      cause: error,
    });
  } finally {
    fs.closeSync(fifo.readFd);
  }
}

function createOutputPipe(reader: ChildProcess, fifo: Fifo): OutputPipe {
  const ended = new Promise<void>((resolve) => {
    reader.on("exit", () => resolve());
    reader.on("error", () => resolve());
  });
  // It is waited for in `close`, and by nobody else.
  reader.unref();
  return {
    fd: fifo.childFd,
    write(bytes) {
      writeFully(fifo.ownFd, bytes, PATIENCE_MS);
    },
    async close() {
      fs.closeSync(fifo.childFd);
      fs.closeSync(fifo.ownFd);
      reader.ref();
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, READER_END_MAX_MS);
      });
      await Promise.race([ended, limit]);
      clearTimeout(timer);
      reader.unref();
    },
  };
}

interface Fifo {
  readonly readFd: number;
  /** Blocks; for children. */
  readonly childFd: number;
  /** Does not block, so that a reader who hangs cannot hold us for ever. */
  readonly ownFd: number;
}

function openFifo(makeFifo: (file: string) => boolean): Fifo {
  for (const parent of FIFO_DIRECTORIES) {
    const directory = makePrivateDirectory(parent);
    if (directory === undefined) {
      continue;
    }
    const file = path.join(directory, "output");
    try {
      if (makeFifo(file)) {
        return openEnds(file);
      }
    } finally {
      fs.rmSync(directory, { recursive: true, force: true });
    }
  }
  throw new Error(
    `Cannot make a pipe for the output: "${FIFO_PROGRAM}" made no FIFO in any of ${FIFO_DIRECTORIES.join(", ")}`,
  );
}

/** Opening a FIFO waits for its other side; a first reader that does not wait lets the others in. */
function openEnds(file: string): Fifo {
  const firstFd = fs.openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const ownFd = fs.openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    const childFd = fs.openSync(file, constants.O_WRONLY);
    const readFd = fs.openSync(file, constants.O_RDONLY);
    return { readFd, childFd, ownFd };
  } finally {
    fs.closeSync(firstFd);
  }
}

function makePrivateDirectory(parent: string): string | undefined {
  try {
    return fs.mkdtempSync(path.join(parent, "cloud-init-"));
  } catch {
    return undefined;
  }
}
