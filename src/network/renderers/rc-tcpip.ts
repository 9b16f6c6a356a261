export const RC_TCPIP_PATH = "/etc/rc.tcpip";

/** Ends each line of ours, so that it is found again. */
const MARK = "# cloud-init";

/** What /etc/rc.tcpip says of a daemon. */
export interface DaemonLine {
  readonly isOn: boolean;
  /** `start /usr/sbin/autoconf6 "" " -i en0"`, without a comment sign. */
  readonly text: string;
}

/** The line that starts a daemon, switched on or off with "#" (aix/commands.md §3.8); undefined where there is none. */
export function findDaemonLine(text: string, daemon: string): DaemonLine | undefined {
  for (const line of text.split("\n")) {
    const [, sign, start, name] = /^(#*)\s*(start\s+\S*\/([^/\s]+)(?:\s.*)?)$/u.exec(line) ?? [];
    if (name === daemon && start !== undefined) {
      return { isOn: sign === "", text: start };
    }
  }
  return undefined;
}

/**
 * The file with these lines of ours and no others: `afterAutoconf` right after the line that
 * autoconf6 has, since ndpd-host comes after it; `atEnd` at the end, or before an `exit` there.
 */
export function editMarkedLines(
  text: string,
  lines: { readonly afterAutoconf: readonly string[]; readonly atEnd: readonly string[] },
): string {
  const kept = text
    .replace(/\n$/u, "")
    .split("\n")
    .filter((line) => !line.trimEnd().endsWith(MARK));
  const mark = (line: string): string => `${line} ${MARK}`;
  const place = kept.findIndex((line) => /^#*\s*start\s+\S*\/autoconf6(?:\s|$)/u.test(line));
  const early = lines.afterAutoconf.map(mark);
  const late = lines.atEnd.map(mark);
  const isExit = /^\s*(?:exit|return)\b/u.test(kept.at(-1) ?? "");
  const body = isExit ? kept.slice(0, -1) : kept;
  const tail = isExit ? kept.slice(-1) : [];
  const all =
    place === -1
      ? [...body, ...early, ...late, ...tail]
      : [...body.slice(0, place + 1), ...early, ...body.slice(place + 1), ...late, ...tail];
  return `${all.join("\n")}\n`;
}

/** A command line that says nothing at boot, whatever it finds. */
export function silently(command: string): string {
  return `${command} >/dev/null 2>&1`;
}

/** The command lines of ours. */
export function listMarkedLines(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const plain = line.trimEnd();
    return plain.endsWith(MARK) ? [plain.slice(0, -MARK.length).trimEnd()] : [];
  });
}
