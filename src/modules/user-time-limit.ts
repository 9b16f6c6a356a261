import { readTimeLimit, type TimeLimit, type TimeLimitName } from "../config/time-limits.ts";
import type { ModuleContext } from "./module.ts";

/** Configurations whose wrong limits have been told: five modules read "scripts". */
const told = new WeakMap<object, Set<string>>();

/** The time limit of a kind of user code; a value that is none is a failure, told once. */
export function userTimeLimit(ctx: ModuleContext, name: TimeLimitName): TimeLimit | undefined {
  const { limit, problem } = readTimeLimit(ctx.cloudConfig, name);
  if (problem !== undefined) {
    const messages = told.get(ctx.cloudConfig) ?? new Set();
    told.set(ctx.cloudConfig, messages);
    if (!messages.has(problem.message)) {
      messages.add(problem.message);
      ctx.fail({ ...problem, ...ctx.locate(problem.path ?? []) });
    }
  }
  return limit;
}
