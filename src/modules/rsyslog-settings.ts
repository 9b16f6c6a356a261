import { isMapping } from "../config/cloud-config.ts";
import type { ForwardingRule } from "../distros/log-forwarding-adapter.ts";
import { parseBoolean } from "../text/boolean-option.ts";
import { describeKind } from "../text/describe-kind.ts";
import { printable } from "../text/printable.ts";
import type { Problem } from "../text/problem.ts";

/** A file of rsyslog's configuration directory; several entries may go into one. */
export interface RsyslogFile {
  readonly name: string;
  readonly content: string;
}

export interface RsyslogSettings {
  readonly directory: string;
  readonly files: readonly RsyslogFile[];
  /** Absent: restart the service. */
  readonly reloadCommand?: readonly string[];
  readonly program: string;
  readonly isInstalled: boolean;
}

const DIRECTORY = "/etc/rsyslog.d";
const FILE_NAME = "20-cloud-config.conf";
const PROGRAM = "rsyslogd";
const SHOWN_LENGTH = 60;
/** `[filter ][@|@@]host[:port][ # comment]`, an IPv6 address in brackets (compat modules.md, rsyslog). */
const REMOTE =
  /^(?:(\S+)\s+)?(@@?)?(\[[0-9A-Fa-f:]+(?:%[A-Za-z0-9]+)?\]|[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}))(?::(\d{1,5}))?$/u;
/** facility[,facility].[=!]priority, several after ";" (syslog.conf(5)). */
const SELECTOR = /^[A-Za-z0-9*,]+\.[A-Za-z0-9*=!]+(?:;[A-Za-z0-9*,]+\.[A-Za-z0-9*=!]+)*$/u;

/** syslogd of AIX knows no "=" and "!", and these priorities (IBM's syslogd reference). */
const AIX_SELECTOR =
  /^[a-z0-9*,]+\.(?:\*|emerg|panic|alert|crit|err|error|warn|warning|notice|info|debug|none)(?:;[a-z0-9*,]+\.(?:\*|emerg|panic|alert|crit|err|error|warn|warning|notice|info|debug|none))*$/u;

type Path = readonly (string | number)[];

/**
 * Reads `rsyslog` as mapping or, as before, as list beside `rsyslog_dir` and `rsyslog_filename`.
 * Each entry is judged on its own.
 */
export function readRsyslogSettings(config: Readonly<Record<string, unknown>>): {
  readonly settings: RsyslogSettings;
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const written = config["rsyslog"];
  const isList = Array.isArray(written);
  const mapping: Readonly<Record<string, unknown>> = isMapping(written) ? written : {};
  if (!isList && !isMapping(written) && written !== undefined && written !== null) {
    const message = `expected a mapping or a list, got ${describeKind(written)}`;
    problems.push({ message, path: ["rsyslog"] });
  }
  const directory = readPath(
    isList ? config["rsyslog_dir"] : mapping["config_dir"],
    isList ? ["rsyslog_dir"] : ["rsyslog", "config_dir"],
    problems,
  );
  const fileName = readFileName(
    (isList ? config["rsyslog_filename"] : mapping["config_filename"]) ?? FILE_NAME,
    isList ? ["rsyslog_filename"] : ["rsyslog", "config_filename"],
    problems,
  );
  const configs: unknown = isList ? written : mapping["configs"];
  const files = [
    ...readConfigs(configs, {
      fileName,
      path: isList ? ["rsyslog"] : ["rsyslog", "configs"],
      problems,
    }),
    ...readRemotes(mapping["remotes"], fileName, problems),
  ];
  const command = mapping["service_reload_command"];
  const reloadCommand = readCommand(command, problems);
  const program = readProgram(mapping["check_exe"], problems);
  const install = mapping["install_rsyslog"] ?? false;
  if (parseBoolean(install) === undefined) {
    const message = `expected true or false, got ${describeKind(install)}; false is used`;
    problems.push({ message, path: ["rsyslog", "install_rsyslog"] });
  }
  return {
    settings: {
      directory: directory ?? DIRECTORY,
      files: mergeFiles(files),
      ...(reloadCommand === undefined ? {} : { reloadCommand }),
      program,
      isInstalled: parseBoolean(install) ?? false,
    },
    problems,
  };
}

/** What of a file syslogd of AIX can do; the rest is told. */
export function readForwardingRules(files: readonly RsyslogFile[]): {
  readonly rules: readonly ForwardingRule[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const rules: ForwardingRule[] = [];
  for (const line of files.flatMap(({ content }) => content.split("\n"))) {
    const text = line.replace(/#.*$/u, "").trim();
    if (text === "") {
      continue;
    }
    const [selector = "", action = "", ...rest] = text.split(/\s+/u);
    const host = /^@(?!@)(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::514)?$/u.exec(
      action,
    )?.[1];
    if (host === undefined || rest.length > 0 || !AIX_SELECTOR.test(selector)) {
      problems.push({
        message: `There is no rsyslogd, and syslogd of AIX cannot do "${printable(text.slice(0, SHOWN_LENGTH))}": only "selector @host" by UDP at port 514${action.startsWith("@@") ? ", not TCP (@@)" : ""}; it is left out`,
        severity: "warning",
      });
      continue;
    }
    rules.push({ selector, host: host.replace(/^\[|\]$/gu, "") });
  }
  return { rules, problems };
}

function readConfigs(
  written: unknown,
  state: { readonly fileName: string; readonly path: Path; readonly problems: Problem[] },
): readonly RsyslogFile[] {
  if (written === undefined || written === null) {
    return [];
  }
  if (!Array.isArray(written)) {
    state.problems.push({
      message: `expected a list, got ${describeKind(written)}`,
      path: state.path,
    });
    return [];
  }
  return written.flatMap((item: unknown, index): readonly RsyslogFile[] => {
    const path = [...state.path, index];
    const content = isMapping(item) ? item["content"] : item;
    if (typeof content !== "string") {
      state.problems.push({
        message: `expected text, or a mapping with "content", got ${describeKind(item)}; it is left out`,
        path,
      });
      return [];
    }
    const given = isMapping(item) ? item["filename"] : undefined;
    const name =
      given === undefined
        ? state.fileName
        : readFileName(given, [...path, "filename"], state.problems);
    return [{ name, content }];
  });
}

function readRemotes(
  written: unknown,
  fileName: string,
  problems: Problem[],
): readonly RsyslogFile[] {
  if (written === undefined || written === null) {
    return [];
  }
  const path = ["rsyslog", "remotes"];
  if (!isMapping(written)) {
    problems.push({ message: `expected a mapping, got ${describeKind(written)}`, path });
    return [];
  }
  const lines = Object.entries(written).flatMap(([name, value]): readonly string[] => {
    if (value === null || value === false || value === "") {
      return [];
    }
    const line = typeof value === "string" ? formatRemote(name, value) : undefined;
    if (line === undefined) {
      problems.push({
        message: `expected "[filter ][@|@@]host[:port]", got ${typeof value === "string" ? `"${printable(value.slice(0, SHOWN_LENGTH))}"` : describeKind(value)}; it is left out`,
        path: [...path, name],
      });
      return [];
    }
    return [line];
  });
  return lines.length === 0
    ? []
    : [
        {
          name: fileName,
          content: ["# begin remotes", ...lines, "# end remotes"].join("\n"),
        },
      ];
}

function formatRemote(name: string, value: string): string | undefined {
  const match = REMOTE.exec(value.replace(/\s*#.*$/u, "").trim());
  const [, filter = "*.*", protocol = "@", host = "", port] = match ?? [];
  if (match === null || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))) {
    return undefined;
  }
  if (!SELECTOR.test(filter)) {
    return undefined;
  }
  const comment = /^[\w .-]+$/u.test(name) ? ` # ${name}` : "";
  return `${filter} ${protocol}${host}${port === undefined ? "" : `:${port}`}${comment}`;
}

function readPath(written: unknown, path: Path, problems: Problem[]): string | undefined {
  if (written === undefined || written === null) {
    return undefined;
  }
  if (typeof written === "string" && /^\/[^\p{Cc}]*$/u.test(written) && !written.includes("..")) {
    return written.replace(/(.)\/+$/u, "$1");
  }
  problems.push({ message: `expected an absolute path; ${DIRECTORY} is used`, path });
  return undefined;
}

function readProgram(written: unknown, problems: Problem[]): string {
  if (typeof written === "string" && /^[^\s\p{Cc}]{1,1024}$/u.test(written)) {
    return written;
  }
  if (written !== undefined && written !== null) {
    problems.push({
      message: `expected the path or the name of a program; ${PROGRAM} is used`,
      path: ["rsyslog", "check_exe"],
    });
  }
  return PROGRAM;
}

/** A name in the directory and nowhere else. */
function readFileName(written: unknown, path: Path, problems: Problem[]): string {
  if (typeof written === "string" && /^[A-Za-z0-9_][A-Za-z0-9._-]{0,120}$/u.test(written)) {
    return written;
  }
  const shown =
    typeof written === "string"
      ? `"${printable(written.slice(0, SHOWN_LENGTH))}"`
      : describeKind(written);
  problems.push({
    message: `expected the name of a file without a path, got ${shown}; ${FILE_NAME} is used`,
    path,
  });
  return FILE_NAME;
}

function readCommand(written: unknown, problems: Problem[]): readonly string[] | undefined {
  if (written === undefined || written === null || written === "auto") {
    return undefined;
  }
  const words: readonly unknown[] = Array.isArray(written) ? written : [];
  if (
    words.length > 0 &&
    words.every((word): word is string => typeof word === "string" && word !== "")
  ) {
    return words;
  }
  problems.push({
    message: `expected auto or a list of words, got ${describeKind(written)}; auto is used`,
    path: ["rsyslog", "service_reload_command"],
  });
  return undefined;
}

/** Entries for one file come one after the other, each ending in a newline. */
function mergeFiles(files: readonly RsyslogFile[]): readonly RsyslogFile[] {
  const merged = new Map<string, string>();
  for (const { name, content } of files) {
    const text = content.endsWith("\n") ? content : `${content}\n`;
    merged.set(name, (merged.get(name) ?? "") + text);
  }
  return [...merged].map(([name, content]) => ({ name, content }));
}
