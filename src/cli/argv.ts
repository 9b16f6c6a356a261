import type { ArgDef, ArgsDef } from "citty";
import { nearestWord } from "../text/nearest-word.ts";

/** What one level of the command line says, in the order given. */
export interface ParsedArgv {
  readonly kind: "parsed";
  /** Each option under its long name; flags have the value "true". */
  readonly options: readonly { readonly name: string; readonly value: string }[];
  readonly positionals: readonly string[];
  /** With `stopAtPositional`: what follows the first positional argument. */
  readonly rest: readonly string[];
}

/** `help` as soon as -h or --help is met, as argparse does; `error` for what cannot be understood. */
export type ArgvOutcome =
  | ParsedArgv
  | { readonly kind: "help" }
  | { readonly kind: "error"; readonly message: string };

export interface ArgvOptions {
  /** Options of the level above, taken here too. `definitions` win, also where a name is abbreviated. */
  readonly inherited?: ArgsDef;
  /** For the options before the subcommand: its name ends them. */
  readonly stopAtPositional?: boolean;
}

/**
 * What citty leaves out: the conventions of Python's argparse that people use with cloud-init
 * (compat core.md §2.1, §2.3). Long options may be abbreviated where that is unique; `--mode final`,
 * `--mode=final`, `-m final`, `-mfinal`, `-mode final` and `-mode=final` are the same; options and
 * positional arguments mix; `--` ends options; what is unknown is an error.
 */
export function parseArgv(
  args: readonly string[],
  definitions: ArgsDef,
  options: ArgvOptions = {},
): ArgvOutcome {
  const known = readOptions(definitions, options.inherited ?? {});
  const found: { name: string; value: string }[] = [];
  const positionals: string[] = [];
  const queue = [...args];
  while (queue.length > 0) {
    const word = queue.shift() ?? "";
    if (word === "--") {
      positionals.push(...queue.splice(0, options.stopAtPositional === true ? 1 : queue.length));
      break;
    }
    const match = matchOption(word, known);
    if (match.kind === "error") {
      return match;
    }
    if (match.kind === "positional") {
      positionals.push(word);
      if (options.stopAtPositional === true) {
        break;
      }
      continue;
    }
    if (match.option.name === "help") {
      return { kind: "help" };
    }
    const value = takeValue(match, queue);
    if (value.kind === "error") {
      return value;
    }
    found.push({ name: match.option.name, value: value.value });
  }
  const message = options.stopAtPositional === true ? undefined : check(known, found, positionals);
  return message === undefined
    ? { kind: "parsed", options: found, positionals, rest: queue }
    : { kind: "error", message };
}

/** All values of an option that may be repeated, in order: of typed arguments only the last one counts. */
export function repeatedValues(parsed: ParsedArgv, name: string): string[] {
  return parsed.options.filter((option) => option.name === name).map((option) => option.value);
}

interface KnownOption {
  readonly name: string;
  readonly letters: readonly string[];
  readonly takesValue: boolean;
  readonly choices: readonly string[] | undefined;
  readonly isRequired: boolean;
  readonly isInherited: boolean;
}

interface Known {
  readonly options: readonly KnownOption[];
  /** Infinity where a positional argument's name ends with "...". */
  readonly positionalCountMax: number;
  readonly positionalsRequired: readonly string[];
}

const HELP: KnownOption = {
  name: "help",
  letters: ["h"],
  takesValue: false,
  choices: undefined,
  isRequired: false,
  isInherited: true,
};

function readOptions(definitions: ArgsDef, inherited: ArgsDef): Known {
  const entries = Object.entries(definitions);
  const positionals = entries.filter(([, definition]) => definition.type === "positional");
  return {
    options: [
      ...entries
        .filter(([, definition]) => definition.type !== "positional")
        .map(([name, definition]) => readOption(name, definition, false)),
      HELP,
      ...Object.entries(inherited)
        .filter(([name]) => !Object.hasOwn(definitions, name))
        .map(([name, definition]) => readOption(name, definition, true)),
    ],
    positionalCountMax: positionals.some(([name]) => name.endsWith("..."))
      ? Number.POSITIVE_INFINITY
      : positionals.length,
    positionalsRequired: positionals
      .filter(([, definition]) => definition.required === true)
      .map(([name]) => name.replace(/\.\.\.$/u, "").toUpperCase()),
  };
}

function readOption(name: string, definition: ArgDef, isInherited: boolean): KnownOption {
  const alias = "alias" in definition ? definition.alias : undefined;
  return {
    name,
    letters: typeof alias === "string" ? [alias] : (alias ?? []),
    takesValue: definition.type !== "boolean",
    choices: definition.type === "enum" ? definition.options : undefined,
    isRequired: definition.required === true && definition.default === undefined,
    isInherited,
  };
}

type Match =
  | { readonly kind: "positional" }
  | { readonly kind: "error"; readonly message: string }
  | {
      readonly kind: "option";
      readonly option: KnownOption;
      readonly joined: string | undefined;
      /** `-dl`: what is joined to a flag is the next flag, not its value. */
      readonly isShort: boolean;
    };

function matchOption(word: string, known: Known): Match {
  if (!word.startsWith("-") || word === "-" || /^-(?:\d+|\d*\.\d+)$/u.test(word)) {
    return { kind: "positional" };
  }
  const equals = word.indexOf("=");
  const stem = equals === -1 ? word : word.slice(0, equals);
  const joined = equals === -1 ? undefined : word.slice(equals + 1);
  if (stem.startsWith("--")) {
    return matchLong(word, stem.slice(2), joined, known);
  }
  // `-mode init` is printed in many guides, although argparse reads it as `-m ode`.
  const long = known.options.find(({ name }) => name.length > 1 && name === stem.slice(1));
  if (long !== undefined) {
    return { kind: "option", option: long, joined, isShort: false };
  }
  const letter = word.slice(1, 2);
  const short = known.options.find(({ letters }) => letters.includes(letter));
  if (short === undefined) {
    return word.includes(" ") ? { kind: "positional" } : unknown(stem, known);
  }
  const after = word.slice(2).replace(/^=/u, "");
  return {
    kind: "option",
    option: short,
    joined: word.length > 2 ? after : undefined,
    isShort: true,
  };
}

function matchLong(word: string, name: string, joined: string | undefined, known: Known): Match {
  const matching = known.options.filter((option) => option.name.startsWith(name));
  const own = matching.filter(({ isInherited }) => !isInherited);
  const candidates = own.length > 0 ? own : matching;
  const exact = matching.find((option) => option.name === name);
  const option = exact ?? (candidates.length === 1 ? candidates[0] : undefined);
  if (option !== undefined) {
    return { kind: "option", option, joined, isShort: false };
  }
  if (candidates.length > 1) {
    const names = candidates.map((candidate) => `--${candidate.name}`).join(", ");
    return { kind: "error", message: `ambiguous option: "--${name}" could match ${names}` };
  }
  return word.includes(" ") && joined === undefined
    ? { kind: "positional" }
    : unknown(`--${name}`, known);
}

function unknown(stem: string, known: Known): Match {
  const names = known.options.map(({ name }) => name);
  const near = nearestWord(stem.replace(/^-+/u, ""), names);
  const hint = near === undefined ? "" : ` (did you mean "--${near}"?)`;
  return { kind: "error", message: `unrecognized argument: "${stem}"${hint}` };
}

type Value =
  | { readonly kind: "value"; readonly value: string }
  | { readonly kind: "error"; readonly message: string };

function takeValue(match: Extract<Match, { kind: "option" }>, queue: string[]): Value {
  const { option, joined, isShort } = match;
  if (!option.takesValue) {
    if (joined === undefined) {
      return { kind: "value", value: "true" };
    }
    if (isShort && joined !== "") {
      queue.unshift(`-${joined}`);
      return { kind: "value", value: "true" };
    }
    return { kind: "error", message: `argument ${shown(option)}: takes no value, got "${joined}"` };
  }
  const next = queue[0];
  if (joined === undefined && (next === undefined || looksLikeOption(next))) {
    return { kind: "error", message: `argument ${shown(option)}: expected one argument` };
  }
  const value = joined ?? queue.shift() ?? "";
  if (option.choices !== undefined && !option.choices.includes(value)) {
    const choices = option.choices.map((choice) => `"${choice}"`).join(", ");
    const near = nearestWord(value, option.choices);
    const hint = near === undefined ? "" : `; did you mean "${near}"?`;
    const message = `argument ${shown(option)}: invalid choice: "${value}" (choose from ${choices})${hint}`;
    return { kind: "error", message };
  }
  return { kind: "value", value };
}

/** As argparse: a value that begins with "-" must be joined, unless it is a number or has a blank. */
function looksLikeOption(word: string): boolean {
  return /^-./u.test(word) && !/^-(?:\d+|\d*\.\d+)$/u.test(word) && !word.includes(" ");
}

function check(
  known: Known,
  found: readonly { readonly name: string }[],
  positionals: readonly string[],
): string | undefined {
  const extra = positionals.slice(Math.min(known.positionalCountMax, positionals.length));
  if (extra.length > 0) {
    const words = extra.map((word) => `"${word}"`).join(", ");
    return `unrecognized argument${extra.length === 1 ? "" : "s"}: ${words}`;
  }
  const missing = [
    ...known.options
      .filter(({ isRequired, name }) => isRequired && !found.some((option) => option.name === name))
      .map((option) => shown(option)),
    ...known.positionalsRequired.slice(positionals.length),
  ];
  return missing.length === 0
    ? undefined
    : `the following arguments are required: ${missing.join(", ")}`;
}

function shown(option: KnownOption): string {
  return [`--${option.name}`, ...option.letters.map((letter) => `-${letter}`)].join("/");
}
