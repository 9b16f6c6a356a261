import type { DoctorCheck } from "../../distros/doctor-adapter.ts";
import { isDirectory, statTarget } from "../../system/files.ts";
import type { Patient } from "./patient.ts";

const FILES_MAX = 1_000;

/** Scripts that people put into scripts/per-*: those that are not executable are passed over. */
export function userScriptsCheck({ sys: { fs }, paths }: Patient): DoctorCheck {
  return {
    name: "user-scripts",
    title: "scripts that run at boot",
    run(report) {
      for (const frequency of ["per-boot", "per-instance", "per-once"]) {
        const directory = `${paths.scriptsDir}/${frequency}`;
        const names = isDirectory(fs, directory) ? fs.list(directory).slice(0, FILES_MAX) : [];
        for (const path of names.map((name) => `${directory}/${name}`)) {
          const stat = statTarget(fs, path);
          if (stat?.kind === "file" && (stat.mode & 0o100) === 0) {
            report.add({
              severity: "warning",
              what: `The script "${path}" is not executable`,
              why: "it is passed over at boot",
              fix: `chmod 755 ${path}`,
            });
          }
        }
      }
    },
  };
}
