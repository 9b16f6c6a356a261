import { isDirectory, isFile, readTextIfExists, statTarget } from "../../system/files.ts";
import { realPath } from "../../system/real-path.ts";
import type { FileSystem } from "../../system/system.ts";
import type { DoctorCheck, DoctorReport } from "../doctor-adapter.ts";

const INITTAB = "/etc/inittab";
const RC_TCPIP = "/etc/rc.tcpip";
const RC2_DIRECTORY = "/etc/rc.d/rc2.d";
/** The last of our links: what sorts behind it runs when the machine is set up. */
const LAST_LINK = "S04cloud-final";
const OWN_LINKS = new Set(["S01cloud-init-local", "S02cloud-init", "S03cloud-config", LAST_LINK]);
const OWN_SCRIPT = /^\/etc\/rc\.d\/init\.d\/cloud-(?:init-local|init|config|final)$/u;

/** When init(8) runs the four stages: once the network of rc.tcpip is there, before sshd, each once (aix/commands.md §4.2, §4.3). */
export function bootOrderCheck(fs: FileSystem): DoctorCheck {
  return {
    name: "boot-order",
    title: "order of the boot scripts",
    run(report) {
      checkInittab(fs, report);
      checkRunLevelDirectory(fs, report);
    },
  };
}

/** `id:runlevels:action:command` (inittab(4)). */
interface InittabLine {
  readonly id: string;
  readonly levels: string;
  readonly action: string;
  readonly command: string;
}

function parseInittab(text: string): readonly InittabLine[] {
  return text.split("\n").flatMap((line) => {
    const [, id, levels = "", action = "", command = ""] =
      /^([^:#\s][^:]*):([^:]*):([^:]*):(.*)$/u.exec(line) ?? [];
    return id === undefined ? [] : [{ id, levels, action, command: command.trim() }];
  });
}

function checkInittab(fs: FileSystem, report: DoctorReport): void {
  const lines = parseInittab(readTextIfExists(fs, INITTAB) ?? "");
  const initial = lines.find(({ action }) => action === "initdefault")?.levels;
  if (initial !== "2") {
    report.add({
      severity: "error",
      what: `"${INITTAB}" begins with run level "${initial ?? ""}"`,
      why: "the boot scripts are in run level 2, and do not run in another",
      fix: 'chitab "init:2:initdefault:"',
    });
  }
  const runsAt = lines.findIndex(
    ({ levels, command }) =>
      levels.includes("2") && /(?:^|\s)\/etc\/rc\.d\/rc\s+2\b/u.test(command),
  );
  const run = lines[runsAt];
  if (run === undefined || run.action === "off") {
    report.add({
      severity: "error",
      what: `"${INITTAB}" does not run "/etc/rc.d/rc 2"`,
      why: "none of the four stages runs at boot",
      fix:
        run === undefined
          ? 'mkitab "l2:2:wait:/etc/rc.d/rc 2"'
          : `chitab "${run.id}:2:wait:/etc/rc.d/rc 2"`,
    });
    return;
  }
  if (run.action !== "wait") {
    report.add({
      severity: "warning",
      what: `"${INITTAB}" runs "/etc/rc.d/rc 2" with action "${run.action}" instead of "wait"`,
      why: "init goes on while the stages run: RMC and others start on a machine that is half set up",
      fix: `chitab "${run.id}:2:wait:/etc/rc.d/rc 2"`,
    });
  }
  const networkAt = lines.findIndex(
    ({ command, action }) => action !== "off" && command.startsWith(RC_TCPIP),
  );
  if (networkAt === -1 || networkAt > runsAt) {
    report.add({
      severity: "error",
      what:
        networkAt === -1
          ? `"${INITTAB}" does not run "${RC_TCPIP}"`
          : `"${INITTAB}" runs "${RC_TCPIP}" after "/etc/rc.d/rc 2"`,
      why: "the stages run before syslogd and the other daemons of the network are there",
      fix:
        networkAt === -1
          ? `mkitab -i srcmstr "rctcpip:23456789:wait:${RC_TCPIP} > /dev/console 2>&1"`
          : `rmitab ${run.id} && mkitab -i ${lines[networkAt]?.id ?? "rctcpip"} "l2:2:wait:/etc/rc.d/rc 2"`,
    });
  } else if (!isFile(fs, RC_TCPIP) || ((statTarget(fs, RC_TCPIP)?.mode ?? 0) & 0o100) === 0) {
    report.add({
      severity: "warning",
      what: `"${RC_TCPIP}" is no file that root can execute`,
      why: "no daemon of the network starts at boot",
      fix: `chmod 774 ${RC_TCPIP}`,
    });
  }
}

function checkRunLevelDirectory(fs: FileSystem, report: DoctorReport): void {
  const names = isDirectory(fs, RC2_DIRECTORY)
    ? fs.list(RC2_DIRECTORY).filter((name) => name.startsWith("S"))
    : [];
  for (const name of names.filter((one) => !OWN_LINKS.has(one))) {
    const path = `${RC2_DIRECTORY}/${name}`;
    const target = realPath(fs, path);
    if (target !== undefined && OWN_SCRIPT.test(target)) {
      report.add({
        severity: "warning",
        what: `"${path}" runs "${target}" a second time`,
        why: "the stage runs twice in each boot",
        fix: `rm ${path}`,
      });
    } else if (name < LAST_LINK && /^S\d*(?:open)?sshd?$/u.test(name)) {
      report.add({
        severity: "warning",
        what: `"${path}" starts sshd before the machine is set up`,
        why: "sshd shows the host keys of the image, and lets in who knows its passwords",
        fix: `mv ${path} ${RC2_DIRECTORY}/Ssshd`,
      });
    }
  }
}
