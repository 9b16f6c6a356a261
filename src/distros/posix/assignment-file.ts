import { Buffer } from "node:buffer";
import { statTarget } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

/**
 * Files of `NAME=value` lines: /etc/environment, /etc/locale.conf, /etc/default/keyboard,
 * /etc/vconsole.conf (environment.d(5), locale.conf(5), keyboard(5), vconsole.conf(5)). Of several
 * lines with one name the last holds. Texts are latin1, so that every byte stays as it was.
 */
export interface AssignmentFile {
  /** The value without its quotes, or undefined where there is no such line. */
  read(name: string): string | undefined;
  /** Sets what differs and keeps everything else, mode and owner too. True if the file was written. */
  ensure(values: Readonly<Record<string, string>>, style?: "plain" | "quoted"): boolean;
}

const MODE = 0o644;

/** The file at `path`, which need not be there. */
export function assignmentFile(fs: FileSystem, path: string): AssignmentFile {
  const readText = (): string => {
    const bytes = fs.readBytesIfExists(path);
    return bytes === undefined ? "" : Buffer.from(bytes).toString("latin1");
  };
  return {
    read: (name) => findAssignment(readText(), name),
    ensure(values, style = "plain") {
      const old = readText();
      let text = old;
      for (const [name, value] of Object.entries(values)) {
        text = setAssignment(text, name, value, style);
      }
      if (text === old) {
        return false;
      }
      const stat = statTarget(fs, path);
      const attributes =
        stat === undefined ? { mode: MODE } : { mode: stat.mode, owner: `${stat.uid}:${stat.gid}` };
      fs.write(path, Buffer.from(text, "latin1"), attributes);
      return true;
    },
  };
}

/** The value that holds, without its quotes. */
export function findAssignment(text: string, name: string): string | undefined {
  const lines = text.split("\n");
  return valueOf(lines[lastLine(lines, name)] ?? "", name);
}

/** The text with the line that holds changed, or a line added at the end; the same text where the value is as wanted. */
export function setAssignment(
  text: string,
  name: string,
  value: string,
  style: "plain" | "quoted" = "plain",
): string {
  const lines = text.split("\n");
  const at = lastLine(lines, name);
  const wanted = `${name}=${style === "quoted" ? `"${value}"` : value}`;
  const line = lines[at];
  if (line === undefined) {
    return `${text === "" || text.endsWith("\n") ? text : `${text}\n`}${wanted}\n`;
  }
  if (valueOf(line, name) === value) {
    return text;
  }
  lines[at] = line.endsWith("\r") ? `${wanted}\r` : wanted;
  return lines.join("\n");
}

function lastLine(lines: readonly string[], name: string): number {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    if (valueOf(lines[at] ?? "", name) !== undefined) {
      return at;
    }
  }
  return -1;
}

function valueOf(line: string, name: string): string | undefined {
  const bare = line.trim();
  if (!bare.startsWith(`${name}=`)) {
    return undefined;
  }
  const value = bare.slice(name.length + 1);
  const quote = value.charAt(0);
  const isQuoted = value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote);
  return isQuoted ? value.slice(1, -1) : value;
}
