import { posix } from "node:path";
import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { logFileOf } from "../../stages/stage-logging.ts";
import { exists, isDirectory, statTarget } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { octalMode } from "../../text/octal-mode.ts";
import type { Patient } from "./patient.ts";

/** The log and the output of the stages can be written, and are not for everybody's eyes. */
export function logFilesCheck({ sys, config, paths }: Patient): DoctorCheck {
  return {
    name: "logs",
    title: "log files",
    run(report) {
      for (const path of new Set([logFileOf(config), `${paths.logDir}/cloud-init-output.log`])) {
        checkLog(sys.fs, path, report);
      }
    },
  };
}

function checkLog(fs: FileSystem, path: string, report: DoctorReport): void {
  const directory = posix.dirname(path);
  if (exists(fs, directory) && !isDirectory(fs, directory)) {
    report.add({
      severity: "error",
      what: `"${directory}" is no directory`,
      why: "nothing that a boot does is logged",
      fix: `mv ${directory} ${directory}.old && mkdir ${directory}`,
    });
    return;
  }
  const stat = statTarget(fs, path);
  if (stat === undefined) {
    return;
  }
  if (stat.kind !== "file") {
    report.add({
      severity: "error",
      what: `"${path}" is no file`,
      why: "nothing that a boot does is logged there",
      fix: `mv ${path} ${path}.old`,
    });
  } else if ((stat.mode & 0o027) !== 0) {
    report.add({
      severity: "warning",
      what: `"${path}" has mode ${octalMode(stat.mode)}`,
      why: "output of the user's scripts may hold passwords, and others than root can read or change it",
      fix: `chmod 640 ${path}`,
    });
  }
}
