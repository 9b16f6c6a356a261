import { failed, type LinuxOutcome } from "../command.ts";

/** What a command takes, as getopt_long(3): "o:" is a flag with a value. */
export interface OptionSpec {
  readonly program: string;
  /** "no:r" */
  readonly short: string;
  /** Long name → its short flag, or a name of its own where there is none: "json" → "J". A trailing ":" on the name: takes a value. */
  readonly long: Readonly<Record<string, string>>;
  /** Exit code for what is not known. Default 1. */
  readonly usageExitCode?: number;
}

/** Words of a command line. */
export interface Options {
  /** By short flag or own name; the value, or "" for one without, once for each time it was given. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  has(name: string): boolean;
  /** The last one given. */
  value(name: string): string | undefined;
}

/** Reads bundled short flags, "--name=value", "--name value", and "--"; what is not known is the outcome that getopt has. */
export function readOptions(
  spec: OptionSpec,
  args: readonly string[],
): { readonly options: Options } | { readonly refusal: LinuxOutcome } {
  const flags = new Map<string, string[]>();
  const operands: string[] = [];
  const add = (name: string, value: string): void => {
    flags.set(name, [...(flags.get(name) ?? []), value]);
  };
  const queue = [...args];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === "--") {
      operands.push(...queue.splice(0));
    } else if (word.startsWith("--")) {
      const wrong = readLong(spec, word, queue, add);
      if (wrong !== undefined) {
        return { refusal: refuse(spec, wrong) };
      }
    } else if (word.startsWith("-") && word !== "-") {
      const wrong = readShort(spec, word, queue, add);
      if (wrong !== undefined) {
        return { refusal: refuse(spec, wrong) };
      }
    } else {
      operands.push(word);
    }
  }
  return {
    options: {
      flags,
      operands,
      has: (name) => flags.has(name),
      value: (name) => flags.get(name)?.at(-1),
    },
  };
}

function readLong(
  spec: OptionSpec,
  word: string,
  queue: string[],
  add: (name: string, value: string) => void,
): string | undefined {
  const equals = word.indexOf("=");
  const name = word.slice(2, equals === -1 ? undefined : equals);
  const given = equals === -1 ? undefined : word.slice(equals + 1);
  const plain = Object.hasOwn(spec.long, name) ? spec.long[name] : undefined;
  if (plain !== undefined) {
    if (given !== undefined && !hasOptionalValue(spec, plain)) {
      return `option '--${name}' doesn't allow an argument`;
    }
    add(plain, given ?? "");
    return undefined;
  }
  const withValue = Object.hasOwn(spec.long, `${name}:`) ? spec.long[`${name}:`] : undefined;
  if (withValue === undefined) {
    return `unrecognized option '--${name}'`;
  }
  const value = given ?? queue.shift();
  if (value === undefined) {
    return `option '--${name}' requires an argument`;
  }
  add(withValue, value);
  return undefined;
}

/** "x::" in `short`. */
function hasOptionalValue({ short }: OptionSpec, flag: string): boolean {
  return short.includes(`${flag}::`) || flag.length > 1;
}

function readShort(
  { short }: OptionSpec,
  word: string,
  queue: string[],
  add: (name: string, value: string) => void,
): string | undefined {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at);
    const index = letter === ":" ? -1 : short.indexOf(letter);
    if (index === -1) {
      return `invalid option -- '${letter}'`;
    }
    if (short.charAt(index + 1) !== ":") {
      add(letter, "");
      continue;
    }
    const rest = word.slice(at + 1);
    if (short.charAt(index + 2) === ":" || rest !== "") {
      add(letter, rest.replace(/^=/u, ""));
      return undefined;
    }
    const value = queue.shift();
    if (value === undefined) {
      return `option requires an argument -- '${letter}'`;
    }
    add(letter, value);
  }
  return undefined;
}

function refuse({ program, usageExitCode }: OptionSpec, wrong: string): LinuxOutcome {
  return failed(
    usageExitCode ?? 1,
    `${program}: ${wrong}\nTry '${program} --help' for more information.`,
  );
}
