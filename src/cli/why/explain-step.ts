import { describeStep } from "../status/render-status.ts";
import { formatTime } from "./explain-module.ts";
import type { Explanation } from "./explanation.ts";
import type { KnownState } from "./known-state.ts";

const STEPS_MAX = 50;

/** A script, a file, a user, a command: steps of the ledger by their name, or by the end of their path. */
export function explainStep(state: KnownState, name: string): Explanation | undefined {
  const matches = state.ledger.filter(
    ({ what, kind }) =>
      what === name ||
      what.endsWith(`/${name}`) ||
      what.startsWith(`${name}[`) ||
      (kind === "command" && what.split(" ", 1)[0] === name),
  );
  const last = matches.at(-1);
  if (last === undefined) {
    return undefined;
  }
  const module = last.module === undefined ? "" : `, module ${last.module}`;
  return {
    kind: "step",
    name,
    summary: `${describeStep(last)}: ${last.outcome} at ${formatTime(last.time)} in stage ${last.stage}${module}`,
    ...(state.instanceId === undefined ? {} : { instanceId: state.instanceId }),
    ...(last.module === undefined
      ? {}
      : { nextBoot: `as module ${last.module}: see "cloud-init why ${last.module}"` }),
    steps: matches.slice(-STEPS_MAX),
    notes: state.notes,
  };
}
