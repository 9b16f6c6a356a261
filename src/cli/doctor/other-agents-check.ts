import type { DoctorCheck } from "../../distros/doctor-adapter.ts";
import type { Patient } from "./patient.ts";

/** On AIX, other agents that configure the machine: IBM's activation engine. */
export function otherAgentsCheck({ sys }: Patient): DoctorCheck {
  return {
    name: "other-agents",
    title: "other agents",
    async run(report) {
      const { findActivationEngine, removalCommand } =
        await import("../../distros/aix/activation-engine.ts");
      const engine = await findActivationEngine(sys);
      if (engine !== undefined) {
        report.add({
          severity: "warning",
          what: `IBM's activation engine is installed: there is ${engine.found}`,
          why: "it may give the machine its network and host name too, at the boot of each clone as well",
          fix: removalCommand(engine),
        });
      }
    },
  };
}
