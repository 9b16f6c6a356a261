import process from "node:process";
import { isHangUpFatal } from "./host-hang-up.ts";
import type { HostSystem } from "./host-system.ts";

/** User scripts may clean up behind themselves; then they are ended with SIGKILL. */
const USER_GRACE_MS = 5000;
/** As long as our own commands may run at all. */
const AGENT_TIMEOUT_MS = 300_000;
const OUTPUT_TIMEOUT_MS = 5000;
const EXIT_SIGNALLED = 1;

/** A signal that ends the agent. */
export type EndingSignal = "SIGTERM" | "SIGINT" | "SIGABRT" | "SIGHUP";

/**
 * From here on these signals end the program in order: `announce` is told which one came ("…
 * received SIGTERM, exiting…"), user code is ended with all its children, our own commands are
 * waited for, the output is closed, and the exit code is 1. Returns what to call to undo it.
 */
export function handleSignals(
  sys: HostSystem,
  announce: (signal: EndingSignal) => void,
): () => void {
  const signals: EndingSignal[] = ["SIGTERM", "SIGINT", "SIGABRT"];
  // Under nohup, which leaves no terminal, the signal is ignored, and a handler would end that.
  const isAtTerminal = sys.output.isTerminal("stdout") || sys.output.isTerminal("stderr");
  if (isAtTerminal || isHangUpFatal()) {
    signals.push("SIGHUP");
  }
  let isEnding = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    const known = signals.find((candidate) => candidate === signal);
    if (known !== undefined && !isEnding) {
      isEnding = true;
      void endProgram(sys, () => announce(known));
    }
  };
  for (const signal of signals) {
    process.on(signal, onSignal);
  }
  // Node.js makes of an ignored signal one that kills, and does not tell that it was ignored.
  if (!signals.includes("SIGHUP") && process.versions["bun"] === undefined) {
    process.on("SIGHUP", ignore);
  }
  return () => {
    for (const signal of signals) {
      process.off(signal, onSignal);
    }
    process.off("SIGHUP", ignore);
  };
}

function ignore(): void {
  // A log-out is no reason to leave a stage half done.
}

async function endProgram(sys: HostSystem, announce: () => void): Promise<void> {
  try {
    announce();
  } finally {
    await sys.running.stop({ userGraceMs: USER_GRACE_MS, agentTimeoutMs: AGENT_TIMEOUT_MS });
    setTimeout(exit, OUTPUT_TIMEOUT_MS);
    await sys.output.close();
    exit();
  }
}

/** Not `process.exitCode`: the rest of the program still waits for the commands that were ended. */
function exit(): void {
  process.exit(EXIT_SIGNALLED);
}
