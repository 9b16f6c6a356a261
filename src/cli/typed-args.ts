import type { ArgsDef, ParsedArgs } from "citty";
import { type ParsedArgv, repeatedValues } from "./argv.ts";

/**
 * The arguments under the names and with the types that their definitions give them, as citty's own
 * `runCommand` would hand them over; test/cli/typed-args.test.ts holds the two against each other.
 * citty itself loads node:util, which takes a fifth of the time that a process needs to start: it is
 * loaded for help only. What cannot be has been found by `parseArgv`.
 */
export function readTypedArgs<const T extends ArgsDef>(
  parsed: ParsedArgv,
  definitions: T,
): ParsedArgs<T> {
  const args: Record<string, unknown> = { _: [...parsed.positionals] };
  const positionals = [...parsed.positionals];
  for (const [name, definition] of Object.entries(definitions)) {
    const given =
      definition.type === "positional" ? positionals.shift() : repeatedValues(parsed, name).at(-1);
    const value = given ?? definition.default;
    if (value !== undefined) {
      args[name] = definition.type === "boolean" && given !== undefined ? true : value;
    }
  }
  return args as ParsedArgs<T>;
}
