import type { DoctorCheck } from "../../distros/doctor-adapter.ts";
import { clockCheck } from "./clock-check.ts";
import { configCheck } from "./config-check.ts";
import { datasourceListCheck } from "./datasource-list-check.ts";
import { driveCheck } from "./drive-check.ts";
import { findInstallItems } from "./install-items.ts";
import { installedFilesCheck } from "./installed-files-check.ts";
import { lastBootCheck } from "./last-boot-check.ts";
import { logFilesCheck } from "./log-files-check.ts";
import { metadataAddressCheck } from "./metadata-address-check.ts";
import { moduleListsCheck } from "./module-lists-check.ts";
import { oldPackageCheck } from "./old-package-check.ts";
import { otherAgentsCheck } from "./other-agents-check.ts";
import type { Patient } from "./patient.ts";
import { secretFilesCheck } from "./secret-files-check.ts";
import { trustedPathsCheck } from "./trusted-paths-check.ts";
import { userScriptsCheck } from "./user-scripts-check.ts";

/** Every check for this machine, in the order in which a boot depends on them. */
export function allChecks(patient: Patient): readonly DoctorCheck[] {
  const items = findInstallItems(patient);
  const own = patient.adapter?.checks(patient) ?? [];
  return [
    installedFilesCheck(patient, items),
    trustedPathsCheck(patient, items),
    configCheck(patient),
    moduleListsCheck(patient),
    userScriptsCheck(patient),
    datasourceListCheck(patient),
    driveCheck(patient),
    metadataAddressCheck(patient),
    lastBootCheck(patient),
    secretFilesCheck(patient),
    logFilesCheck(patient),
    clockCheck(patient),
    oldPackageCheck(patient),
    ...(patient.distro.name === "aix" ? [otherAgentsCheck(patient)] : []),
    ...own,
  ];
}
