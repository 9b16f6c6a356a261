import { shellQuote } from "./shell-quote.ts";

/** A command as a person reads it and a POSIX shell reads it back: quoted only where that is needed. */
export function formatCommandLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/u.test(word) ? word : shellQuote(word))).join(" ");
}
