import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { createExternalKeyCheck } from "../../modules/external-schemas.ts";
import { dottedPath, type PlacedFinding } from "../../modules/finding.ts";
import { validateCloudConfig } from "../../modules/validate-cloud-config.ts";
import { isDirectory, isFile } from "../../system/files.ts";
import { formatProblem } from "../../text/problem.ts";
import type { Patient } from "./patient.ts";

/** cloud.cfg and cloud.cfg.d: read as a boot reads them, and held against the schemas of the modules. */
export function configCheck(patient: Patient): DoctorCheck {
  return {
    name: "config",
    title: "configuration files",
    async run(report) {
      for (const problem of patient.configProblems) {
        report.add({
          severity: problem.severity === "warning" ? "warning" : "error",
          what: formatProblem(problem),
          why: "it is left out, and what it was to set stays as it is by default",
          fix: editCommand(problem.source ?? patient.paths.configFile, problem.line),
        });
      }
      for (const path of configFiles(patient)) {
        await checkFile(patient, path, report);
      }
    },
  };
}

const FILES_MAX = 1_000;

function configFiles({ sys: { fs }, paths }: Patient): readonly string[] {
  const directory = `${paths.configFile}.d`;
  const parts = isDirectory(fs, directory)
    ? fs.list(directory).filter((name) => name.endsWith(".cfg"))
    : [];
  return [
    paths.configFile,
    ...parts.slice(0, FILES_MAX).map((name) => `${directory}/${name}`),
  ].filter((path) => isFile(fs, path));
}

async function checkFile(
  { sys, distro, paths }: Patient,
  path: string,
  report: DoctorReport,
): Promise<void> {
  const bytes = sys.fs.readBytes(path);
  if (new TextDecoder().decode(bytes.subarray(0, 32)).startsWith("## template:")) {
    report.leaveOut(`"${path}" is a template: what it says depends on the instance`);
    return;
  }
  const { modulesDir } = paths;
  const { kind, findings } = await validateCloudConfig(bytes, path, {
    distro: distro.name,
    ...(modulesDir === undefined
      ? {}
      : {
          checkExternalKey: createExternalKeyCheck(sys, modulesDir, (message) =>
            report.add({
              severity: "warning",
              what: message,
              why: "what the module is given cannot be checked",
              fix: `ls -l ${modulesDir}`,
            }),
          ),
        }),
  });
  if (kind !== "checked") {
    // That it is no YAML, or no mapping, has been said.
    return;
  }
  for (const finding of findings) {
    if (finding.level === "error" || (finding.level === "unknown" && !isAnchorKey(finding))) {
      report.add({
        severity: finding.level === "error" ? "error" : "warning",
        what: describe(finding),
        why:
          finding.level === "error"
            ? "it is left out, or its module fails at boot"
            : "nothing reads it: what it was to set stays as it is by default",
        fix: editCommand(path, finding.line),
      });
    }
  }
}

/** `_log` and its like hold texts that are used by their anchors. */
function isAnchorKey({ path }: PlacedFinding): boolean {
  return typeof path[0] === "string" && path[0].startsWith("_");
}

function describe({ source, line, path, message }: PlacedFinding): string {
  const place = line === undefined ? source : `${source}:${line}`;
  return `${place}: ${path.length === 0 ? "" : `${dottedPath(path)}: `}${message}`;
}

/** vi(1) of every system goes to a line by "+N". */
function editCommand(path: string, line: number | undefined): string {
  return line === undefined ? `vi ${path}` : `vi +${line} ${path}`;
}
