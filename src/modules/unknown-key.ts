import { nearestWord } from "../text/nearest-word.ts";
import type { Finding } from "./finding.ts";

const NAME = /^[A-Za-z0-9_.-]{1,64}$/u;

/** A key that nobody reads. One that is no plain name is not repeated: somebody may have written a secret there. */
export function describeUnknownKey(
  path: readonly (string | number)[],
  names: readonly string[],
): Finding {
  const key = String(path.at(-1) ?? "");
  const near = NAME.test(key)
    ? nearestWord(key.toLowerCase().replaceAll("-", "_"), names)
    : undefined;
  const shown = NAME.test(key) ? `"${key}" is not a known key` : "this is not a known key";
  const isSection = path.length === 1;
  const hint =
    near !== undefined
      ? `, did you mean "${near}"?`
      : isSection || names.length === 0
        ? ""
        : `, expected one of ${[...names].sort().join(", ")}`;
  return {
    level: "unknown",
    path: NAME.test(key) ? path : path.slice(0, -1),
    message: `${shown}${hint}`,
  };
}
