import { type CommandOutcome, failed } from "./command.ts";

/** Flags and operands of one call. */
export interface Flags {
  has(letter: string): boolean;
  /** The last value given for a flag. */
  value(letter: string): string | undefined;
  /** All values given for a flag, in order. */
  values(letter: string): readonly string[];
  /** The letters in the order given. */
  readonly order: readonly string[];
  readonly operands: readonly string[];
}

/**
 * Reads flags as getopt(3) does: letters of `spec` followed by ":" take a value, joined or as the
 * next argument; letters may share one "-"; the first operand or "--" ends the flags. Returns the
 * text of the complaint about a flag that is not in `spec`, so that GNU long options are refused.
 */
export function parseFlags(args: readonly string[], spec: string): Flags | string {
  const found: { letter: string; value: string }[] = [];
  let index = 0;
  for (; index < args.length; index += 1) {
    const arg = args[index] ?? "";
    if (arg === "--") {
      index += 1;
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      break;
    }
    let position = 1;
    while (position < arg.length) {
      const letter = arg.charAt(position);
      const place = letter === ":" ? -1 : spec.indexOf(letter);
      if (place === -1) {
        return `Not a recognized flag: ${letter}`;
      }
      if (spec.charAt(place + 1) !== ":") {
        found.push({ letter, value: "" });
        position += 1;
        continue;
      }
      const joined = arg.slice(position + 1);
      index += joined === "" ? 1 : 0;
      const value = joined === "" ? args[index] : joined;
      if (value === undefined) {
        return `Option requires an argument: ${letter}`;
      }
      found.push({ letter, value });
      break;
    }
  }
  return toFlags(found, args.slice(index));
}

/** The complaint and the usage line, on standard error. */
export function usageError(
  name: string,
  complaint: string,
  usage: string,
  exitCode = 2,
): CommandOutcome {
  const first = complaint === "" ? "" : `${name}: ${complaint}\n`;
  return failed(exitCode, `${first}Usage: ${usage}`);
}

function toFlags(
  found: readonly { readonly letter: string; readonly value: string }[],
  operands: readonly string[],
): Flags {
  const values = (letter: string): readonly string[] =>
    found.filter((flag) => flag.letter === letter).map((flag) => flag.value);
  return {
    has: (letter) => found.some((flag) => flag.letter === letter),
    value: (letter) => values(letter).at(-1),
    values,
    order: found.map((flag) => flag.letter),
    operands,
  };
}
