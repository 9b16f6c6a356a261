import fs from "node:fs";
import process from "node:process";

/** What a process has open, and how each is open: see proc(5). Linux only. */
const OPEN = "/proc/self/fd";
const HOW_OPEN = "/proc/self/fdinfo";
/** In the octal "flags" of the latter: children do not get it (fcntl(2)). */
const CLOSE_ON_EXEC = 0o2_000_000;
/** A line for each lock that is held by it. */
const IS_LOCKED = /^lock:/mu;
/** Node.js keeps all below from its children by itself (libuv, uv_disable_stdio_inheritance). */
const FIRST_LEAKING = 16;

/**
 * Closes what our caller had open beyond the streams, since Node.js would pass the higher of those on
 * to each command, and a daemon would keep somebody's file or console for ever. Bun passes on none.
 *
 * What has to live as long as we do stays open, and commands get it, too: a file that is locked (the
 * lock of `( flock -n 200; cloud-init … ) 200>FILE` would be free at once), a pipe, FIFO or socket
 * (whoever waits at its other end would take us for ended), and what an argument names ("/dev/fd/63"
 * of a shell's `<(…)`). Without Linux's /proc nothing tells what is inherited and what is the
 * runtime's own: nothing is closed.
 */
export function closeInherited({
  versions,
  argv,
}: Pick<NodeJS.Process, "argv" | "versions"> = process): void {
  if (versions["bun"] !== undefined) {
    return;
  }
  for (const fd of openDescriptors()) {
    if (fd >= FIRST_LEAKING && isIdle(fd) && !argv.some((arg) => names(arg, fd))) {
      closeQuietly(fd);
    }
  }
}

function openDescriptors(): readonly number[] {
  try {
    return fs.readdirSync(OPEN).map(Number);
  } catch {
    return [];
  }
}

/** Whether children would get it, and nobody relies on its being open. */
function isIdle(fd: number): boolean {
  try {
    const how = fs.readFileSync(`${HOW_OPEN}/${fd}`, "utf8");
    const flags = /^flags:\s*([0-7]+)$/mu.exec(how)?.[1];
    const isForChildren = flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
    const stat = fs.fstatSync(fd);
    return isForChildren && !IS_LOCKED.test(how) && !stat.isFIFO() && !stat.isSocket();
  } catch {
    return false;
  }
}

function names(argument: string, fd: number): boolean {
  return argument.endsWith(`/fd/${fd}`);
}

function closeQuietly(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {
    // It is as good as closed.
  }
}
