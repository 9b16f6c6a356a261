import { exists, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DoctorCheck, DoctorReport, DoctorSubject } from "../doctor-adapter.ts";

const LSLPP = "/usr/bin/lslpp";
const LSLPP_TIMEOUT_MS = 20_000;
const FILESET = "rsct.core.rmc";
/** IBM Power Virtual Server's for RMC (compat datasources-clouds.md §13.1). */
const LEVEL_MIN = [3, 2, 1];
const ROOTS = ["/usr/sbin/rsct", "/opt/rsct"];
const NODE_ID = "/etc/ct_node_id";
const KEPT_NODE_ID = "/var/ct/cfg/ct_node_id";

/** RMC, by which the management console and PowerVC know the machine (aix/commands.md §9). */
export function rsctCheck(sys: System, subject: DoctorSubject): DoctorCheck {
  return {
    name: "rsct",
    title: "RSCT level and node id",
    async run(report) {
      const root = ROOTS.find((one) => exists(sys.fs, `${one}/bin/rmcctrl`));
      if (root === undefined) {
        report.add({
          severity: "warning",
          what: "RSCT is not installed",
          why: "the management console sees no RMC connection: no DLPAR, no live migration, and PowerVC shows the machine as not healthy",
          fix: "installp -acgXY -d /dev/cd0 rsct.core",
        });
        return;
      }
      await checkLevel(sys, report);
      checkNodeId(sys, `${root}/install/bin/recfgct`, report);
      if (!subject.listsModule("reset_rmc")) {
        report.add({
          severity: "warning",
          what: 'The module "reset_rmc" is in no module list',
          why: "every machine made of this image keeps its node id, and the management console takes them for one machine",
          fix: `vi ${subject.paths.configFile}`,
        });
      }
    },
  };
}

async function checkLevel(sys: System, report: DoctorReport): Promise<void> {
  const { stdout } = await sys.exec.query([LSLPP, "-Lc", FILESET], {
    okExitCodes: "any",
    timeoutMs: LSLPP_TIMEOUT_MS,
  });
  // pkg:fileset:level:…
  const level = stdout
    .split("\n")
    .map((line) => line.split(":"))
    .find((row) => row[1] === FILESET)?.[2];
  if (level === undefined) {
    report.leaveOut(`lslpp does not tell the level of ${FILESET}`);
    return;
  }
  report.fact("RSCT level", level);
  if (isOlder(level)) {
    report.add({
      severity: "warning",
      what: `RSCT has level ${level}`,
      why: `Power Virtual Server needs ${LEVEL_MIN.join(".")} or later for its RMC connection, which goes over link-local IPv6 addresses`,
      fix: "installp -acgXY -d /dev/cd0 rsct.core",
    });
  }
}

function isOlder(level: string): boolean {
  const numbers = level.split(".").map(Number);
  for (const [index, wanted] of LEVEL_MIN.entries()) {
    const found = numbers[index] ?? 0;
    if (found !== wanted) {
      return found < wanted;
    }
  }
  return false;
}

function checkNodeId(sys: System, recfgct: string, report: DoctorReport): void {
  const [id, kept] = [NODE_ID, KEPT_NODE_ID].map((path) => readNodeId(sys, path));
  report.fact("RSCT node id", id ?? "none");
  // `seal` takes both away: the next boot makes a new one.
  if (id !== kept) {
    report.add({
      severity: "warning",
      what: `The RSCT node id is "${id ?? ""}" in "${NODE_ID}" and "${kept ?? ""}" in "${KEPT_NODE_ID}"`,
      why: "RMC does not start, or the management console takes the machine for another one",
      fix: recfgct,
    });
  }
}

/** 16 hexadecimal digits in the first line; anything else is as good as nothing. */
function readNodeId(sys: System, path: string): string | undefined {
  const line = (readTextIfExists(sys.fs, path) ?? "").split("\n", 1)[0]?.trim() ?? "";
  return /^[0-9a-f]{16}$/iu.test(line) ? line.toLowerCase() : undefined;
}
