import { readTextIfExists } from "../system/files.ts";
import type { System } from "../system/system.ts";

const COMMAND_LINE_FILE = "/proc/cmdline";
const COMMAND_LINE_LENGTH_MAX = 64 * 1024;

/**
 * The kernel command line; undefined where the system has none (AIX). DEBUG_PROC_CMDLINE in the
 * environment takes its place, for tests of images (compat config.md §1).
 */
export function readKernelCommandLine(sys: System): string | undefined {
  const given = sys.process.env["DEBUG_PROC_CMDLINE"];
  if (given !== undefined && given !== "") {
    return given;
  }
  if (sys.process.platform !== "linux") {
    return undefined;
  }
  return readTextIfExists(sys.fs, COMMAND_LINE_FILE)?.slice(0, COMMAND_LINE_LENGTH_MAX);
}

/**
 * The YAML of all `cc: … end_cc` pieces of a command line, "" where there are none: URL-decoded,
 * "\n" as line ends, the pieces one below the other. A piece without `end_cc` goes to the end of
 * its line.
 */
export function parseCommandLineConfig(commandLine: string): string {
  const pieces: string[] = [];
  for (const line of commandLine.split("\n")) {
    let rest = line;
    for (;;) {
      const start = /(?:^|\s)cc:/u.exec(rest);
      if (start === null) {
        break;
      }
      rest = rest.slice(start.index + start[0].length);
      const end = rest.indexOf("end_cc");
      const piece = end === -1 ? rest : rest.slice(0, end);
      pieces.push(decodePiece(piece));
      rest = end === -1 ? "" : rest.slice(end + "end_cc".length);
    }
  }
  return pieces.join("\n");
}

function decodePiece(piece: string): string {
  return piece
    .trim()
    .replaceAll(/(?:%[0-9A-Fa-f]{2})+/gu, decodeEscapes)
    .replaceAll("\\n", "\n");
}

function decodeEscapes(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch (error) {
    // What is no UTF-8 stays as it is written.
    if (error instanceof URIError) {
      return escapes;
    }
    throw error;
  }
}

/** The value of `network-config=` on a command line: base64 of a network configuration, or "disabled". The last one counts. */
export function findCommandLineNetwork(commandLine: string): string | undefined {
  const found = [...commandLine.matchAll(/(?:^|\s)network-config=(\S+)/gu)];
  return found.at(-1)?.[1];
}
