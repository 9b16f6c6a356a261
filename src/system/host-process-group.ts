import process from "node:process";
import { codeOf } from "./host-error.ts";
import { monotonicMs } from "./host-monotonic.ts";

const CHECK_INTERVAL_MS = 20;

/**
 * Ends a process group: SIGTERM, then SIGKILL for what is left after `graceMs`. Resolves when
 * nobody is left or the signal is sent; neither runtime does this for a child that timed out.
 */
export async function endProcessGroup(groupId: number, graceMs: number): Promise<void> {
  const deadlineMs = monotonicMs() + graceMs;
  let isThere = signalProcessGroup(groupId, "SIGTERM");
  while (isThere && monotonicMs() < deadlineMs) {
    await new Promise((resolve) => {
      setTimeout(resolve, CHECK_INTERVAL_MS);
    });
    isThere = signalProcessGroup(groupId, 0);
  }
  if (isThere) {
    signalProcessGroup(groupId, "SIGKILL");
  }
}

/** False where the group has nobody in it. Signal 0 only asks. */
function signalProcessGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // EPERM: somebody is there, but belongs to another user by now.
    return codeOf(error) === "EPERM";
  }
}
