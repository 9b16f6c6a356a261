import { endProcessGroup } from "./host-process-group.ts";

/** A child that was started and has not ended. */
export interface RunningCommand {
  /** Also the id of its process group. */
  readonly pid: number;
  readonly owner: "agent" | "user";
  /** Resolves when the child itself has ended. */
  readonly ended: Promise<void>;
}

/** The children of this process, for the handling of signals. */
export interface RunningCommands {
  add(command: RunningCommand): void;
  /** True from `stop` on: nothing may be started any more, and no result handed on. */
  readonly isStopping: boolean;
  /**
   * The end of the program: user code is ended with all its children, our own commands are waited
   * for and never signalled, so that no `chdev` stops half-way.
   */
  stop(limits: { readonly userGraceMs: number; readonly agentTimeoutMs: number }): Promise<void>;
}

/** A list of running commands, still empty. */
export function createRunningCommands(): RunningCommands {
  const running = new Set<RunningCommand>();
  let isStopping = false;
  return {
    add(command) {
      running.add(command);
      void command.ended.then(() => running.delete(command));
    },
    get isStopping() {
      return isStopping;
    },
    async stop({ userGraceMs, agentTimeoutMs }) {
      isStopping = true;
      const commands = [...running];
      await Promise.all([
        ...commands
          .filter(({ owner }) => owner === "user")
          .map(({ pid }) => endProcessGroup(pid, userGraceMs)),
        ...commands
          .filter(({ owner }) => owner === "agent")
          .map(({ ended }) => Promise.race([ended, after(agentTimeoutMs)])),
      ]);
    },
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
