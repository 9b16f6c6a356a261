import type { CloudConfig } from "../config/cloud-config.ts";
import type { LogHandler } from "../report/log-config.ts";
import { DEFAULT_LOG_FORMAT, parseLogConfig } from "../report/log-config.ts";
import { readTextIfExists } from "../system/files.ts";
import type { System } from "../system/system.ts";
import { errorChain } from "../text/error-message.ts";
import type { StageFrame } from "./stage-frame.ts";

const DEFAULT_LOG_FILE = "/var/log/cloud-init.log";

/** The log file that the configuration names. */
export function logFileOf(config: CloudConfig): string {
  const path = config["def_log_file"];
  return typeof path === "string" && path.startsWith("/") ? path : DEFAULT_LOG_FILE;
}

/** Opens the log as `log_cfgs` says (compat core.md §3.4), else to the log file and, from WARNING on, to standard error; with `--debug` everything goes to standard error too. */
export function openLogging(frame: StageFrame, config: CloudConfig, debug: boolean): void {
  const file = logFileOf(config);
  prepareLogFile(frame, file, config["syslog_fix_perms"]);
  const configured = configuredHandlers(frame.base, config);
  const handlers: LogHandler[] = [
    ...(configured ?? [
      { target: { kind: "file", path: file }, level: "DEBUG", format: DEFAULT_LOG_FORMAT },
      { target: { kind: "stderr" }, level: "WARNING", format: DEFAULT_LOG_FORMAT },
    ]),
  ];
  if (debug) {
    const others = handlers.filter((handler) => handler.target.kind !== "stderr");
    others.push({ target: { kind: "stderr" }, level: "DEBUG", format: DEFAULT_LOG_FORMAT });
    frame.stageLog.open(others);
    return;
  }
  frame.stageLog.open(handlers);
}

function configuredHandlers(sys: System, config: CloudConfig): readonly LogHandler[] | undefined {
  const single = config["logcfg"];
  const list = config["log_cfgs"];
  const candidates: unknown[] =
    typeof single === "string" ? [single] : Array.isArray(list) ? list : [];
  for (const candidate of candidates) {
    const text = Array.isArray(candidate) ? candidate.map(String).join("\n") : candidate;
    if (typeof text !== "string") {
      continue;
    }
    const handlers = parseLogConfig(readLogConfig(sys, text));
    if (handlers?.every((handler) => canOpen(sys, handler)) === true) {
      return handlers;
    }
  }
  return undefined;
}

/** The text itself, or the file that it names; one that cannot be read is no configuration. */
function readLogConfig(sys: System, text: string): string {
  try {
    return text.startsWith("/") ? (readTextIfExists(sys.fs, text.trim()) ?? text) : text;
  } catch {
    return "";
  }
}

/** A handler that cannot be opened makes its configuration fail, so that the next one is tried. */
function canOpen(sys: System, { target }: LogHandler): boolean {
  if (target.kind !== "file" || sys.fs.stat(target.path)?.kind === "file") {
    return true;
  }
  try {
    sys.fs.append(target.path, "", { mode: LOG_MODE_MAX });
    return true;
  } catch {
    return false;
  }
}

const LOG_MODE_MAX = 0o640;

/** Logs may hold secrets: 0640 or stricter, also one that an older agent left (compat pitfalls.md C12). */
function prepareLogFile(frame: StageFrame, path: string, owners: unknown): void {
  const { fs } = frame.base;
  try {
    const found = fs.stat(path);
    if (found === undefined) {
      fs.append(path, "", { mode: LOG_MODE_MAX });
      fixOwner(frame, path, owners);
    } else if (found.kind === "file" && (found.mode & ~LOG_MODE_MAX) !== 0) {
      fs.setAttributes(path, { mode: found.mode & LOG_MODE_MAX });
    }
  } catch (error) {
    frame.fail(`Cannot prepare the log "${path}": ${errorChain(error)}`, error);
  }
}

/** `syslog_fix_perms`: "user:group" or a list of them, the first that this machine knows. */
function fixOwner(frame: StageFrame, path: string, value: unknown): void {
  const candidates: readonly unknown[] = Array.isArray(value) ? value : [value ?? frame.rootOwner];
  let failure: unknown;
  for (const candidate of candidates) {
    const owner = ownerOf(candidate);
    if (owner === undefined) {
      return;
    }
    try {
      frame.base.fs.setAttributes(path, { owner });
      return;
    } catch (error) {
      failure = error;
    }
  }
  frame.log.warn(`Cannot set the owner of "${path}": ${errorChain(failure)}`);
}

/** Undefined where both halves say "leave it". */
function ownerOf(value: unknown): string | undefined {
  const parts = (typeof value === "string" ? value : "")
    .split(":")
    .map((part) => (/^(?:-1|none)?$/iu.test(part) ? "" : part));
  const owner = parts.join(":");
  return owner === "" || owner === ":" ? undefined : owner;
}
