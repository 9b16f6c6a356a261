import { describeKind } from "./describe-kind.ts";
import type { Problem } from "./problem.ts";

/** One word as a POSIX shell reads it back unchanged, always in single quotes: `it's` → `'it'\''s'`. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** A script for `/bin/sh`, and the items that are not in it. */
export interface ShellScript {
  readonly text: string;
  readonly problems: readonly Problem[];
  /** How many items are in it. */
  readonly itemCount: number;
  /** What stands in it behind the first line, by place in the list. */
  readonly commands: readonly ShellCommandText[];
}

/** One item of a list of commands as the script has it; a string may have many lines. */
export interface ShellCommandText {
  readonly index: number;
  readonly text: string;
}

/**
 * The script that cloud-init makes of a list of commands: a string as it stands, a list with each
 * element quoted, null left out (compat modules.md, bootcmd). An item of another kind is left out
 * and reported without its content. `key` is the key of the list, for the problems.
 */
export function renderShellScript(items: readonly unknown[], key: string): ShellScript {
  const commands: ShellCommandText[] = [];
  const problems: Problem[] = [];
  for (const [index, item] of items.entries()) {
    if (item === null || item === undefined) {
      continue;
    }
    const line = renderCommand(item);
    if (typeof line === "string") {
      commands.push({ index, text: line });
    } else {
      const message = `Cannot make a command of ${key}[${index}]: ${line.reason}`;
      problems.push({ message, path: [key, index] });
    }
  }
  const lines = ["#!/bin/sh", ...commands.map(({ text }) => text)];
  return { text: `${lines.join("\n")}\n`, problems, itemCount: commands.length, commands };
}

function renderCommand(item: unknown): string | { readonly reason: string } {
  if (typeof item === "string") {
    return item;
  }
  if (!Array.isArray(item)) {
    const hint =
      typeof item === "object" ? ' (a command with ": " in it must be written in quotes)' : "";
    return { reason: `expected a string or a list of strings, got ${describeKind(item)}${hint}` };
  }
  const words: string[] = [];
  for (const [position, element] of item.entries()) {
    const word = wordOf(element);
    if (word === undefined) {
      return { reason: `expected a string as word ${position + 1}, got ${describeKind(element)}` };
    }
    words.push(shellQuote(word));
  }
  return words.join(" ");
}

/** Numbers and booleans print as Python prints them, which users rely on. */
function wordOf(element: unknown): string | undefined {
  switch (typeof element) {
    case "string":
      return element;
    case "number":
    case "bigint":
      return String(element);
    case "boolean":
      return element ? "True" : "False";
    default:
      return undefined;
  }
}
