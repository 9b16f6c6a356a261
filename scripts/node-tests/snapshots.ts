import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** A test that runs, as Bun names it in its file of snapshots. */
interface Place {
  readonly file: string;
  readonly name: string;
  count: number;
}

let place: Place = { file: "", name: "", count: 0 };

/** Which test the next snapshots are of; `name` with those of its groups. */
export function enterTest(file: string, name: string): void {
  place = { file, name, count: 0 };
}

/** Compares with what Bun has written; nothing is ever written here. */
export function matchesSnapshot(value: unknown): boolean {
  place.count += 1;
  const known = readSnapshots(place.file)[`${place.name} ${place.count}`];
  if (known === undefined) {
    throw new Error(
      `There is no snapshot "${place.name} ${place.count}": run the suite on Bun first`,
    );
  }
  return known.trim() === format(value, "").trim();
}

/** The file is a program that sets members of `exports`: each begins and ends with a backtick. */
function readSnapshots(file: string): Readonly<Record<string, string>> {
  const path = join(dirname(file), "__snapshots__", `${basename(file)}.snap`);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const entries = text.matchAll(/^exports\[`((?:[^`\\]|\\.)*)`\] = `((?:[^`\\]|\\.)*)`;$/gmu);
  return Object.fromEntries(
    [...entries].map(([, name = "", value = ""]) => [unescape(name), unescape(value)]),
  );
}

function unescape(text: string): string {
  return text.replace(/\\([\\`$])/gu, "$1");
}

/** As Bun writes lists of texts and numbers, which is all that the suite keeps. */
function format(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    const inner = `${indent}  `;
    const lines = value.map((item) => `${inner}${format(item, inner)},\n`);
    return lines.length === 0 ? "[]" : `[\n${lines.join("")}${indent}]`;
  }
  if (typeof value === "string") {
    return indent === "" ? `"${value}"` : JSON.stringify(value).replace(/\\n/gu, "\n");
  }
  if (typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  throw new TypeError(`Cannot compare a snapshot of ${typeof value}: expected lists of texts`);
}
