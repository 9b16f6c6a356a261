import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { findExternalModule } from "../../modules/find-external-module.ts";
import { findKnownName } from "../../modules/known-names.ts";
import { findModule, MODULES } from "../../modules/registry.ts";
import { nearestWord } from "../../text/nearest-word.ts";
import type { ListedModule, Patient } from "./patient.ts";

/** The module lists: names that there are. */
export function moduleListsCheck(patient: Patient): DoctorCheck {
  return {
    name: "modules",
    title: "module lists",
    run(report) {
      if (patient.modules.length === 0) {
        report.add({
          severity: "error",
          what: "All module lists are empty",
          why: "the machine gets its network, and nothing else",
          fix: `vi ${patient.paths.configFile}`,
        });
      }
      for (const entry of patient.modules) {
        checkEntry(patient, entry, report);
      }
    },
  };
}

function checkEntry(patient: Patient, entry: ListedModule, report: DoctorReport): void {
  const { name, writtenName, section } = entry;
  if (findModule(name) !== undefined || findKnownName(name) !== undefined) {
    return;
  }
  const { sys, paths } = patient;
  const external =
    paths.modulesDir === undefined
      ? ({ kind: "none" } as const)
      : findExternalModule(sys, paths.modulesDir, entry);
  if (external.kind === "found") {
    return;
  }
  if (external.kind === "refused") {
    report.add({
      severity: "error",
      what: `"${writtenName}" of ${section} will not run: ${external.message}`,
      why: "what it did on this machine is no longer done",
      fix: `ls -l ${paths.modulesDir ?? ""}`,
    });
    return;
  }
  const near = nearestWord(
    name,
    MODULES.map((module) => module.name),
  );
  report.add({
    severity: "warning",
    what: `There is no module "${writtenName}", which ${section} lists${near === undefined ? "" : `; did you mean "${near}"?`}`,
    why: "it is passed over at boot",
    fix: `vi ${paths.configFile}`,
  });
}
