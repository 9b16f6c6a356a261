import type { SealFinding, SealStep } from "../../distros/seal-adapter.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { SealActionReport, SealMode, SealReport, SealStepReport } from "./seal-report.ts";

/**
 * Goes through the steps. In mode "seal" each change is made, one that fails does not stop the next,
 * and in the end what was changed is looked at once more: what is still there remains.
 */
export async function runSeal(steps: readonly SealStep[], mode: SealMode): Promise<SealReport> {
  const reports: SealStepReport[] = [];
  const notices: string[] = [];
  const failed = new Set<string>();
  for (const step of steps) {
    const blockedBy = step.after?.find((name) => failed.has(name));
    const report = await runStep(step, mode, blockedBy, notices);
    if (report.status === "failed" || report.status === "left out") {
      failed.add(step.name);
    }
    reports.push(report);
  }
  const remaining = reports.flatMap(listRemaining);
  if (mode === "seal") {
    const isDone = (name: string): boolean =>
      reports.some((report) => report.name === name && report.status === "done");
    remaining.push(...(await lookAgain(steps.filter(({ name }) => isDone(name)))));
  }
  return { mode, status: statusOf(mode, reports, remaining), steps: reports, remaining, notices };
}

async function runStep(
  step: SealStep,
  mode: SealMode,
  blockedBy: string | undefined,
  notices: string[],
): Promise<SealStepReport> {
  const { name, why } = step;
  let findings: readonly SealFinding[];
  try {
    findings = await step.find();
  } catch (error) {
    const what = `Find out what is not ready`;
    const actions = [{ what, outcome: "failed", reason: errorMessage(error) } as const];
    return { name, why, status: "failed", actions };
  }
  const actions: SealActionReport[] = [];
  for (const finding of findings) {
    if (finding.kind === "notice") {
      notices.push(finding.what);
    } else if (finding.kind === "blocker") {
      actions.push({ what: finding.what, outcome: "not done", reason: finding.mend });
    } else if (mode !== "seal") {
      const outcome = mode === "check" ? "not done" : "would do";
      actions.push({ what: finding.what, outcome });
    } else if (blockedBy !== undefined) {
      const reason = `"${blockedBy}" failed and needs it`;
      actions.push({ what: finding.what, outcome: "not done", reason });
    } else {
      actions.push(await applyFinding(finding));
    }
  }
  return { name, why, status: stepStatus(actions, mode, blockedBy !== undefined), actions };
}

async function applyFinding(
  finding: Extract<SealFinding, { kind: "change" }>,
): Promise<SealActionReport> {
  try {
    await finding.apply();
    return { what: finding.what, outcome: "done" };
  } catch (error) {
    return { what: finding.what, outcome: "failed", reason: errorMessage(error) };
  }
}

function stepStatus(
  actions: readonly SealActionReport[],
  mode: SealMode,
  isBlocked: boolean,
): SealStepReport["status"] {
  const has = (outcome: SealActionReport["outcome"]): boolean =>
    actions.some((action) => action.outcome === outcome);
  if (actions.length === 0) {
    return "ready";
  }
  if (has("failed")) {
    return "failed";
  }
  if (has("not done")) {
    return mode === "seal" && isBlocked ? "left out" : "not ready";
  }
  return has("would do") ? "would do" : "done";
}

function listRemaining({ name, actions }: SealStepReport): readonly string[] {
  return actions
    .filter(({ outcome }) => outcome === "not done" || outcome === "failed")
    .map(({ what, reason }) => `${name}: ${what}${reason === undefined ? "" : `: ${reason}`}`);
}

async function lookAgain(steps: readonly SealStep[]): Promise<readonly string[]> {
  const remaining: string[] = [];
  for (const { name, find } of steps) {
    try {
      for (const { kind, what } of await find()) {
        if (kind === "change") {
          remaining.push(
            `${name}: ${what}: it was done and is to be done again: something undoes it`,
          );
        }
      }
    } catch (error) {
      remaining.push(`${name}: Look at it once more: ${errorMessage(error)}`);
    }
  }
  return remaining;
}

function statusOf(
  mode: SealMode,
  reports: readonly SealStepReport[],
  remaining: readonly string[],
): SealReport["status"] {
  const hasFailed = reports.some(({ status }) => status === "failed" || status === "left out");
  switch (mode) {
    case "check":
      return remaining.length === 0 ? "ready" : "not ready";
    case "dry-run":
      return hasFailed
        ? "failed"
        : reports.every(({ status }) => status === "ready")
          ? "ready"
          : "would seal";
    case "seal":
      return hasFailed ? "failed" : remaining.length === 0 ? "sealed" : "not ready";
  }
}
