import { isDirectory, readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { DoctorCheck } from "../doctor-adapter.ts";
import { assignmentFile } from "../posix/assignment-file.ts";
import { hasZone } from "../posix/find-zone.ts";
import { isPosixZone } from "../posix/zone-name.ts";
import { parseStanzas } from "./stanza-file.ts";

const FILE_SYSTEMS = "/etc/filesystems";
/** `type` of the stanzas that `mounts` writes. */
const OWN_TYPE = "cloudconfig";
const ENVIRONMENT = "/etc/environment";
const ZONE_DIRECTORY = "/usr/share/lib/zoneinfo";

/** The stanzas of ours in /etc/filesystems: "mount all" of the boot reads them before we do. */
export function fileSystemsCheck(fs: FileSystem): DoctorCheck {
  return {
    name: "file-systems",
    title: "own entries of /etc/filesystems",
    run(report) {
      const stanzas = parseStanzas(readTextIfExists(fs, FILE_SYSTEMS) ?? "");
      if (stanzas.size === 0) {
        report.add({
          severity: "error",
          what: `"${FILE_SYSTEMS}" has no entries`,
          why: "AIX mounts its own file systems by it, and does not boot without",
          fix: `lsvg -l rootvg; vi ${FILE_SYSTEMS}`,
        });
      }
      const owners = new Map<string, string>();
      for (const [mountPoint, stanza] of stanzas) {
        const device = stanza.get("dev") ?? "";
        const other = owners.get(device);
        owners.set(device, mountPoint);
        if (stanza.get("type") !== OWN_TYPE) {
          continue;
        }
        const missing = ["dev", "vfs"].filter((name) => (stanza.get(name) ?? "") === "");
        const wrong =
          missing.length > 0
            ? `has no "${missing.join('" and no "')}"`
            : other !== undefined
              ? `has the device "${device}" of "${other}"`
              : !isDirectory(fs, mountPoint)
                ? "is no directory"
                : undefined;
        if (wrong !== undefined) {
          report.add({
            severity: "warning",
            what: `The entry "${mountPoint}" of "${FILE_SYSTEMS}" ${wrong}`,
            why: "it cannot be mounted at boot, and what is written there fills the file system below",
            fix: wrong === "is no directory" ? `mkdir -p ${mountPoint}` : `vi ${FILE_SYSTEMS}`,
          });
        }
      }
    },
  };
}

/** TZ of /etc/environment: of a zone that it does not know the C library makes UTC under that name. */
export function timeZoneCheck(fs: FileSystem): DoctorCheck {
  return {
    name: "time-zone",
    title: "time zone",
    run(report) {
      const zone = assignmentFile(fs, ENVIRONMENT).read("TZ");
      report.fact("time zone", zone ?? "not set");
      if (zone === undefined || zone === "" || isPosixZone(zone)) {
        return;
      }
      if (!isDirectory(fs, ZONE_DIRECTORY)) {
        report.leaveOut(`there is no "${ZONE_DIRECTORY}" to look up "${zone}" in`);
      } else if (!hasZone(fs, ZONE_DIRECTORY, zone)) {
        report.add({
          severity: "warning",
          what: `The time zone "${zone}" of "${ENVIRONMENT}" is not in "${ZONE_DIRECTORY}"`,
          why: "times are those of UTC, under a wrong name",
          fix: "chtz UTC",
        });
      }
    },
  };
}
