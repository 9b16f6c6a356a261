/**
 * The command line that leaves `argv` behind: a shell starts a child without any of our streams and
 * ends at once; the child waits until process `pid` is gone (`waitsMs` at most), then runs `argv`.
 * What goes wrong then can only be said to syslog: `logger` is at this path on AIX and on Linux.
 */
export function leaveBehind(
  argv: readonly string[],
  options: { readonly waitsMs: number; readonly pid: number },
): readonly string[] {
  const seconds = Math.ceil(options.waitsMs / 1000);
  return ["/bin/sh", "-c", SCRIPT, "cloud-init", String(options.pid), String(seconds), ...argv];
}

/** HUP: the stage's session may end meanwhile. Only what the Bourne shells of AIX and Linux all know. */
const SCRIPT = [
  "(",
  "trap '' HUP",
  "count=0",
  'while [ "$count" -lt "$2" ] && kill -0 "$1"; do sleep 1; count=`expr "$count" + 1`; done',
  "shift 2",
  '"$@" || /usr/bin/logger -p user.err -t cloud-init "$* ended with exit code $?"',
  ") </dev/null >/dev/null 2>&1 &",
].join("\n");
