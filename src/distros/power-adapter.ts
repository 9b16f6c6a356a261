import type { Problem } from "../text/problem.ts";

/**
 * What a partition on IBM Power needs after a deploy. Each method asks first, changes only what
 * differs, and returns what is wrong: a problem of severity "warning" is told and is no failure.
 */
export interface PowerAdapter {
  /** Imports the volume groups that the mapping file of the captured machine names (AIX). */
  ensureVolumeGroups?(): Promise<readonly Problem[]>;
  /** Seconds between health checks of each multipath disk, from the next boot on (AIX). */
  ensureHealthCheckInterval?(seconds: number): Promise<readonly Problem[]>;
  /** The firmware starts from the disk that this boot came from. */
  ensureBootList(): Promise<readonly Problem[]>;
  /** A new RSCT node id, with which RMC is started again: not "ensure", since a second call gives another id. */
  resetRmc(): Promise<readonly Problem[]>;
  /** Turns off the dropping of device customisation at the first boot of another machine (AIX). */
  ensureDevicesKept?(): Promise<readonly Problem[]>;
}
