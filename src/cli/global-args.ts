import type { ArgsDef } from "citty";

/** Options that every level takes before its subcommand. */
export const GLOBAL_ARGS = {
  version: { type: "boolean", alias: "v", description: "Print the version" },
  file: {
    type: "string",
    alias: "f",
    valueHint: "FILE",
    description: "Configuration over all other, the first given strongest (repeatable)",
  },
  debug: { type: "boolean", alias: "d", description: "Log at DEBUG to standard error" },
  force: { type: "boolean", description: "Carry on without a datasource" },
} as const satisfies ArgsDef;

/** Those of them that are taken after the subcommand too. */
export const INHERITED_ARGS = {
  file: GLOBAL_ARGS.file,
  debug: GLOBAL_ARGS.debug,
  force: GLOBAL_ARGS.force,
} as const satisfies ArgsDef;
