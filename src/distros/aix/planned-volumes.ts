import type { LogicalVolume } from "./logical-volumes.ts";

/**
 * Logical volumes that `plan` would have made: mklv did not run there, and what comes after it is
 * planned as if it had.
 */
export interface PlannedVolumes {
  readonly volumes: LogicalVolume[];
}

/** None yet. */
export function createPlannedVolumes(): PlannedVolumes {
  return { volumes: [] };
}
