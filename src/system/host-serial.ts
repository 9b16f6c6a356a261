import fs from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { spawnSync } from "node:child_process";
import { codeOf, absolute, attempt } from "./host-error.ts";
import { monotonicMs } from "./host-monotonic.ts";
import type { SerialExchange } from "./system.ts";

const { constants } = fs;
const STTY_PROGRAMS = ["/usr/bin/stty", "/bin/stty"];
/** Setting a line waits for its output to drain, which it never does where nobody reads. */
const STTY_TIMEOUT_MS = 5000;
const POLL_MS = 20;
const READ_BYTES = 64 * 1024;
/** Of old input that is thrown away: a line that never falls silent must not hold us. */
const FLUSH_BYTES_MAX = 1024 * 1024;

/**
 * Sends a request on a terminal line and reads the answer. The line is raw and without echo for as
 * long as that takes, so that no answer comes back as input; then it is as it was. Nothing here
 * waits without a deadline: the device is opened and read without blocking.
 */
export async function exchangeOnSerialPort(exchange: SerialExchange): Promise<Uint8Array> {
  const { path } = exchange;
  const { spawnSync } = await import("node:child_process");
  const fd = openLine(path);
  try {
    if (!fs.fstatSync(fd).isCharacterDevice()) {
      throw new Error(`Cannot use "${path}": expected a serial port`);
    }
    const saved = setLine(spawnSync, path, ["-g"]);
    try {
      setLine(spawnSync, path, ["raw", "-echo", "clocal"]);
      flushInput(fd, path);
      const deadline = monotonicMs() + exchange.timeoutMs;
      await writeRequest(fd, exchange);
      return await readAnswer(fd, exchange, deadline);
    } finally {
      restore(spawnSync, path, saved);
    }
  } finally {
    fs.closeSync(fd);
  }
}

function openLine(path: string): number {
  const flags = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;
  return attempt("open", path, () => fs.openSync(absolute(path), flags));
}

/**
 * stty(1) works on its standard input. It gets an open line of its own: a runtime may make the one
 * that it hands to a child a blocking one, for us too.
 */
function setLine(spawn: typeof spawnSync, path: string, args: readonly string[]): string {
  const program = STTY_PROGRAMS.find((file) => fs.existsSync(file));
  if (program === undefined) {
    throw new Error(`Cannot set up "${path}": there is no "${STTY_PROGRAMS[0]}"`);
  }
  const fd = openLine(path);
  try {
    const result = spawn(program, args, {
      stdio: [fd, "pipe", "pipe"],
      env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" },
      timeout: STTY_TIMEOUT_MS,
      killSignal: "SIGKILL",
      encoding: "utf8",
    });
    if (result.status === 0) {
      return result.stdout.trim();
    }
    const reason =
      result.status === null
        ? `${program} did not end within ${STTY_TIMEOUT_MS / 1000} s`
        : result.stderr.trim();
    throw new Error(`Cannot set up "${path}", expected a serial port: ${reason}`);
  } finally {
    fs.closeSync(fd);
  }
}

function restore(spawn: typeof spawnSync, path: string, saved: string): void {
  try {
    setLine(spawn, path, [saved]);
  } catch {
    // What was read counts; a line that cannot be set any more is nobody's loss.
  }
}

function flushInput(fd: number, path: string): void {
  const buffer = new Uint8Array(READ_BYTES);
  let flushedBytes = 0;
  for (;;) {
    const count = readSome(fd, path, buffer);
    flushedBytes += count;
    if (count === 0 || flushedBytes > FLUSH_BYTES_MAX) {
      return;
    }
  }
}

/** 0 where nothing is there yet. */
function readSome(fd: number, path: string, buffer: Uint8Array): number {
  try {
    return fs.readSync(fd, buffer, 0, buffer.length, null);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EAGAIN" || code === "EINTR") {
      return 0;
    }
    return attempt("read", path, () => {
      throw error;
    });
  }
}

async function writeRequest(
  fd: number,
  { path, request, writeTimeoutMs }: SerialExchange,
): Promise<void> {
  const deadline = monotonicMs() + writeTimeoutMs;
  let offset = 0;
  while (offset < request.length) {
    try {
      offset += fs.writeSync(fd, request, offset);
    } catch (error) {
      const code = codeOf(error);
      if (code !== "EAGAIN" && code !== "EINTR") {
        attempt("write", path, () => {
          throw error;
        });
      }
      if (monotonicMs() >= deadline) {
        throw new Error(
          `Cannot write to "${path}": it took nothing for ${writeTimeoutMs / 1000} s`,
          { cause: error },
        );
      }
      await wait(POLL_MS);
    }
  }
}

async function readAnswer(
  fd: number,
  { path, endByte, skippedBytes, timeoutMs, maxBytes }: SerialExchange,
  deadline: number,
): Promise<Uint8Array> {
  const buffer = new Uint8Array(READ_BYTES);
  const chunks: Uint8Array[] = [];
  let lengthBytes = 0;
  for (;;) {
    const count = readSome(fd, path, buffer);
    if (monotonicMs() >= deadline) {
      const got = lengthBytes === 0 ? "nothing came" : `only ${lengthBytes} bytes of it came`;
      throw new Error(`Cannot read the answer from "${path}": ${got} within ${timeoutMs / 1000} s`);
    }
    if (count === 0) {
      await wait(POLL_MS);
      continue;
    }
    const received = buffer.slice(0, count);
    const start =
      lengthBytes === 0 ? received.findIndex((byte) => !skippedBytes.includes(byte)) : 0;
    if (start === -1) {
      continue;
    }
    const end = received.indexOf(endByte, start);
    const chunk = received.subarray(start, end === -1 ? count : end);
    chunks.push(chunk);
    lengthBytes += chunk.length;
    if (lengthBytes > maxBytes) {
      throw new Error(`Cannot read the answer from "${path}": it is longer than ${maxBytes} bytes`);
    }
    if (end !== -1) {
      return concatenate(chunks, lengthBytes);
    }
  }
}

function concatenate(chunks: readonly Uint8Array[], lengthBytes: number): Uint8Array {
  const whole = new Uint8Array(lengthBytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
