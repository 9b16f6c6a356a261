import type { StageFrame } from "./stage-frame.ts";

/** Tells of an agent that would give the machine its name and network too; it is neither run nor touched. */
export async function warnOfOtherAgents({ base, distro, log }: StageFrame): Promise<void> {
  if (distro.name !== "aix") {
    return;
  }
  const { isActivationEngineThere } = await import("../distros/aix/activation-engine.ts");
  if (await isActivationEngineThere(base)) {
    log.warn(
      "IBM activation engine is installed and may also configure this system; uninstall it before capture",
    );
  }
}
