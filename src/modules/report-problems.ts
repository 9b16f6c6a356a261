import { formatProblem, type Problem } from "../text/problem.ts";
import type { ModuleContext } from "./module.ts";

/** Fails the module for each problem; those of severity "warning" are only told. */
export function reportProblems(ctx: ModuleContext, problems: readonly Problem[]): void {
  for (const problem of problems) {
    if (problem.severity === "warning") {
      ctx.log.warn(formatProblem(problem));
    } else {
      ctx.fail(problem);
    }
  }
}
