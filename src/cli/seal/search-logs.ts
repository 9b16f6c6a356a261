import { Buffer } from "node:buffer";
import type { SealFinding, SealStep } from "../../distros/seal-adapter.ts";
import type { FileSystem } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { gunzip } from "../../text/gunzip.ts";
import { printable } from "../../text/printable.ts";
import { findSecret, type FoundSecret } from "./secret-patterns.ts";

const FILE_COUNT_MAX = 10_000;
const DEPTH_MAX = 8;
/** Of one log; the rest is said not to have been searched. */
const FILE_SIZE_BYTES_MAX = 256 * 1024 * 1024;
const PACKED_SIZE_BYTES_MAX = 32 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** A longer line is searched in parts. */
const PART_LENGTH_MAX = 64 * 1024;
/** What two parts of a line have in common, for a secret on their border. */
const OVERLAP_LENGTH = 4 * 1024;
const FINDINGS_PER_FILE_MAX = 5;
const NAMES_SHOWN_MAX = 5;

/**
 * Searches the logs of the system for keys, passwords and tokens. What was found is told by file and
 * line, never shown, and never removed: those logs are not ours. `ownLogs` are removed anyway.
 */
export function searchLogs(
  fs: FileSystem,
  directories: readonly string[],
  ownLogs: () => readonly string[],
): SealStep {
  return {
    name: "secrets-in-logs",
    why: "Who can read the logs of a clone can read what this machine logged",
    async find() {
      const own = new Set(ownLogs());
      const files: string[] = [];
      for (const directory of directories) {
        collect(fs, directory, 0, files);
      }
      const searched = files.filter((path) => !own.has(path)).slice(0, FILE_COUNT_MAX);
      const unsearched: string[] = [];
      const findings = searched.flatMap((path) => searchFile(fs, path, unsearched));
      const more = unsearched.length - NAMES_SHOWN_MAX;
      const names = unsearched.slice(0, NAMES_SHOWN_MAX).join(", ");
      return unsearched.length === 0
        ? findings
        : [
            ...findings,
            {
              kind: "notice",
              what: `Not searched: ${names}${more > 0 ? ` and ${more} more` : ""}`,
            },
          ];
    },
  };
}

/** Regular files; links lead elsewhere, and a pipe would wait for its writer. */
function collect(fs: FileSystem, directory: string, depth: number, files: string[]): void {
  if (fs.stat(directory)?.kind !== "directory" || depth > DEPTH_MAX) {
    return;
  }
  for (const name of fs.list(directory)) {
    const path = `${directory}/${name}`;
    const kind = fs.stat(path)?.kind;
    if (kind === "directory") {
      collect(fs, path, depth + 1, files);
    } else if (kind === "file" && files.length <= FILE_COUNT_MAX) {
      files.push(path);
    }
  }
}

function searchFile(fs: FileSystem, path: string, unsearched: string[]): readonly SealFinding[] {
  const shown = printable(path);
  try {
    if (/\.(?:Z|xz|bz2|zst|lz4)$/u.test(path)) {
      unsearched.push(`${shown} (compressed)`);
      return [];
    }
    if (path.endsWith(".gz")) {
      const isShort = (fs.stat(path)?.sizeBytes ?? 0) <= PACKED_SIZE_BYTES_MAX;
      const unpacked = isShort
        ? gunzip(fs.readBytes(path), FILE_SIZE_BYTES_MAX)
        : ({ ok: false, reason: "it is too long" } as const);
      if (!unpacked.ok) {
        unsearched.push(`${shown} (${unpacked.reason})`);
        return [];
      }
      const search = createSearch(shown);
      search.add(unpacked.content);
      return search.end();
    }
    return searchPlain(fs, path, unsearched);
  } catch (error) {
    unsearched.push(`${shown} (${errorMessage(error)})`);
    return [];
  }
}

function searchPlain(fs: FileSystem, path: string, unsearched: string[]): readonly SealFinding[] {
  const search = createSearch(printable(path));
  const file = fs.open(path);
  try {
    for (let at = 0; at < FILE_SIZE_BYTES_MAX; at += CHUNK_BYTES) {
      const chunk = file.read(at, CHUNK_BYTES);
      search.add(chunk);
      if (chunk.length < CHUNK_BYTES) {
        return search.end();
      }
    }
    unsearched.push(`${printable(path)} (from ${FILE_SIZE_BYTES_MAX / CHUNK_BYTES} MiB on)`);
    return search.end();
  } finally {
    file.close();
  }
}

/** Takes a log piece by piece. */
function createSearch(path: string): {
  add(bytes: Uint8Array): void;
  end(): readonly SealFinding[];
} {
  const findings: SealFinding[] = [];
  let rest = "";
  let line = 0;
  let isBinary = false;
  let count = 0;
  const look = (text: string): void => {
    line += 1;
    const secret = findInParts(text);
    if (secret === undefined) {
      return;
    }
    count += 1;
    const place = isBinary ? path : `${path}:${line}`;
    if (secret.isCertain) {
      findings.push({
        kind: "blocker",
        what: `${place} shows ${secret.kind}`,
        mend: `take it out of the log, or remove "${path}"`,
      });
    } else if (count <= FINDINGS_PER_FILE_MAX) {
      findings.push({ kind: "notice", what: `${place} may show ${secret.kind}` });
    }
  };
  return {
    add(bytes) {
      // Latin-1: every byte is a character, and what is looked for is ASCII.
      const text = rest + Buffer.from(bytes).toString("latin1");
      isBinary ||= line === 0 && text.includes("\0");
      const lines = text.split("\n");
      rest = lines.pop() ?? "";
      for (const each of lines) {
        look(each);
      }
      if (rest.length > PART_LENGTH_MAX) {
        const countBefore = count;
        look(rest);
        line -= 1;
        // What has been told is not told again.
        rest = count === countBefore ? rest.slice(-OVERLAP_LENGTH) : "";
      }
    },
    end() {
      if (rest !== "") {
        look(rest);
      }
      const more = count - FINDINGS_PER_FILE_MAX;
      return more <= 0
        ? findings
        : [...findings, { kind: "notice", what: `${path} has ${more} more lines of this kind` }];
    },
  };
}

function findInParts(line: string): FoundSecret | undefined {
  for (let at = 0; ; at += PART_LENGTH_MAX - OVERLAP_LENGTH) {
    const secret = findSecret(line.slice(at, at + PART_LENGTH_MAX));
    if (secret !== undefined || at + PART_LENGTH_MAX >= line.length) {
      return secret;
    }
  }
}
