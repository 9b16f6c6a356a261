import type { Clock } from "../system/system.ts";

export type EventResult = "SUCCESS" | "WARN" | "FAIL";

/** The start or the end of a stage or of a part of one; names are nested by "/" (compat core.md §3.4). */
export interface ReportEvent {
  /** "init-network/config-ssh" */
  readonly name: string;
  readonly description: string;
  readonly type: "start" | "finish";
  /** Seconds since 1970. */
  readonly timestampSeconds: number;
  /** Of a finish event. */
  readonly result?: EventResult;
  /** Of a finish event. */
  readonly durationSeconds?: number;
}

/** Takes an event and returns at once; what goes wrong is its own affair. */
export type EventSink = (event: ReportEvent) => void;

/** `description`: what the end says where that is not what the start said. */
export type SetResult = (result: EventResult, description?: string) => void;

/** Tells of starts and ends, to the log unless other sinks are set. */
export interface EventReporter {
  /** Runs `work` between its two events; it says how it went by `setResult`. What it throws is FAIL, and passed on. */
  within<T>(
    name: string,
    description: string,
    work: (setResult: SetResult) => Promise<T>,
  ): Promise<T>;
  /** Whether anything below the stage itself has been told of. */
  hasParts(): boolean;
  /** Who hears of the events from here on. */
  setSinks(sinks: readonly EventSink[]): void;
}

/** Events below `prefix`: "init-local". */
export function createEventReporter(
  clock: Clock,
  prefix: string,
  defaultSink: EventSink,
): EventReporter {
  let sinks: readonly EventSink[] = [defaultSink];
  let hasParts = false;
  const tell = (event: Omit<ReportEvent, "timestampSeconds">): void => {
    const timed = { ...event, timestampSeconds: clock.now().getTime() / 1_000 };
    sinks.forEach((sink) => sink(timed));
  };
  return {
    async within(name, description, work) {
      const path = name === "" ? prefix : `${prefix}/${name}`;
      const startMs = clock.monotonicMs();
      let result: EventResult = "SUCCESS";
      let ending = description;
      hasParts ||= name !== "";
      tell({ name: path, description, type: "start" });
      try {
        return await work((given, said = description) => {
          result = given;
          ending = said;
        });
      } catch (error) {
        result = "FAIL";
        ending = description;
        throw error;
      } finally {
        const durationSeconds = (clock.monotonicMs() - startMs) / 1_000;
        tell({ name: path, description: ending, type: "finish", result, durationSeconds });
      }
    },
    hasParts: () => hasParts,
    setSinks(given) {
      sinks = given;
    },
  };
}

/** The event as a line of a log, as `analyze` reads it. */
export function eventLine(event: ReportEvent): string {
  const { name, description, result, durationSeconds } = event;
  return event.type === "start"
    ? `start: ${name}: ${description}`
    : `finish: ${name}: ${result ?? "SUCCESS"}: ${description} (duration: ${(durationSeconds ?? 0).toFixed(3)}s)`;
}

/**
 * A sink that logs. The start of a stage is told by its welcome line, which logging is opened just
 * before: a second line for it stops upstream's `analyze` ("pop from empty list").
 */
export function logSink(write: (line: string) => void): EventSink {
  return (event) => {
    if (event.type === "finish" || event.name.includes("/")) {
      write(eventLine(event));
    }
  };
}
