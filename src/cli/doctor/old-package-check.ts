import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { canonicalModuleName } from "../../modules/canonical-name.ts";
import { findKnownName } from "../../modules/known-names.ts";
import { findModule } from "../../modules/registry.ts";
import { isDirectory } from "../../system/files.ts";
import { findOldRpm } from "../install/find-rpm.ts";
import { findOldPackage } from "../install/old-package.ts";
import type { Patient } from "./patient.ts";

/** What cloud-init in Python left: its packages, its code, and what people added to it. */
export function oldPackageCheck(patient: Patient): DoctorCheck {
  return {
    name: "old-package",
    title: "leftovers of the Python program",
    async run(report) {
      await checkRpm(patient, report);
      const { sys, paths, distro } = patient;
      const directories = findOldPackage(sys.fs, "/", paths.modulesDir ?? DEFAULT_MODULES_DIR);
      for (const directory of directories) {
        report.add({
          severity: "warning",
          what: `Code of the Python program is in "${directory}"`,
          why:
            distro.family === "debian"
              ? "an update of its package puts the Python program back in place"
              : "nothing runs it any more: what was changed there has no effect",
          fix: distro.family === "debian" ? "apt-mark hold cloud-init" : `rm -rf ${directory}`,
        });
        checkModules(patient, `${directory}/config`, report);
      }
      checkHandlers(patient, report);
    },
  };
}

const DEFAULT_MODULES_DIR = "/usr/lib/cloud-init/modules";

/** Its post-uninstall takes the links away, its pre-uninstall all state (compat core.md §1.1). */
async function checkRpm({ sys, distro }: Patient, report: DoctorReport): Promise<void> {
  if (!RPM_FAMILIES.has(distro.family)) {
    return;
  }
  const name = await findOldRpm(sys);
  if (name !== undefined) {
    report.add({
      severity: "warning",
      what: `The database of RPM has the package "${name}"`,
      why: "an update of it puts the Python program back in place, and its removal deletes the boot links and all state of cloud-init",
      fix: "rpm -e --justdb --noscripts cloud-init",
    });
  }
}

const RPM_FAMILIES = new Set(["aix", "redhat", "suse"]);

/** Those that are built in are passed over; those that a list names are the module lists' check. */
function checkModules(
  { sys: { fs }, paths, listsModule }: Patient,
  directory: string,
  report: DoctorReport,
): void {
  for (const file of isDirectory(fs, directory) ? fs.list(directory) : []) {
    const name = canonicalModuleName(/^cc_(\w+)\.py$/u.exec(file)?.[1] ?? "");
    const isOther =
      name !== "" &&
      findModule(name) === undefined &&
      findKnownName(name) === undefined &&
      !listsModule(name);
    if (isOther) {
      report.add({
        severity: "warning",
        what: `"${directory}/${file}" is a module of your own in Python`,
        why: "it is not run any more; an executable that reads JSON takes its place",
        fix: `vi ${paths.modulesDir ?? DEFAULT_MODULES_DIR}/${name}`,
      });
    }
  }
}

function checkHandlers({ sys: { fs }, paths }: Patient, report: DoctorReport): void {
  const names = isDirectory(fs, paths.handlersDir) ? fs.list(paths.handlersDir) : [];
  for (const name of names.filter((one) => one.endsWith(".py"))) {
    report.add({
      severity: "warning",
      what: `"${paths.handlersDir}/${name}" is a part handler in Python`,
      why: "it is not run any more: parts of user-data that it took are passed over",
      fix: `rm ${paths.handlersDir}/${name}`,
    });
  }
}
