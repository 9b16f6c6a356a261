import type { Clock } from "../system/system.ts";
import type { Logger } from "./logger.ts";

export type EventResult = "SUCCESS" | "WARN" | "FAIL";

/** Start and finish lines in the log, nested by "/" as `analyze` reads them (compat core.md §3.4). */
export interface EventReporter {
  /** Runs `work` between the two lines; it says how it went by `setResult`. What it throws is FAIL, and passed on. */
  within<T>(
    name: string,
    description: string,
    work: (setResult: (result: EventResult) => void) => Promise<T>,
  ): Promise<T>;
}

/** Events below `prefix`: "init-local". */
export function createEventReporter(clock: Clock, log: Logger, prefix: string): EventReporter {
  return {
    async within(name, description, work) {
      const path = name === "" ? prefix : `${prefix}/${name}`;
      const startMs = clock.monotonicMs();
      let result: EventResult = "SUCCESS";
      log.debug(`start: ${path}: ${description}`);
      try {
        return await work((given) => {
          result = given;
        });
      } catch (error) {
        result = "FAIL";
        throw error;
      } finally {
        const seconds = ((clock.monotonicMs() - startMs) / 1_000).toFixed(3);
        log.debug(`finish: ${path}: ${result}: ${description} (duration: ${seconds}s)`);
      }
    },
  };
}
