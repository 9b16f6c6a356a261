import { exists, readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";

const SYSLOG_CONF = "/etc/syslog.conf";
/** rsyslogd and syslog-ng, of the AIX Toolbox or not, have rules of their own in syslogd's place. */
const OTHER_DAEMON_CONFS = ["/etc", "/opt/freeware/etc"].flatMap((directory) =>
  ["rsyslog.conf", "syslog-ng.conf", "syslog-ng"].map((name) => `${directory}/${name}`),
);
const RC_TCPIP = "/etc/rc.tcpip";
/** Those that do not take "info", weakest last (IBM's page of syslog.conf). */
const STRONGER = new Set([
  "emerg",
  "panic",
  "alert",
  "crit",
  "err",
  "error",
  "warning",
  "warn",
  "notice",
  "none",
]);

/**
 * Whether it is sure that syslogd throws a message of `facility` at priority "info" away: AIX comes
 * without rules (aix/commands.md §13). False wherever a line is not understood, or the daemon may
 * read another file.
 */
export function isInfoDiscarded(fs: FileSystem, facility: string): boolean {
  const text = readTextIfExists(fs, SYSLOG_CONF);
  if (text === undefined || OTHER_DAEMON_CONFS.some((path) => exists(fs, path))) {
    return false;
  }
  const starts = (readTextIfExists(fs, RC_TCPIP) ?? "")
    .split("\n")
    .filter((line) => /^\s*start\s+\S*syslogd\b/u.test(line));
  return (
    starts.every((line) => !/\s"?[^"]*-[A-Za-z]*f/u.test(line)) &&
    text.split("\n").every((line) => isComment(line) || isWithout(line, facility))
  );
}

function isComment(line: string): boolean {
  return /^\s*(?:#|$)/u.test(line);
}

/** Rules are "FACILITY[,FACILITY…].PRIORITY[;…] <blanks> DESTINATION …". */
function isWithout(line: string, facility: string): boolean {
  const [selectors = "", destination] = line.trim().split(/\s+/u);
  return (
    destination !== undefined &&
    selectors.split(";").every((selector) => {
      const [, facilities = "", priority = ""] =
        /^([a-z0-9,]+|\*)\.([a-z]+)$/u.exec(selector) ?? [];
      const names = facilities.split(",");
      return (
        facilities !== "" &&
        (STRONGER.has(priority) || !(names.includes("*") || names.includes(facility)))
      );
    })
  );
}
