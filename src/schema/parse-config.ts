import type { Static, TObject } from "typebox";
import type { Problem } from "../text/problem.ts";

/** What of a raw configuration fits a schema, and what does not. */
export interface ParsedConfig<T> {
  readonly config: T;
  readonly problems: readonly Problem[];
}

/** Placeholder until the schema room is built. */
export function parseConfig<S extends TObject>(
  _schema: S,
  raw: Readonly<Record<string, unknown>>,
): ParsedConfig<Static<S>> {
  return { config: raw as Static<S>, problems: [] };
}
