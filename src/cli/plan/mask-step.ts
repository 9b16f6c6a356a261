import type { PlanStep } from "./plan-step.ts";

/** A step without secrets: in command lines, in scripts, in the content of files, in what failed. */
export function maskStep(step: PlanStep, mask: (text: string) => string): PlanStep {
  switch (step.kind) {
    case "command":
      return { ...step, argv: step.argv.map(mask), ...maskFailure(step.failure, mask) };
    case "script":
      return {
        ...step,
        argv: step.argv.map(mask),
        lines: step.lines.map(mask),
        ...(step.output === undefined ? {} : { output: step.output.map(mask) }),
        ...maskFailure(step.failure, mask),
      };
    case "file":
      return {
        ...step,
        ...(step.diff === undefined ? {} : { diff: step.diff.map(mask) }),
        ...maskFailure(step.failure, mask),
      };
    case "request":
      return { ...step, url: mask(step.url) };
    case "directory":
    case "attributes":
    case "remove":
    case "symlink":
    case "user":
    case "stored-script":
      return step;
  }
}

function maskFailure(
  failure: string | undefined,
  mask: (text: string) => string,
): { readonly failure?: string } {
  return failure === undefined ? {} : { failure: mask(failure) };
}
