import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

export const SSHD_CONFIG = "/etc/ssh/sshd_config";

/** Keyword in lower case → its arguments, quotes removed. */
export type SshdOptions = ReadonlyMap<string, readonly string[]>;

const INCLUDE_DEPTH_MAX = 16;
const INCLUDE_FILES_MAX = 256;

/**
 * The options that hold for every connection: those before the first Match, with Include followed;
 * the first value of a keyword holds (sshd_config(5)). Empty where there is no file.
 */
export function readSshdOptions(fs: FileSystem, path: string = SSHD_CONFIG): SshdOptions {
  const options = new Map<string, readonly string[]>();
  const state = { fs, options, filesLeft: INCLUDE_FILES_MAX };
  readFile(state, path, 0);
  return options;
}

/** A line's keyword (lower case) and arguments, or undefined for blank lines and comments. */
export function parseSshdLine(
  line: string,
): { readonly keyword: string; readonly args: readonly string[] } | undefined {
  // sshd cuts blanks off the end, a carriage return too.
  const match = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+|$)(.*)$/u.exec(line.trimEnd());
  if (match?.[1] === undefined) {
    return undefined;
  }
  return { keyword: match[1].toLowerCase(), args: splitArguments(match[2] ?? "") };
}

/**
 * The text with one more line that holds for every connection: before the first Match, else at the
 * end; every other byte as it was. The same text where such a line is there already.
 */
export function addSshdLine(text: string, keyword: string, value: string): string {
  const lines = text.split("\n");
  const parsed = lines.map(parseSshdLine);
  const match = parsed.findIndex((line) => line?.keyword === "match");
  const end = match === -1 ? lines.length : match;
  const isThere = parsed
    .slice(0, end)
    .some((line) => line?.keyword === keyword.toLowerCase() && line.args[0] === value);
  if (isThere) {
    return text;
  }
  if (match !== -1) {
    return [...lines.slice(0, match), `${keyword} ${value}`, ...lines.slice(match)].join("\n");
  }
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${before}${keyword} ${value}\n`;
}

interface ReadState {
  readonly fs: FileSystem;
  readonly options: Map<string, readonly string[]>;
  filesLeft: number;
}

/** Stops at a Match: what follows holds for some connections only. */
function readFile(state: ReadState, path: string, depth: number): void {
  const text = readTextIfExists(state.fs, path);
  if (text === undefined || depth > INCLUDE_DEPTH_MAX || state.filesLeft <= 0) {
    return;
  }
  state.filesLeft -= 1;
  for (const line of text.split("\n")) {
    const parsed = parseSshdLine(line);
    if (parsed === undefined) {
      continue;
    }
    if (parsed.keyword === "match") {
      return;
    }
    if (parsed.keyword === "include") {
      for (const file of parsed.args.flatMap((pattern) => expandPattern(state.fs, pattern))) {
        readFile(state, file, depth + 1);
      }
    } else if (!state.options.has(parsed.keyword)) {
      state.options.set(parsed.keyword, parsed.args);
    }
  }
}

/** Arguments are split at blanks outside double quotes; `#` begins a comment. */
function splitArguments(text: string): readonly string[] {
  const args: string[] = [];
  for (const match of text.matchAll(/"([^"]*)"|(#.*)|([^\s"#][^\s"]*)/gu)) {
    if (match[2] !== undefined) {
      break;
    }
    args.push(match[1] ?? match[3] ?? "");
  }
  return args;
}

/** glob(7) in the last part of the path, as Include is used; relative to /etc/ssh. */
function expandPattern(fs: FileSystem, pattern: string): readonly string[] {
  const path = pattern.startsWith("/") ? pattern : `/etc/ssh/${pattern}`;
  const slash = path.lastIndexOf("/");
  const directory = path.slice(0, Math.max(1, slash));
  const name = path.slice(slash + 1);
  if (!/[*?]/u.test(name)) {
    return [path];
  }
  if (fs.stat(directory) === undefined) {
    return [];
  }
  const source = name.replace(/[.+^${}()|[\]\\]/gu, "\\$&").replaceAll("*", ".*");
  const matcher = new RegExp(`^${source.replaceAll("?", ".")}$`, "u");
  return fs
    .list(directory)
    .filter((entry) => matcher.test(entry) && (!entry.startsWith(".") || name.startsWith(".")))
    .map((entry) => `${directory}/${entry}`);
}
