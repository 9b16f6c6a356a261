import type { LogLevel } from "./log-level.ts";
import { parseLogLevel } from "./log-level.ts";

/** Where log records go, and which. */
export interface LogHandler {
  readonly target:
    | { readonly kind: "stderr" | "stdout" }
    | { readonly kind: "file"; readonly path: string };
  readonly level: LogLevel;
  /** Python's `%(name)s` form. */
  readonly format: string;
}

/** The format that log readers know (compat core.md §3.4). */
export const DEFAULT_LOG_FORMAT = "%(asctime)s - %(filename)s[%(levelname)s]: %(message)s";

/**
 * One `log_cfgs` entry: the subset of Python's `logging.config.fileConfig` that cloud-init's
 * shipped files use (compat core.md §3.4). Undefined where it cannot be used: no root logger, or a
 * handler of a class that cannot be opened here (syslog), so that the next entry is tried.
 */
export function parseLogConfig(text: string): readonly LogHandler[] | undefined {
  const sections = parseIni(text);
  const root = sections.get("logger_root");
  if (root === undefined) {
    return undefined;
  }
  const names = new Set(listOf(root.get("handlers")));
  for (const [section, keys] of sections) {
    if (section.startsWith("logger_") && section !== "logger_root") {
      for (const name of listOf(keys.get("handlers"))) {
        names.add(name);
      }
    }
  }
  const handlers: LogHandler[] = [];
  for (const name of names) {
    const keys = sections.get(`handler_${name}`);
    const handler = keys === undefined ? undefined : parseHandler(keys, sections);
    if (handler === undefined) {
      return undefined;
    }
    if (handler !== "none") {
      handlers.push(handler);
    }
  }
  return handlers.length > 0 ? handlers : undefined;
}

function parseHandler(
  keys: ReadonlyMap<string, string>,
  sections: ReadonlyMap<string, ReadonlyMap<string, string>>,
): LogHandler | "none" | undefined {
  const level = parseLogLevel(keys.get("level") ?? "DEBUG") ?? "DEBUG";
  const formatter = sections.get(`formatter_${keys.get("formatter") ?? ""}`);
  const format = formatter?.get("format") ?? DEFAULT_LOG_FORMAT;
  const args = keys.get("args") ?? "";
  switch (keys.get("class")?.split(".").at(-1)) {
    case "NullHandler":
      return "none";
    case "StreamHandler":
      return { target: { kind: args.includes("stdout") ? "stdout" : "stderr" }, level, format };
    case "FileHandler": {
      const path = /["'](\/[^"']+)["']/u.exec(args)?.[1];
      return path === undefined ? undefined : { target: { kind: "file", path }, level, format };
    }
    default:
      return undefined;
  }
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const line of text.split(/\r?\n/u)) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith(";")) {
      continue;
    }
    const header = /^\[([^\]]+)\]$/u.exec(trimmed)?.[1];
    if (header !== undefined) {
      current = new Map();
      sections.set(header.trim(), current);
      continue;
    }
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/u.exec(trimmed);
    if (pair?.[1] !== undefined && pair[2] !== undefined) {
      current?.set(pair[1].trim().toLowerCase(), pair[2]);
    }
  }
  return sections;
}
