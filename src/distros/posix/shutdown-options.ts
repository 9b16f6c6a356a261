import type { ExecOptions } from "../../system/system.ts";

/** What refuses does so at once: who is no root, a missing program, systemd that cannot be reached, a rc.shutdown that fails. */
const WATCH_MS = 20_000;

/**
 * For a shutdown that this program asks for: it takes as long as rc.shutdown and the daemons take,
 * and nothing of ours may end it half-way, neither a time limit nor the end of this program, which it
 * ends as well. One that is refused is told to whoever asked.
 */
export const SHUTDOWN_OPTIONS: ExecOptions = { detached: { watchMs: WATCH_MS } };
