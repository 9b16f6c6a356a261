import type { CommandAnswer } from "../../../distros/self-test-adapter.ts";
import { CommandError } from "../../../system/command-error.ts";
import type { System } from "../../../system/system.ts";

/** The same machine; every command's answer is put into `answers` before whoever asked gets it. */
export function recordAnswers(base: System, answers: CommandAnswer[]): System {
  return {
    ...base,
    exec: {
      ...base.exec,
      async query(argv, options) {
        const startMs = base.clock.monotonicMs();
        const add = (result: Omit<CommandAnswer, "argv" | "durationMs">): void => {
          const { exitCode, timedOut, stdout, stderr } = result;
          const durationMs = Math.round(base.clock.monotonicMs() - startMs);
          answers.push({ argv, exitCode, timedOut, stdout, stderr, durationMs });
        };
        try {
          const result = await base.exec.query(argv, options);
          add(result);
          return result;
        } catch (error) {
          if (error instanceof CommandError) {
            add(error);
          }
          throw error;
        }
      },
    },
  };
}
