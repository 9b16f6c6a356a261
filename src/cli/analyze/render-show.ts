import type { BootRecord, Span } from "./boot-records.ts";

/** What `show` prints for each part: delay, description, time and so on behind a "%". */
export const SHOW_FORMAT = "%I%D @%Es +%ds";
/** What `blame` prints. */
export const BLAME_FORMAT = "     %ds (%n)";

const EXPLANATION = [
  'The total time elapsed since completing an event is printed after the "@" character.',
  'The time the event takes is printed after the "+" character.',
  "",
];

/** Each boot with its stages and their parts (compat core.md §7.6). */
export function renderShow(boots: readonly BootRecord[], format: string): string {
  const lines: string[] = [];
  boots.forEach((boot, index) => {
    lines.push(heading(index), ...EXPLANATION);
    let totalSeconds = 0;
    for (const { stage, parts } of boot.stages) {
      lines.push(`Starting stage: ${stage.name}`);
      for (const part of parts) {
        lines.push(formatSpan(part, boot, format, totalSeconds));
      }
      if (stage.end === undefined) {
        lines.push(`Stage ${stage.name} has not ended`, "");
        continue;
      }
      const seconds = stage.end - stage.start;
      totalSeconds += seconds;
      lines.push(`Finished stage: (${stage.name}) ${padded(seconds)} seconds`, "");
    }
    lines.push(`Total Time: ${totalSeconds.toFixed(5)} seconds`, "");
  });
  return `${lines.join("\n")}\n${count(boots)}\n`;
}

/** The parts of each boot, the longest first. */
export function renderBlame(boots: readonly BootRecord[], format: string): string {
  const lines: string[] = [];
  boots.forEach((boot, index) => {
    const parts = boot.stages
      .flatMap((stage) => stage.parts)
      .filter((part) => part.end !== undefined)
      .sort((a, b) => compareTimes(secondsOf(b), secondsOf(a)) || (a.name < b.name ? 1 : -1));
    lines.push(heading(index), ...parts.map((part) => formatSpan(part, boot, format, 0)), "");
  });
  return `${lines.join("\n")}\n${count(boots)}\n`;
}

/** As they are shown: differences below that are none. */
function compareTimes(first: number, second: number): number {
  return Math.round(first * 1e5) - Math.round(second * 1e5);
}

function heading(index: number): string {
  return `-- Boot Record ${String(index + 1).padStart(2, "0")} --`;
}

function count(boots: readonly BootRecord[]): string {
  return `${boots.length} boot records analyzed`;
}

function secondsOf(span: Span): number {
  return (span.end ?? span.start) - span.start;
}

/** `%08.5f`: two digits before the point, five behind it. */
function padded(seconds: number): string {
  return seconds.toFixed(5).padStart(8, "0");
}

function formatSpan(span: Span, boot: BootRecord, format: string, totalSeconds: number): string {
  const hasEnded = span.end !== undefined;
  return format.replace(/%([A-Za-z%])/gu, (whole, code: string) => {
    switch (code) {
      case "%":
        return "%";
      case "d":
        return padded(secondsOf(span));
      case "D":
        return hasEnded ? span.description : `${span.description} (has not ended)`;
      case "e":
        return hasEnded ? "finish" : "start";
      case "E":
        return padded(span.start - boot.start);
      case "I":
        return `|${" ".repeat(Math.max(0, span.depth - 1))}\`->`;
      case "l":
        return hasEnded ? (span.result ?? "SUCCESS") : "";
      case "n":
        return span.name;
      case "o":
        return "cloudinit";
      case "r":
        return span.result ?? "";
      case "t":
        return (span.end ?? span.start).toFixed(5);
      case "T":
        return totalSeconds.toFixed(5);
      default:
        return whole;
    }
  });
}
