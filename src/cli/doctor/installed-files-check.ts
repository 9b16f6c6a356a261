import type { DoctorCheck, DoctorReport } from "../../distros/doctor-adapter.ts";
import { exists, isFile, readText, statTarget } from "../../system/files.ts";
import { realPath } from "../../system/real-path.ts";
import { hasSameContent } from "../../system/same-content.ts";
import type { FileSystem } from "../../system/system.ts";
import { octalMode } from "../../text/octal-mode.ts";
import type { InstallItem } from "../install/install-item.ts";
import type { Patient } from "./patient.ts";

type FileItem = Extract<InstallItem, { readonly kind: "file" }>;
type LinkItem = Extract<InstallItem, { readonly kind: "link" }>;

/** The program, its links and what starts it at boot, as `install` puts them in place. */
export function installedFilesCheck(patient: Patient, items: readonly InstallItem[]): DoctorCheck {
  return {
    name: "installed-files",
    title: "program, links and boot scripts",
    run(report) {
      const missing: string[] = [];
      const wrongLinks: WrongLink[] = [];
      for (const item of items) {
        checkItem(patient, item, { missing, wrongLinks }, report);
      }
      reportWrongLinks(wrongLinks, patient.program, report);
      if (!items.some((item) => item.kind === "file" && !item.isUsers)) {
        report.add({
          severity: "error",
          what: "There is neither systemd nor a directory of sysvinit for boot scripts",
          why: "none of the four stages runs at boot",
          fix: `${patient.program} install`,
        });
      }
      if (missing.length > 0) {
        report.add({
          severity: "error",
          what: `Missing: ${missing.map((path) => `"${path}"`).join(", ")}`,
          why: "the stages that need it do not run at boot",
          fix: `${patient.program} install`,
        });
      }
    },
  };
}

interface WrongLink {
  readonly path: string;
  /** What is there instead. */
  readonly what: string;
}

/** What is told once for all. */
interface Collected {
  readonly missing: string[];
  readonly wrongLinks: WrongLink[];
}

/** By which init starts something: rc2.d, rcS.d, a unit's directory of wants. */
const BOOT_LINK = /\/rc[^/]*\.d\/|\.wants\//u;

function reportWrongLinks(
  wrong: readonly WrongLink[],
  program: string,
  report: DoctorReport,
): void {
  if (wrong.length > 0) {
    const isBoot = wrong.some(({ path }) => BOOT_LINK.test(path));
    report.add({
      severity: isBoot ? "error" : "warning",
      what: wrong.map(({ what }) => what).join("; "),
      why: isBoot
        ? "the boot runs something else in place of these stages"
        : "what is called by these names is something else",
      fix: `${program} install`,
    });
  }
}

function checkItem(
  patient: Patient,
  item: InstallItem,
  { missing, wrongLinks }: Collected,
  report: DoctorReport,
): void {
  const { fs } = patient.sys;
  switch (item.kind) {
    case "directory":
      // Each boot makes them.
      return;
    case "program":
      checkProgram(patient, item.path, missing, report);
      return;
    case "file":
      if (!item.isUsers || item.path === patient.paths.configFile) {
        checkFile(patient, item, missing, report);
      }
      return;
    case "link":
      checkLink(fs, item, { missing, wrongLinks });
  }
}

function checkProgram(
  { sys, program }: Patient,
  path: string,
  missing: string[],
  report: DoctorReport,
): void {
  const { fs } = sys;
  if (!isFile(fs, path)) {
    missing.push(path);
    return;
  }
  if (((statTarget(fs, path)?.mode ?? 0) & 0o111) !== 0o111) {
    report.add({
      severity: "error",
      what: `"${path}" has mode ${octalMode(statTarget(fs, path)?.mode ?? 0)}: it is not executable for all`,
      why: "no stage runs at boot, or users cannot ask for the status",
      fix: `chmod 755 ${path}`,
    });
  }
  const interpreter = findInterpreter(fs, path);
  if (interpreter?.includes("python") === true) {
    report.add({
      severity: "error",
      what: `"${path}" is the Python program of the old package ("${interpreter}")`,
      why: "the boot runs that one, not this",
      fix: `${program} install`,
    });
    return;
  }
  const running = sys.process.executablePath;
  const isInstalled = realPath(fs, running) === realPath(fs, path);
  if (!isInstalled && !running.endsWith(".ts") && !hasSameContent(fs, path, running)) {
    report.add({
      severity: "warning",
      what: `"${path}" is another program than "${running}", which looks at it`,
      why: "the boot runs the installed one: another version, or a file that was cut short",
      fix: `${program} install`,
    });
  }
}

const HEAD_BYTES = 128;

/** What follows "#!" in the first line; undefined for a binary. */
function findInterpreter(fs: FileSystem, path: string): string | undefined {
  const file = fs.open(path);
  try {
    const head = new TextDecoder("latin1").decode(file.read(0, HEAD_BYTES));
    return /^#!\s*([^\r\n]*)/u.exec(head)?.[1];
  } finally {
    file.close();
  }
}

function checkFile(
  { sys: { fs }, program }: Patient,
  item: FileItem,
  missing: string[],
  report: DoctorReport,
): void {
  const { path } = item;
  const stat = statTarget(fs, path);
  if (stat?.kind !== "file") {
    if (exists(fs, path)) {
      report.add({
        severity: "error",
        what: describeOther(fs, path),
        why: "the stages that need it do not run at boot",
        fix: `rm -r ${path} && ${program} install`,
      });
    } else {
      missing.push(path);
    }
    return;
  }
  if ((item.mode & 0o111) !== 0 && (stat.mode & 0o100) === 0) {
    report.add({
      severity: "error",
      what: `"${path}" has mode ${octalMode(stat.mode)}: it is not executable`,
      why: "its stage does not run at boot",
      fix: `chmod 755 ${path}`,
    });
  }
  if (!item.isUsers && readText(fs, path) !== item.content) {
    report.add({
      severity: "warning",
      what: `"${path}" is not the one that this version installs`,
      why: "it was edited, or is of another version: what starts at boot may be something else",
      fix: `${program} install`,
    });
  }
}

/** A unit that is masked (systemctl(1)) is a link to /dev/null. */
function describeOther(fs: FileSystem, path: string): string {
  const target = fs.readLink(path);
  return target === undefined
    ? `"${path}" is no file`
    : `"${path}" is a link to "${target}", where no file is`;
}

function checkLink(
  fs: FileSystem,
  { path, target }: LinkItem,
  { missing, wrongLinks }: Collected,
): void {
  const found = fs.readLink(path);
  if (found === undefined && !exists(fs, path)) {
    missing.push(path);
    return;
  }
  const directory = path.slice(0, path.lastIndexOf("/"));
  const wanted = target.startsWith("/") ? target : `${directory}/${target}`;
  // Another way to write the same place is as good.
  if (realPath(fs, path) !== realPath(fs, wanted)) {
    const what =
      found === undefined
        ? `"${path}" is no link to "${target}"`
        : `"${path}" is a link to "${found}" instead of "${target}"`;
    wrongLinks.push({ path, what });
  }
}
