import type { ExecOptions } from "../../system/system.ts";

const WAITS_MS = 10_000;

/**
 * For a shutdown that this program asks for: it takes as long as rc.shutdown and the daemons take,
 * and nothing of ours may end it half-way, neither a time limit nor the end of this program, which it
 * ends as well.
 */
export const AFTER_THIS_COMMAND: ExecOptions = { afterAgent: { waitsMs: WAITS_MS } };
