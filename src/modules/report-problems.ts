import { formatProblem, type Problem } from "../text/problem.ts";
import type { ModuleContext } from "./module.ts";

/** Fails the module for each problem, at its place in what the user wrote; those of severity "warning" are only told. */
export function reportProblems(ctx: ModuleContext, problems: readonly Problem[]): void {
  for (const found of problems) {
    const problem = { ...found, ...(found.path === undefined ? {} : ctx.locate(found.path)) };
    if (problem.severity === "warning") {
      ctx.log.warn(formatProblem(problem));
    } else {
      ctx.fail(problem);
    }
  }
}
