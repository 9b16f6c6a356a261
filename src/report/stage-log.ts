import type { System } from "../system/system.ts";
import { errorChain } from "../text/error-message.ts";
import { printableLines } from "../text/printable.ts";
import type { LogHandler } from "./log-config.ts";
import type { Logger } from "./logger.ts";
import type { LogLevel } from "./log-level.ts";
import { isAtLeast } from "./log-level.ts";

/** The log of one run: hands out loggers, holds records until it is known where they go. */
export interface StageLog {
  /** `fileName` is what `%(filename)s` shows: "stages.ts", "set_hostname". */
  named(fileName: string): Logger;
  /** From here on records go to `handlers`; those held so far first. A file that cannot be written is left out and said on stderr. */
  open(handlers: readonly LogHandler[]): void;
  /** What was logged at WARNING and above since `since`, by level, for status.json. */
  recoverableErrors(): Readonly<Record<string, readonly string[]>>;
  /** Writes what is held back; called at every step's end. */
  flush(): void;
}

interface LogRecord {
  readonly at: Date;
  readonly level: LogLevel;
  readonly fileName: string;
  readonly message: string;
}

/** Lines below WARNING are held back up to this many characters: a write per line would dominate big boots. */
const BUFFER_LENGTH_MAX = 16_384;
const NEW_LOG_MODE = 0o640;
const RECOVERABLE_MAX = 1_000;

/** A log without handlers yet. `mask` is applied to every message, and control characters but line ends and tabs are spelled out; `onWarning` hears of those at WARNING and above, `onFailure` of a log file that cannot be written. */
export function createStageLog(
  sys: System,
  mask: (text: string) => string,
  onWarning?: (message: string) => void,
  onFailure?: (message: string) => void,
): StageLog {
  let handlers: LogHandler[] | undefined;
  let held: LogRecord[] = [];
  const buffers = new Map<string, string[]>();
  let bufferedLength = 0;
  const recoverable = new Map<string, string[]>();

  const flush = (): void => {
    for (const [path, lines] of buffers) {
      appendTo(sys, path, lines.join(""), (message) => {
        handlers = handlers?.filter((h) => h.target.kind !== "file" || h.target.path !== path);
        onFailure?.(message);
      });
    }
    buffers.clear();
    bufferedLength = 0;
  };

  const emit = (record: LogRecord): void => {
    for (const handler of handlers ?? []) {
      if (!isAtLeast(record.level, handler.level)) {
        continue;
      }
      const line = `${formatRecord(record, handler.format, sys.process.pid)}\n`;
      if (handler.target.kind !== "file") {
        sys.output.write(handler.target.kind, line);
        continue;
      }
      const lines = buffers.get(handler.target.path) ?? [];
      lines.push(line);
      buffers.set(handler.target.path, lines);
      bufferedLength += line.length;
    }
    if (bufferedLength > BUFFER_LENGTH_MAX || isAtLeast(record.level, "WARNING")) {
      flush();
    }
  };

  const log = (fileName: string, level: LogLevel, text: string): void => {
    const record = { at: sys.clock.now(), level, fileName, message: printableLines(mask(text)) };
    if (isAtLeast(level, "WARNING")) {
      onWarning?.(record.message);
      const messages = recoverable.get(level) ?? [];
      if (messages.length < RECOVERABLE_MAX) {
        messages.push(record.message);
      }
      recoverable.set(level, messages);
    }
    if (handlers === undefined) {
      held.push(record);
    } else {
      emit(record);
    }
  };

  return {
    named: (fileName) => ({
      debug: (message) => log(fileName, "DEBUG", message),
      info: (message) => log(fileName, "INFO", message),
      warn: (message) => log(fileName, "WARNING", message),
      error(message, cause) {
        log(fileName, "ERROR", message);
        if (cause !== undefined) {
          log(fileName, "DEBUG", causeText(cause));
        }
      },
    }),
    open(list) {
      flush();
      handlers = [...list];
      const records = held;
      held = [];
      for (const record of records) {
        emit(record);
      }
    },
    recoverableErrors: () => Object.fromEntries(recoverable),
    flush,
  };
}

function causeText(cause: unknown): string {
  const stack = cause instanceof Error ? cause.stack : undefined;
  return stack === undefined ? errorChain(cause) : `${errorChain(cause)}\n${stack}`;
}

function appendTo(
  sys: System,
  path: string,
  text: string,
  onFailure: (message: string) => void,
): void {
  try {
    // An existing file keeps its mode.
    sys.fs.append(path, text, { mode: NEW_LOG_MODE });
  } catch (error) {
    const message = `Cannot write the log "${path}": ${errorChain(error)}`;
    sys.output.write("stderr", `${message}\n`);
    onFailure(message);
  }
}

function formatRecord(record: LogRecord, format: string, pid: number): string {
  return format.replace(/%\((\w+)\)[sd]/gu, (whole, name: string) => {
    switch (name) {
      case "asctime":
        return formatLogTime(record.at);
      case "filename":
      case "name":
      case "module":
        return record.fileName;
      case "levelname":
        return record.level;
      case "message":
        return record.message;
      case "process":
        return String(pid);
      default:
        return whole;
    }
  });
}

/** UTC as `YYYY-MM-DD HH:MM:SS,mmm` (compat core.md §3.4, pitfalls.md §2 "log timestamps"). */
function formatLogTime(at: Date): string {
  return at.toISOString().replace("T", " ").replace(".", ",").replace("Z", "");
}
