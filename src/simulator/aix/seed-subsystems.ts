import type { Subsystem } from "./machine.ts";

/** Subsystems of AIX 7.3 that matter to an agent: name, group, method. Nothing runs yet. */
export function createSubsystems(): Subsystem[] {
  return ROWS.map(([name, group, method]) => ({ name, group, method, state: "inoperative" }));
}

/** Those that /etc/inittab and /etc/rc start before any script of rc2.d. */
export const BOOT_SUBSYSTEMS: readonly string[] = ["aso", "qdaemon", "writesrv", "clcomd"];

const ROWS: readonly (readonly [string, string, Subsystem["method"]])[] = [
  ["syslogd", "ras", "sockets"],
  ["aso", "", "sockets"],
  ["portmap", "portmap", "sockets"],
  ["inetd", "tcpip", "sockets"],
  ["xntpd", "tcpip", "sockets"],
  ["snmpd", "tcpip", "sockets"],
  ["named", "tcpip", "sockets"],
  ["dhcpcd", "tcpip", "sockets"],
  ["dhcpcd6", "tcpip", "sockets"],
  ["ndpd-host", "tcpip", "sockets"],
  ["sendmail", "mail", "signals"],
  ["sshd", "ssh", "signals"],
  ["qdaemon", "spooler", "signals"],
  ["writesrv", "spooler", "signals"],
  ["lpd", "spooler", "sockets"],
  ["clcomd", "caa", "signals"],
  ["ctrmc", "rsct", "sockets"],
  ["ctcas", "rsct", "sockets"],
  ["cdromd", "", "signals"],
];
