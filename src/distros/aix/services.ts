import { pollUntil } from "../../system/retry.ts";
import type { System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { DistroContext, Service, ServiceAdapter } from "../distro.ts";

const LSSRC = "/usr/bin/lssrc";
const STARTSRC = "/usr/bin/startsrc";
const STOPSRC = "/usr/bin/stopsrc";

const SUBSYSTEMS: Readonly<Record<Service, string>> = {
  ssh: "sshd",
  ntp: "xntpd",
  syslog: "syslogd",
};

/** stopsrc returns before the subsystem has ended. */
const STATE_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 100;

/**
 * Services of the System Resource Controller. Exit codes of its commands differ between levels:
 * what counts is the state that lssrc tells afterwards. Stopping and starting is waited for, a
 * minute at most. Throws where the state is not reached.
 */
export function createAixServices(ctx: DistroContext): ServiceAdapter {
  const { sys } = ctx;
  return {
    async ensureRunning(service) {
      if ((await readSubsystemState(sys, SUBSYSTEMS[service])) !== "active") {
        await startSubsystem(sys, SUBSYSTEMS[service]);
      }
    },
    async ensureStopped(service) {
      if (isUp(await readSubsystemState(sys, SUBSYSTEMS[service]))) {
        await stopSubsystem(sys, SUBSYSTEMS[service]);
      }
    },
    restart: (service) => restartSubsystem(ctx, SUBSYSTEMS[service]),
  };
}

/** Stops a subsystem that runs, by force where it does not end, and starts it again. */
export async function restartSubsystem(ctx: DistroContext, subsystem: string): Promise<void> {
  const { sys } = ctx;
  if (!isUp(await readSubsystemState(sys, subsystem))) {
    ctx.log.debug(`Subsystem "${subsystem}" does not run and needs no restart`);
    return;
  }
  // Not `refresh`: sshd takes signals, and SRC refreshes only subsystems with sockets.
  try {
    await stopSubsystem(sys, subsystem);
  } catch (error) {
    // It may end a moment later and would stay down: forced (-f), and started whatever comes of it.
    ctx.log.warn(`${errorMessage(error)}: stopping it by force`);
    await stopSubsystem(sys, subsystem, "-f").catch(() => undefined);
  }
  await startSubsystem(sys, subsystem);
}

/** Whether SRC has a subsystem of this name. */
export async function isSubsystemKnown(sys: System, subsystem: string): Promise<boolean> {
  return (await readSubsystemState(sys, subsystem)) !== undefined;
}

/** Whether SRC says that a subsystem runs, or is about to end. */
export async function isSubsystemUp(sys: System, subsystem: string): Promise<boolean> {
  return isUp(await readSubsystemState(sys, subsystem));
}

/** Undefined where SRC does not know the subsystem. Status is the last word: group and PID may be blank. */
export async function readSubsystemState(
  sys: System,
  subsystem: string,
): Promise<string | undefined> {
  const { stdout } = await sys.exec.query([LSSRC, "-s", subsystem], { okExitCodes: "any" });
  const row = stdout.split("\n").find((line) => line.trim().split(/\s+/u)[0] === subsystem);
  if (row === undefined) {
    return undefined;
  }
  return /\b(warned inop|\S+)\s*$/u.exec(row)?.[1];
}

function isUp(state: string | undefined): boolean {
  return state !== undefined && state !== "inoperative";
}

/** Starts a subsystem and waits until it runs. */
export async function startSubsystem(sys: System, subsystem: string): Promise<void> {
  await sys.exec.run([STARTSRC, "-s", subsystem], {
    okExitCodes: "any",
    verify: () => waitForSubsystem(sys, subsystem, "active"),
  });
}

/** Stops a subsystem and waits until it has ended. */
export async function stopSubsystem(
  sys: System,
  subsystem: string,
  ...flags: readonly string[]
): Promise<void> {
  await sys.exec.run([STOPSRC, ...flags, "-s", subsystem], {
    okExitCodes: "any",
    verify: () => waitForSubsystem(sys, subsystem, "inoperative"),
  });
}

/** Polls until SRC tells the wanted state, a minute at most. Returns what is wrong. */
export async function waitForSubsystem(
  sys: System,
  subsystem: string,
  wanted: "active" | "inoperative",
): Promise<string | undefined> {
  let state: string | undefined;
  const reached = await pollUntil(
    sys,
    async () => {
      state = await readSubsystemState(sys, subsystem);
      return state === wanted || state === undefined ? true : undefined;
    },
    { timeoutMs: STATE_TIMEOUT_MS, intervalMs: POLL_INTERVAL_MS },
  );
  if (state === undefined) {
    return `SRC does not know the subsystem "${subsystem}": is its fileset installed?`;
  }
  return reached === true
    ? undefined
    : `subsystem "${subsystem}" is "${state}" after ${STATE_TIMEOUT_MS / 1000} s, not "${wanted}"`;
}
