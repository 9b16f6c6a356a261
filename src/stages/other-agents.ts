import { exists } from "../system/files.ts";
import type { StageFrame } from "./stage-frame.ts";

/** The driver of IBM's Virtual Solutions Activation Engine (compat datasources-clouds.md §12.1). */
const ACTIVATION_ENGINE = "/opt/ibm/ae/AE.sh";

/** Tells of an agent that would give the machine its name and network too; it is neither run nor touched. */
export function warnOfOtherAgents({ base, distro, log }: StageFrame): void {
  if (distro.name === "aix" && exists(base.fs, ACTIVATION_ENGINE)) {
    log.warn(
      "IBM activation engine is installed and may also configure this system; uninstall it before capture",
    );
  }
}
