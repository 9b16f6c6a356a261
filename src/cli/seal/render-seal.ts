import type { SealActionReport, SealReport, SealStepReport } from "./seal-report.ts";

/** The report for people: what was done, what may leak, what remains. */
export function renderSeal(report: SealReport): string {
  const parts = [
    report.steps.map(renderStep).join(""),
    renderList("May leak, or is for you to judge:", report.notices),
    renderList(report.mode === "dry-run" ? "Would remain:" : "Remains:", report.remaining),
    `${conclusion(report)}\n`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

function renderStep({ name, why, status, actions }: SealStepReport): string {
  const reason = status === "ready" || status === "done" ? "" : `  (${why})\n`;
  return `${name}: ${status}\n${reason}${actions.map((action) => renderAction(action, status)).join("")}`;
}

/** What went as the whole step did needs no word of its own. */
function renderAction(
  { what, outcome, reason }: SealActionReport,
  status: SealStepReport["status"],
): string {
  const isPlain = outcome === status || (outcome === "not done" && status === "not ready");
  return `  ${isPlain ? "" : `${outcome}: `}${what}${reason === undefined ? "" : `: ${reason}`}\n`;
}

function renderList(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function conclusion({ status, mode, reason, remaining, steps }: SealReport): string {
  switch (status) {
    case "refused":
      return `Cannot seal: ${reason ?? ""}`;
    case "ready":
      return mode === "check"
        ? "Ready: this machine can be captured"
        : "Ready: there would be nothing to do";
    case "would seal":
      return "Nothing was changed: run it without --dry-run to do this";
    case "sealed":
      return steps.every((step) => step.status === "ready")
        ? "Sealed already: there was nothing to do. Shut this machine down and capture it"
        : "Sealed: shut this machine down now and capture it. Its next boot is a first boot";
    case "not ready":
    case "failed":
      return `Not ready to be captured: ${remaining.length} ${remaining.length === 1 ? "thing remains" : "things remain"}`;
  }
}
