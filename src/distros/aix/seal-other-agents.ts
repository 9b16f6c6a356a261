import type { System } from "../../system/system.ts";
import type { SealStep } from "../seal-adapter.ts";
import { findActivationEngine, removalCommand } from "./activation-engine.ts";

/** IBM's activation engine, which PowerVC's instructions have uninstalled before a capture. */
export function sealOtherAgents(sys: System): SealStep {
  return {
    name: "other-agents",
    why: "A clone would be given its network and host name by two agents",
    async find() {
      const engine = await findActivationEngine(sys);
      return engine === undefined
        ? []
        : [
            {
              kind: "blocker",
              what: `IBM's activation engine is installed: there is ${engine.found}`,
              mend: `uninstall it, ${removalCommand(engine)}`,
            },
          ];
    },
  };
}
