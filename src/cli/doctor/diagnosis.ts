import type { DoctorCheck, DoctorFinding } from "../../distros/doctor-adapter.ts";
import { FileError } from "../../system/file-error.ts";
import { errorMessage } from "../../text/error-message.ts";

/** What all checks together found. */
export interface Diagnosis {
  /** Every check, in order, and what came of it. */
  readonly checks: readonly CheckOutcome[];
  readonly findings: readonly PlacedFinding[];
  readonly leftOut: readonly LeftOut[];
  readonly facts: readonly Fact[];
}

export interface CheckOutcome {
  readonly name: string;
  readonly title: string;
  readonly outcome: "ok" | "warning" | "error" | "left-out";
}

/** A finding, and the check that it is of. */
export interface PlacedFinding extends DoctorFinding {
  readonly check: string;
}

/** A check, or a part of one, that was not made. */
export interface LeftOut {
  readonly check: string;
  readonly why: string;
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Makes the checks one after the other; one that cannot be made is told, and stops no other. */
export async function diagnose(
  checks: readonly DoctorCheck[],
  options: { readonly isRoot: boolean },
): Promise<Diagnosis> {
  const outcomes: CheckOutcome[] = [];
  const findings: PlacedFinding[] = [];
  const leftOut: LeftOut[] = [];
  const facts: Fact[] = [];
  for (const { name, title, needsRoot, run } of checks) {
    if (needsRoot !== undefined && !options.isRoot) {
      leftOut.push({ check: name, why: `only root can tell: ${needsRoot}` });
      outcomes.push({ name, title, outcome: "left-out" });
      continue;
    }
    const own: DoctorFinding[] = [];
    let isFailed = false;
    try {
      await run({
        add: (finding) => own.push(finding),
        leaveOut: (why) => leftOut.push({ check: name, why }),
        fact: (fact, value) => facts.push({ name: fact, value }),
      });
    } catch (error) {
      isFailed = true;
      const why = describeFailure(error, options.isRoot);
      if (why !== undefined) {
        leftOut.push({ check: name, why });
      } else {
        own.push(unanswered(title, error));
      }
    }
    findings.push(...own.map((finding) => ({ check: name, ...finding })));
    outcomes.push({ name, title, outcome: outcomeOf(own, isFailed) });
  }
  return { checks: outcomes, findings, leftOut, facts };
}

/** Why it is no fault of the machine that the check could not be made; undefined where it is one. */
function describeFailure(error: unknown, isRoot: boolean): string | undefined {
  if (isRoot) {
    return undefined;
  }
  const isRefused =
    error instanceof FileError && (error.code === "EACCES" || error.code === "EPERM");
  return isRefused ? `only root can tell: ${error.message}` : errorMessage(error);
}

function unanswered(title: string, error: unknown): DoctorFinding {
  return {
    severity: "warning",
    what: `Cannot check "${title}": ${errorMessage(error)}`,
    why: "the boot asks the same questions, and may get no answer either",
    fix: "cloud-init doctor",
  };
}

function outcomeOf(findings: readonly DoctorFinding[], isFailed: boolean): CheckOutcome["outcome"] {
  if (findings.some(({ severity }) => severity === "error")) {
    return "error";
  }
  return findings.length > 0 ? "warning" : isFailed ? "left-out" : "ok";
}
