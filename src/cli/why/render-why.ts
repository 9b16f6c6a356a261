import { describeStep } from "../status/render-status.ts";
import { formatTime } from "./explain-module.ts";
import type { Explanation } from "./explanation.ts";

/** For people: the sentence, then what it rests on. */
export function renderWhy(explanations: readonly Explanation[]): string {
  return explanations.map(renderOne).join("\n");
}

function renderOne(explanation: Explanation): string {
  const { semaphore, keys, listedIn, steps } = explanation;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["instance", explanation.instanceId],
    ["frequency", explanation.frequency],
    ["listed in", listedIn === undefined || listedIn.length > 0 ? listedIn?.join(", ") : "nothing"],
    [
      "keys",
      keys?.length === 0
        ? "none of them found in user-data, vendor-data or cloud.cfg"
        : keys
            ?.map(
              ({ key, source, line }) =>
                `${key} (${source}${line === undefined ? "" : ` line ${line}`})`,
            )
            .join(", "),
    ],
    ["semaphore", semaphore === undefined ? undefined : describeSemaphore(semaphore)],
    ["next boot", explanation.nextBoot],
  ];
  const width = Math.max(...rows.map(([title]) => title.length));
  const lines = [
    explanation.summary,
    ...rows.flatMap(([title, text]) =>
      text === undefined ? [] : [`  ${`${title}:`.padEnd(width + 1)} ${text}`],
    ),
  ];
  if (steps.length > 0) {
    lines.push(`  ${"steps:".padEnd(width + 1)} ${steps.length}`);
    lines.push(...steps.map((step) => `    ${step.kind} ${describeStep(step)} - ${step.outcome}`));
  }
  lines.push(...explanation.notes.map((note) => `  note: ${note}`));
  return `${lines.join("\n")}\n`;
}

function describeSemaphore(semaphore: NonNullable<Explanation["semaphore"]>): string {
  const { path, isThere, writtenAt } = semaphore;
  if (!isThere) {
    return `${path}, not there`;
  }
  return writtenAt === undefined ? path : `${path}, written at ${formatTime(writtenAt)}`;
}
