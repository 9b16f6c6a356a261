import { readFileOrEmpty } from "./account-files.ts";
import type { CommandContext } from "./command.ts";

const INITTAB = "/etc/inittab";

/** Lines of /etc/inittab; a comment begins with ":". */
export function readInittab({ fs }: CommandContext): readonly string[] {
  return readFileOrEmpty(fs, INITTAB)
    .split("\n")
    .filter((line) => line !== "");
}

/** Replaces the file. */
export function writeInittab({ fs }: CommandContext, lines: readonly string[]): void {
  fs.write(INITTAB, lines.map((line) => `${line}\n`).join(""));
}

/** "" for a comment. */
export function identifierOf(line: string): string {
  return /^([^:]+):/u.exec(line)?.[1] ?? "";
}
