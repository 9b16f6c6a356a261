import { formatProblem, type Problem } from "../text/problem.ts";

/** A part that cannot be used; says where in it, as far as known. */
export class PartError extends Error {
  override readonly name = "PartError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(formatProblem(problem));
    this.problem = problem;
  }
}
