import fs from "node:fs";
import { type AixMachine, exportMachine, importMachine } from "../../src/simulator/aix/machine.ts";
import { LOCK_FILE, MACHINE_FILE } from "./root-paths.ts";

const BREAK_FILE = `${LOCK_FILE}.break`;
const LOCK_WAIT_MS = 10_000;
const LOCK_POLL_MS = 2;
const LOCK_STALE_MS = 2_000;

/**
 * Runs `use` on the machine of the root at `root` ("" from inside it) while nobody else does, and
 * keeps what it changed.
 */
export function withMachine<T>(root: string, use: (machine: AixMachine) => T): T {
  lock(root);
  try {
    const before = fs.readFileSync(root + MACHINE_FILE, "utf8");
    const machine = importMachine(before);
    const result = use(machine);
    const after = exportMachine(machine);
    if (after !== before) {
      writeMachineText(root, after);
    }
    return result;
  } finally {
    fs.rmSync(root + LOCK_FILE, { force: true });
  }
}

/** The machine as it is now, without locking: the file is only ever replaced as a whole. */
export function readMachine(root: string): AixMachine {
  return importMachine(fs.readFileSync(root + MACHINE_FILE, "utf8"));
}

/** Replaces the machine, for a new root. */
export function writeMachine(root: string, machine: AixMachine): void {
  writeMachineText(root, exportMachine(machine));
}

/** Takes away a lock that a killed command left; only right while nothing runs in the root. */
export function unlock(root: string): void {
  fs.rmSync(root + LOCK_FILE, { force: true });
  fs.rmSync(root + BREAK_FILE, { force: true });
}

function writeMachineText(root: string, text: string): void {
  const temporary = `${root}${MACHINE_FILE}.${process.pid}`;
  fs.writeFileSync(temporary, text);
  fs.renameSync(temporary, root + MACHINE_FILE);
}

function lock(root: string): void {
  const deadline = Date.now() + LOCK_WAIT_MS;
  while (!tryCreate(root + LOCK_FILE)) {
    if (Date.now() > deadline) {
      throw new Error(`Cannot lock the simulated machine: "${LOCK_FILE}" is held by someone else`);
    }
    if (isAbandoned(root)) {
      breakLock(root);
    } else {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
    }
  }
}

/** One breaker at a time looks again: the lock that it removes is still the one that was left behind. */
function breakLock(root: string): void {
  const guard = root + BREAK_FILE;
  if (tryCreate(guard)) {
    if (isAbandoned(root)) {
      fs.rmSync(root + LOCK_FILE, { force: true });
    }
    fs.rmSync(guard, { force: true });
  }
}

function tryCreate(file: string): boolean {
  try {
    fs.writeFileSync(file, `${processSpace()} ${process.pid}`, { flag: "wx" });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) {
      return false;
    }
    throw error;
  }
}

/** A command that was killed cannot give its lock back. Process ids of another namespace say nothing, so there age decides. */
function isAbandoned(root: string): boolean {
  try {
    const [space, pid] = fs.readFileSync(root + LOCK_FILE, "utf8").split(" ");
    if (space === processSpace() && Number(pid) > 0) {
      process.kill(Number(pid), 0);
      return false;
    }
    return Date.now() - fs.statSync(root + LOCK_FILE).mtimeMs > LOCK_STALE_MS;
  } catch (error) {
    return isCode(error, "ESRCH");
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function processSpace(): string {
  return fs.readlinkSync("/proc/self/ns/pid");
}
