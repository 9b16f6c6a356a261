import { posix } from "node:path";
import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { isDirectory } from "../../system/files.ts";
import { realPath } from "../../system/real-path.ts";
import type { FileStat, FileSystem } from "../../system/system.ts";
import { octalMode } from "../../text/octal-mode.ts";
import type { InstallItem } from "../install/install-item.ts";
import type { Patient } from "./patient.ts";

/** What root runs or reads at boot belongs to root, every directory on the way too, and nobody else can write there. */
export function trustedPathsCheck(patient: Patient, items: readonly InstallItem[]): DoctorCheck {
  return {
    name: "permissions",
    title: "owners and modes of what runs at boot",
    run(report) {
      const { sys, adapter } = patient;
      const uids = [0, ...(adapter?.systemUids ?? [])];
      const seen = new Set<string>();
      for (const path of [...items.map((item) => item.path), ...configuredPaths(patient)]) {
        for (const place of placesOf(sys.fs, path)) {
          const stat = seen.has(place) ? undefined : sys.fs.stat(place);
          seen.add(place);
          if (stat !== undefined) {
            checkPlace(place, stat, uids, report);
          }
        }
      }
    },
  };
}

const FILES_MAX = 1_000;

/** Configuration, modules and scripts of the user's that run as root. */
function configuredPaths({ sys: { fs }, paths }: Patient): readonly string[] {
  const { scriptsDir, modulesDir } = paths;
  const directories = [
    `${paths.configFile}.d`,
    ...(modulesDir === undefined ? [] : [modulesDir]),
    `${scriptsDir}/per-boot`,
    `${scriptsDir}/per-instance`,
    `${scriptsDir}/per-once`,
    `${scriptsDir}/vendor`,
    paths.seedDir,
    paths.handlersDir,
    paths.instancesDir,
  ];
  return [
    ...directories,
    ...directories
      .filter((directory) => isDirectory(fs, directory))
      .flatMap((directory) =>
        fs
          .list(directory)
          .slice(0, FILES_MAX)
          .map((name) => `${directory}/${name}`),
      ),
    paths.dataDir,
    paths.semDir,
    paths.runDir,
  ];
}

/** The place that a path leads to, and every directory above it. */
function placesOf(fs: FileSystem, path: string): readonly string[] {
  const places = ["/"];
  const parts = (realPath(fs, path) ?? "/").split("/").filter((part) => part !== "");
  for (const part of parts) {
    places.push(posix.join(places.at(-1) ?? "/", part));
  }
  return places;
}

function checkPlace(
  path: string,
  { kind, mode, uid, gid }: FileStat,
  trustedUids: readonly number[],
  report: DoctorReport,
): void {
  if (kind === "device") {
    // A unit that is masked leads to /dev/null.
    return;
  }
  const what = kind === "directory" ? "directory" : "file";
  if (!trustedUids.includes(uid)) {
    report.add({
      severity: "error",
      what: `The ${what} "${path}" belongs to user ${uid}`,
      why: "this user can put something else there, which then runs as root",
      fix: `chown root ${path}`,
    });
  }
  // Who may write in a sticky directory cannot replace what is another's.
  const isSticky = kind === "directory" && (mode & 0o1000) !== 0;
  if ((mode & 0o022) === 0 || isSticky) {
    return;
  }
  const isForAll = (mode & 0o002) !== 0;
  report.add({
    severity: isForAll ? "error" : "warning",
    what: `The ${what} "${path}" has mode ${octalMode(mode)}: ${isForAll ? "everybody" : `group ${gid}`} can write there`,
    why: "what is put there runs as root, or tells root what to do",
    fix: `chmod go-w ${path}`,
  });
}
