import { describeKind } from "../text/describe-kind.ts";
import { parseInteger } from "../text/integer-option.ts";
import type { DatasourceContext } from "./datasource.ts";

/** A day: nothing at boot waits longer, and timers can hold it. */
const NUMBER_MAX = 86_400;

/** `datasource.SOURCE.KEY`, a whole number; anything else is a warning, and the default counts (compat datasources.md §1.3). */
export function numberSetting(
  ctx: Pick<DatasourceContext, "config" | "log">,
  source: string,
  key: string,
  defaultValue: number,
): number {
  const given = ctx.config[key];
  if (given === undefined || given === null) {
    return defaultValue;
  }
  const number = parseInteger(given);
  if (number === undefined) {
    ctx.log.warn(
      `Cannot use "datasource.${source}.${key}", ${defaultValue} is used: expected a whole number, found ${describeKind(given)}`,
    );
    return defaultValue;
  }
  return Math.min(Math.max(number, -1), NUMBER_MAX);
}
