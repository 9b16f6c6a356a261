import { distroNames } from "../../distros/registry.ts";
import { nearestWord } from "../../text/nearest-word.ts";
import { UsageError } from "../usage-error.ts";

/** Throws a UsageError for a value of --distro that is not in the table. */
export function checkDistro(name: string | undefined): void {
  if (name === undefined || distroNames().includes(name)) {
    return;
  }
  const near = nearestWord(name, distroNames());
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  throw new UsageError(
    `argument --distro: invalid choice: "${name}" (choose from ${distroNames().join(", ")})${hint}`,
  );
}
