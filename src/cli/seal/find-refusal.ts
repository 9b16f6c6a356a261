import { findRunningStage } from "../../stages/stage-lock.ts";
import type { System } from "../../system/system.ts";
import type { Paths } from "../../instance/paths.ts";
import { readBootStatus } from "../status/boot-status.ts";
import { readStatusFiles, summariseStatus } from "../status/status-summary.ts";

/** Why this machine is not to be sealed now, and what to do; undefined where it may be. */
export function findRefusal(sys: System, paths: Paths): string | undefined {
  if (sys.process.uid !== 0) {
    return "Only root may: run it as root";
  }
  const running = findRunningStage(sys, paths.runDir);
  if (running !== undefined) {
    return `An instance is still deploying: cloud-init runs as process ${running}. Wait for it with "cloud-init status --wait"`;
  }
  const files = readStatusFiles(sys, [paths.runDir, paths.dataDir]);
  const { status } = files;
  // Also where a marker switches the boots off: it may have come after this one began.
  if (!files.isStatusThere || files.isResultThere) {
    return undefined;
  }
  const summary = summariseStatus(files, readBootStatus(sys, paths));
  const stage = status.stage === null ? "" : `, stage "${status.stage}" is the last that began`;
  const updated = summary.last_update === "" ? "" : ` (${summary.last_update})`;
  return `An instance is still deploying: status.json has no end${stage}${updated}. Wait for it with "cloud-init status --wait"; if that boot was cut off and will not go on, forget it with "cloud-init clean"`;
}
