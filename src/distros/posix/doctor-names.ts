import { exists, readTextIfExists, statTarget } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import { octalMode } from "../../text/octal-mode.ts";
import type { DoctorCheck, DoctorReport } from "../doctor-adapter.ts";

const HOSTS = "/etc/hosts";
const RESOLV_CONF = "/etc/resolv.conf";

/** hosts(5) and resolv.conf(5), as far as a boot depends on them. */
export function doctorNameChecks(fs: FileSystem): readonly DoctorCheck[] {
  return [
    { name: "hosts", title: "localhost in /etc/hosts", run: (report) => checkHosts(fs, report) },
    { name: "resolver", title: "name servers", run: (report) => checkResolver(fs, report) },
  ];
}

function checkHosts(fs: FileSystem, report: DoctorReport): void {
  const text = readTextIfExists(fs, HOSTS);
  const hasLocalhost = (text ?? "").split("\n").some((line) => {
    const [address, ...names] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/u);
    return address?.startsWith("127.") === true && names.includes("localhost");
  });
  if (!hasLocalhost) {
    report.add({
      severity: "warning",
      what:
        text === undefined ? `There is no "${HOSTS}"` : `"${HOSTS}" has no address for "localhost"`,
      why: "programs that talk to their own machine ask a name server for it, and wait",
      fix: `echo '127.0.0.1 loopback localhost' >> ${HOSTS}`,
    });
  }
}

/** Nothing there is no fault: not every machine has name servers. */
function checkResolver(fs: FileSystem, report: DoctorReport): void {
  if (!exists(fs, RESOLV_CONF)) {
    report.fact("name servers", "none");
    return;
  }
  const stat = statTarget(fs, RESOLV_CONF);
  if (stat?.kind !== "file") {
    const target = fs.readLink(RESOLV_CONF);
    report.add({
      severity: "warning",
      what:
        target === undefined
          ? `"${RESOLV_CONF}" is no file`
          : `"${RESOLV_CONF}" is a link to "${target}", where no file is`,
      why: "no name can be looked up",
      fix: `rm -r ${RESOLV_CONF}`,
    });
    return;
  }
  if ((stat.mode & 0o044) !== 0o044) {
    report.add({
      severity: "warning",
      what: `"${RESOLV_CONF}" has mode ${octalMode(stat.mode)}`,
      why: "only root can look up names; users and daemons cannot",
      fix: `chmod 644 ${RESOLV_CONF}`,
    });
  }
  const servers = (readTextIfExists(fs, RESOLV_CONF) ?? "")
    .split("\n")
    .flatMap((line) => /^\s*nameserver\s+(\S+)/u.exec(line)?.[1] ?? []);
  report.fact("name servers", servers.length === 0 ? "none" : servers.join(", "));
}
