import type { DoctorCheck } from "../../distros/doctor-adapter.ts";
import { isDirectory } from "../../system/files.ts";
import type { InstancePaths } from "../../instance/paths.ts";
import { octalMode } from "../../text/octal-mode.ts";
import type { Patient } from "./patient.ts";

const INSTANCES_MAX = 1_000;

/** Files that may hold passwords and keys can be read by root only (compat core.md §5). */
export function secretFilesCheck(patient: Patient): DoctorCheck {
  return {
    name: "secrets",
    title: "files with secrets in the state directory",
    needsRoot: "only root can look into them",
    run(report) {
      const { sys, paths } = patient;
      const ids = isDirectory(sys.fs, paths.instancesDir) ? sys.fs.list(paths.instancesDir) : [];
      const files = [
        `${paths.runDir}/instance-data-sensitive.json`,
        `${paths.runDir}/combined-cloud-config.json`,
        ...ids.slice(0, INSTANCES_MAX).flatMap((id) => secretFiles(paths.instance(id))),
      ];
      for (const path of files) {
        const stat = sys.fs.stat(path);
        if (stat?.kind === "file" && (stat.mode & 0o077) !== 0) {
          report.add({
            severity: "error",
            what: `"${path}" has mode ${octalMode(stat.mode)}`,
            why: "others than root can read it, and it may hold passwords and keys",
            fix: `chmod 600 ${path}`,
          });
        }
      }
    },
  };
}

function secretFiles(own: InstancePaths): readonly string[] {
  return [
    own.userDataFile,
    own.processedUserDataFile,
    own.vendorDataFile,
    own.processedVendorDataFile,
    own.vendorData2File,
    own.processedVendorData2File,
    own.cloudConfigFile,
    own.vendorCloudConfigFile,
    own.vendor2CloudConfigFile,
    own.cacheFile,
    own.ledgerFile,
  ];
}
