import { LOCK_HOLDER_VARIABLE } from "../instance/lock-holder.ts";
import { isFile, readTextIfExists } from "../system/files.ts";
import { pollUntil } from "../system/retry.ts";
import type { System } from "../system/system.ts";
import { errorChain } from "../text/error-message.ts";
import type { StageFrame } from "./stage-frame.ts";

const WAIT_MS = 120_000;
const POLL_MS = 250;

/**
 * One stage at a time (compat pitfalls.md C20): two at once would write the same files. Waits for
 * another one, but not for ever; a lock whose process is gone is taken over. Returns what gives the
 * lock back, or undefined where another stage still runs.
 */
export async function takeLock(frame: StageFrame): Promise<(() => void) | undefined> {
  const { base, paths } = frame;
  const path = lockPath(paths.runDir);
  const holder = readHolder(base, path);
  if (holder !== undefined && base.process.env[LOCK_HOLDER_VARIABLE] === String(holder)) {
    // We were started by a script of the stage that holds it, and it waits for us.
    return () => {};
  }
  let isAnnounced = false;
  const attempt = (): Promise<true | undefined> => {
    const result = tryLock(base, path);
    if (result === "held" && !isAnnounced) {
      isAnnounced = true;
      frame.log.info(
        `Another cloud-init (process ${readHolder(base, path) ?? "unknown"}) is running: waiting up to ${WAIT_MS / 1_000} seconds for it to end`,
      );
    }
    return Promise.resolve(result === "taken" ? true : undefined);
  };
  try {
    const taken = await pollUntil(base, attempt, { timeoutMs: WAIT_MS, intervalMs: POLL_MS });
    return taken === undefined ? undefined : () => release(base, path);
  } catch (error) {
    // A full or read-only /run must not keep the machine from being set up.
    frame.log.warn(`Cannot lock "${path}", going on without: ${errorChain(error)}`);
    return () => {};
  }
}

/** The process of the stage that runs now, or undefined where none does. */
export function findRunningStage(sys: System, runDir: string): number | undefined {
  const path = lockPath(runDir);
  const holder = readHolder(sys, path);
  return holder !== undefined && isAlive(sys, path, holder) ? holder : undefined;
}

function lockPath(runDir: string): string {
  return `${runDir}/stage.lock`;
}

/** A lock, and claims on claims that were cut off. */
const CLAIM_DEPTH_MAX = 4;

function tryLock(sys: System, path: string, depth = 0): "taken" | "held" {
  if (writeOwn(sys, path)) {
    return "taken";
  }
  const name = nameDead(sys, path);
  if (name === undefined || depth >= CLAIM_DEPTH_MAX) {
    return "held";
  }
  // What is there belongs to nobody: a process that was killed, or a machine that lost power. Of
  // those who see that at once, only the one who claims this very lock may take it away.
  const claim = `${path}.${name}`;
  if (tryLock(sys, claim, depth + 1) === "held") {
    return "held";
  }
  try {
    if (nameDead(sys, path) === name) {
      sys.fs.remove(path);
    }
    return writeOwn(sys, path) ? "taken" : "held";
  } finally {
    release(sys, claim);
  }
}

/** False where something is there already. */
function writeOwn(sys: System, path: string): boolean {
  try {
    sys.fs.write(path, `${sys.process.pid}\n`, { mode: 0o644, exclusive: true });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

/** What tells a lock that belongs to nobody from those before and after it; undefined where its holder lives, or it is gone. */
function nameDead(sys: System, path: string): string | undefined {
  const stat = sys.fs.stat(path);
  if (stat === undefined) {
    return undefined;
  }
  const holder = readHolder(sys, path);
  const isHeld = holder !== undefined && isAlive(sys, path, holder);
  return isHeld ? undefined : `${holder ?? "nobody"}-${Math.trunc(stat.modifiedMs)}`;
}

function release(sys: System, path: string): void {
  if (readHolder(sys, path) === sys.process.pid) {
    sys.fs.remove(path);
  }
}

function readHolder(sys: System, path: string): number | undefined {
  if (!isFile(sys.fs, path)) {
    return undefined;
  }
  const pid = Number(readTextIfExists(sys.fs, path)?.trim());
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** Both AIX and Linux have a directory in /proc for each process; a lock from before this boot says nothing, since numbers come again. */
function isAlive(sys: System, path: string, pid: number): boolean {
  const uptimeSeconds = sys.clock.uptimeSeconds();
  const madeMs = sys.fs.stat(path)?.modifiedMs ?? 0;
  const isFromEarlierBoot =
    uptimeSeconds !== undefined && madeMs < sys.clock.now().getTime() - uptimeSeconds * 1_000;
  return !isFromEarlierBoot && pid !== sys.process.pid && sys.fs.stat(`/proc/${pid}`) !== undefined;
}
