import { Buffer } from "node:buffer";
import { isFile } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { editFile } from "./edit-file.ts";
import { parseSshdLine, readSshdOptions, SSHD_CONFIG } from "./sshd-config.ts";

const SSHD_PATHS = ["/usr/sbin/sshd", "/opt/freeware/sbin/sshd"];
const DROP_IN_DIRECTORY = "/etc/ssh/sshd_config.d";
/** Where options go that are ours. */
export const SSHD_DROP_IN = `${DROP_IN_DIRECTORY}/50-cloud-init.conf`;
const DROP_IN_MODE = 0o600;
const STDERR_LENGTH_MAX = 500;
/**
 * What `sshd -t` says only after it has taken the whole configuration (OpenSSH's sshd.c): early in a
 * boot /run/sshd, which its service makes, is not there yet.
 */
const CONFIG_IS_TAKEN =
  /^(?:Missing privilege separation directory|Privilege separation user \S+ does not exist|sshd: no hostkeys available)/imu;

/**
 * The text with one option set for every connection: where the keyword stands before the first
 * Match, its first line, which is the one that holds, gets the value; else a line comes in before
 * the first Match or at the end. Every other byte, that line's indentation and comment too, stays
 * as it was (sshd_config(5)).
 */
export function setSshdOption(text: string, keyword: string, value: string): string {
  const lines = text.split("\n");
  const parsed = lines.map(parseSshdLine);
  const match = parsed.findIndex((line) => line?.keyword === "match");
  const end = match === -1 ? lines.length : match;
  const first = parsed.slice(0, end).findIndex((line) => line?.keyword === keyword.toLowerCase());
  const wanted = `${keyword} ${value}`;
  if (first !== -1) {
    if (parsed[first]?.args[0] === value) {
      return text;
    }
    lines[first] = replaceValue(lines[first] ?? "", keyword, value);
    return lines.join("\n");
  }
  const ending = lines.length > 1 && lines[0]?.endsWith("\r") === true ? "\r" : "";
  if (match !== -1) {
    lines.splice(match, 0, `${wanted}${ending}`);
    return lines.join("\n");
  }
  const before = text === "" || text.endsWith("\n") ? text : `${text}${ending}\n`;
  return `${before}${wanted}${ending}\n`;
}

function replaceValue(line: string, keyword: string, value: string): string {
  const kept = line.replace(
    /^(\s*[A-Za-z0-9]+(?:\s*=\s*|\s+))(?:"[^"]*"|[^\s"#]+)(?=\s*(?:#.*)?$)/u,
    (_whole, head: string) => `${head}${value}`,
  );
  const read = parseSshdLine(kept);
  if (read?.keyword === keyword.toLowerCase() && read.args[0] === value) {
    return kept;
  }
  // No value, or more than one: sshd takes neither.
  const indent = /^[ \t]*/u.exec(line)?.[0] ?? "";
  return `${indent}${keyword} ${value}${line.endsWith("\r") ? "\r" : ""}`;
}

/** A configuration with one character for each byte, so that comments of any encoding survive; for `writeKeepingAttributes`. */
export function readSshdText(fs: FileSystem, path: string): string | undefined {
  const bytes = fs.readBytesIfExists(path);
  return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");
}

/**
 * Makes an option hold for every connection: in `sshd_config.d/50-cloud-init.conf` where the main
 * file includes that directory before it says the option itself, else in the main file. sshd tests the result; what it refuses is
 * put back. Returns whether a file has changed. Throws where it cannot be done.
 */
export async function ensureSshdOption(
  sys: System,
  keyword: string,
  value: string,
  defaultValue: string,
): Promise<boolean> {
  const { fs } = sys;
  const isSet = (): boolean =>
    (readSshdOptions(fs).get(keyword.toLowerCase())?.[0] ?? defaultValue) === value;
  if (isSet()) {
    return false;
  }
  if (readSshdText(fs, SSHD_CONFIG) === undefined) {
    throw new Error(`there is no ${SSHD_CONFIG}: is OpenSSH installed?`);
  }
  const path = isDropInFirst(fs, keyword) ? SSHD_DROP_IN : SSHD_CONFIG;
  const old = readSshdText(fs, path) ?? "";
  const restore = writeKeepingAttributes(fs, path, setSshdOption(old, keyword, value));
  if (!isSet()) {
    restore();
    throw new Error(
      `another file says ${keyword} before ${path} can, and the first one counts: look for it with "grep -ri ${keyword} /etc/ssh"`,
    );
  }
  await testSshdConfig(sys, path, restore);
  return true;
}

/** Throws, after `restore`, if sshd is there and refuses its configuration as it is now. */
export async function testSshdConfig(
  sys: System,
  path: string,
  restore: () => void,
): Promise<void> {
  const sshd = SSHD_PATHS.find((program) => isFile(sys.fs, program));
  if (sshd === undefined) {
    return;
  }
  // Not a query: it has to read what was written just now, which a plan did not do.
  const { exitCode, stderr } = await sys.exec.run([sshd, "-t", "-f", SSHD_CONFIG], {
    okExitCodes: "any",
  });
  if (exitCode !== 0 && !CONFIG_IS_TAKEN.test(stderr)) {
    restore();
    throw new Error(
      `sshd refuses the configuration, and ${path} is as it was: ${stderr.trim().slice(0, STDERR_LENGTH_MAX)}`,
    );
  }
}

/** Writes a text as `readSshdText` gives it, with the mode and owner that the file has; returns what undoes it. */
export function writeKeepingAttributes(fs: FileSystem, path: string, text: string): () => void {
  const undo = editFile(fs, path, () => text, path === SSHD_DROP_IN ? DROP_IN_MODE : undefined);
  return undo ?? (() => {});
}

/** Whether the main file, before its first Match and before it says the option, includes the directory's files. */
function isDropInFirst(fs: FileSystem, keyword: string): boolean {
  for (const line of (readSshdText(fs, SSHD_CONFIG) ?? "").split("\n").map(parseSshdLine)) {
    if (line?.keyword === "match" || line?.keyword === keyword.toLowerCase()) {
      return false;
    }
    const isIncluded =
      line?.keyword === "include" &&
      line.args.some((pattern) =>
        /^(?:\/etc\/ssh\/)?sshd_config\.d\/\*(?:\.conf)?$/u.test(pattern),
      );
    if (isIncluded) {
      return true;
    }
  }
  return false;
}
