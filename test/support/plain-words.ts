import type { ArgsDef } from "citty";
import type { ParsedArgv } from "../../src/cli/argv.ts";

/** A command line said plainly, one `--name=value` for each option, as citty reads it too. */
export function toPlainWords(parsed: ParsedArgv, definitions: ArgsDef): string[] {
  const words = parsed.options.map(({ name, value }) =>
    definitions[name]?.type === "boolean" ? `--${name}` : `--${name}=${value}`,
  );
  return [...words, "--", ...parsed.positionals];
}
