import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where downloads stay between runs; git ignores it. */
export const CACHE_DIR = join(
  dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
  "dist",
  "vm-cache",
);

const DOWNLOAD_LIMIT_MS = 240_000;

/** Runs a program that downloads or unpacks, and gives its standard output. Throws with what it said where it fails. */
export function runDownload(argv: readonly string[], cwd: string): string {
  const [program = "", ...args] = argv;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    timeout: DOWNLOAD_LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined || status !== 0) {
    const why = error?.message ?? stderr.trim().split("\n").slice(-3).join("; ");
    throw new Error(`Cannot run "${program} ${args.at(-1) ?? ""}": ${why}`);
  }
  return stdout;
}

/**
 * The directory `name` of the cache, filled by `fill` where it is not there yet. It appears whole or
 * not at all: two runs at once, or one that was cut, leave nothing half done.
 */
export function cachedDirectory(name: string, fill: (directory: string) => void): string {
  const target = join(CACHE_DIR, name);
  if (existsSync(target)) {
    return target;
  }
  mkdirSync(dirname(target), { recursive: true });
  const temporary = mkdtempSync(join(CACHE_DIR, ".new-"));
  try {
    fill(temporary);
    if (!existsSync(target)) {
      renameSync(temporary, target);
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return target;
}

/** Throws where the file is not the one that is meant. */
export function checkSha256(path: string, expected: string): void {
  const found = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (found !== expected) {
    throw new Error(`Cannot use "${path}": its SHA-256 is ${found}, expected ${expected}`);
  }
}
