import type { DoctorCheck } from "../../distros/doctor-adapter.ts";
import { statTarget } from "../../system/files.ts";
import type { Patient } from "./patient.ts";

/** No machine that runs this program lives before this year. */
const YEAR_MIN = 2024;
/** Files made in another time zone, and clocks that are a little off. */
const TOLERANCE_MS = 86_400_000;

/** The clock is not in 1970, nor before the program was put in place. */
export function clockCheck({ sys, paths }: Patient): DoctorCheck {
  return {
    name: "clock",
    title: "clock",
    run(report) {
      const now = sys.clock.now();
      const shown = now.toISOString().slice(0, 16).replace("T", " ");
      report.fact("clock", `${shown} UTC`);
      const files = [sys.process.executablePath, paths.configFile];
      const madeMs = Math.max(...files.map((path) => statTarget(sys.fs, path)?.modifiedMs ?? 0));
      const isBeforeProgram = now.getTime() + TOLERANCE_MS < madeMs;
      if (now.getUTCFullYear() < YEAR_MIN || isBeforeProgram) {
        report.add({
          severity: "warning",
          what: isBeforeProgram
            ? `The clock says ${shown} UTC, and files of this program are from ${new Date(madeMs).toISOString().slice(0, 10)}`
            : `The clock says ${shown} UTC`,
          why: "certificates are not valid yet, new passwords and accounts expire at the wrong time, and logs mislead",
          fix: "date -u MMDDhhmmYYYY",
        });
      }
    },
  };
}
