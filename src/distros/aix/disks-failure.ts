import type { LvmOutcome } from "./growth-lvm.ts";

/** Why LVM did not do it; where another command had the lock to the end, what helps: disk_setup runs once. */
export function describeFailure({ failure, isLocked }: LvmOutcome): string {
  return isLocked
    ? `${failure}. Where another LVM command works on it, wait for that, then run "cloud-init single --name disk_setup --frequency always"`
    : failure;
}
