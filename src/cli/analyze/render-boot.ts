import type { LogContent } from "./boot-event.ts";
import type { BootRecord } from "./boot-records.ts";

/**
 * The last boot from the machine's start to the end of cloud-init; undefined where the log does not
 * tell when the machine started. The start is that of the kernel by the uptime of the welcome line,
 * which needs neither systemd nor wtmp.
 */
export function renderBoot(boots: readonly BootRecord[], content: LogContent): string | undefined {
  const boot = boots.at(-1);
  const machineStart = boot?.stages
    .map(({ stage }) => content.machineStarts.get(stage.start))
    .find((seconds) => seconds !== undefined);
  if (boot === undefined || machineStart === undefined) {
    return undefined;
  }
  const end = boot.stages.at(-1)?.stage.end;
  const lines = [
    "-- Most Recent Boot Record --",
    `    Kernel Started at: ${formatTime(machineStart)}`,
    `    Cloud-init start: ${formatTime(boot.start)}`,
    `    Time between Kernel start and Cloud-init start (seconds): ${(boot.start - machineStart).toFixed(3)}`,
    ...(end === undefined
      ? ["    Cloud-init has not ended"]
      : [
          `    Cloud-init end: ${formatTime(end)}`,
          `    Time between Cloud-init start and end (seconds): ${(end - boot.start).toFixed(3)}`,
          `    Time from Kernel start to Cloud-init end (seconds): ${(end - machineStart).toFixed(3)}`,
        ]),
  ];
  return `${lines.join("\n")}\n`;
}

function formatTime(seconds: number): string {
  return new Date(Math.round(seconds * 1_000)).toISOString().replace("T", " ").replace("Z", "");
}
