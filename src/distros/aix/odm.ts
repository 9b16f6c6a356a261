import { CommandError } from "../../system/command-error.ts";
import { pollUntil } from "../../system/retry.ts";
import type { ExecOptions, ExecResult, System } from "../../system/system.ts";

const LSATTR = "/usr/sbin/lsattr";
const LSDEV = "/usr/sbin/lsdev";
const CHDEV = "/usr/sbin/chdev";

/** While the boot configures devices, the database is locked for seconds at a time. */
const LOCK_TIMEOUT_MS = 120_000;
const LOCK_INTERVAL_MS = 1000;
/**
 * "Device configuration database lock service timed out" (aix/commands.md §2.2), and what LVM says of
 * a volume group that another command works on: number and words of that are unconfirmed.
 */
const LOCK_MESSAGE = /0514-516|0516-266|\bis locked\b/u;

/** A device as lsdev lists it. */
export interface OdmDevice {
  readonly name: string;
  /** "Available", "Defined", "Stopped". */
  readonly status: string;
  /** "IBM,l-lan", "ibm_ech", "en". */
  readonly type: string;
}

/** The devices of a class ("adapter", "if", "cdrom"), in the order of lsdev. */
export async function listDevices(sys: System, deviceClass: string): Promise<readonly OdmDevice[]> {
  const { stdout } = await queryOdm(sys, [LSDEV, "-Cc", deviceClass, "-F", "name:status:type"]);
  return stdout.split("\n").flatMap((line) => {
    const [name = "", status = "", ...type] = line.trim().split(":");
    return name === "" ? [] : [{ name, status, type: type.join(":") }];
  });
}

/**
 * All attributes of a device, with all their values: several rows of one name are several values.
 * Undefined where the ODM does not know the device. The value is the rest of the row after the
 * name, since it can be empty or hold blanks.
 */
export async function readAttributes(
  sys: System,
  device: string,
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const argv = [LSATTR, "-El", device, "-F", "attribute value"];
  const { exitCode, stdout } = await queryOdm(sys, argv, { okExitCodes: "any" });
  if (exitCode !== 0) {
    return undefined;
  }
  const attributes = new Map<string, string[]>();
  for (const line of stdout.split("\n")) {
    const name = /^\S+/u.exec(line)?.[0];
    if (name === undefined) {
      continue;
    }
    const value = line.slice(name.length).trim();
    const known = attributes.get(name);
    if (known === undefined) {
      attributes.set(name, [value]);
    } else {
      known.push(value);
    }
  }
  return attributes;
}

/** The first value of an attribute, "" where it is empty. Undefined where there is no such attribute or device. */
export async function readAttribute(
  sys: System,
  device: string,
  attribute: string,
): Promise<string | undefined> {
  const argv = [LSATTR, "-El", device, "-a", attribute, "-F", "value"];
  const { exitCode, stdout } = await queryOdm(sys, argv, { okExitCodes: "any" });
  return exitCode === 0 ? (stdout.split("\n")[0] ?? "").trim() : undefined;
}

/** Sets an attribute that has one value where it has another; chdev itself never tells. True if it had to change. */
export async function ensureAttribute(
  sys: System,
  device: string,
  attribute: string,
  value: string,
): Promise<boolean> {
  if ((await readAttribute(sys, device, attribute)) === value) {
    return false;
  }
  await runOdm(sys, [CHDEV, "-l", device, "-a", `${attribute}=${value}`]);
  return true;
}

/** A command that reads the device database, again while that is locked. */
export async function queryOdm(
  sys: System,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  return retryWhileLocked(sys, argv, () => sys.exec.query(argv, options));
}

/** A command that changes the device database or a volume group, again while that is locked. */
export async function runOdm(
  sys: System,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  return retryWhileLocked(sys, argv, () => sys.exec.run(argv, options));
}

async function retryWhileLocked(
  sys: System,
  argv: readonly string[],
  attempt: () => Promise<ExecResult>,
): Promise<ExecResult> {
  let failure: CommandError | undefined;
  const check = async (): Promise<ExecResult | undefined> => {
    try {
      const result = await attempt();
      if (!isLocked(result)) {
        return result;
      }
      failure = new CommandError(argv, result);
    } catch (error) {
      if (!(error instanceof CommandError) || !isLocked(error)) {
        throw error;
      }
      failure = error;
    }
    return undefined;
  };
  const result = await pollUntil(sys, check, {
    timeoutMs: LOCK_TIMEOUT_MS,
    intervalMs: LOCK_INTERVAL_MS,
  });
  if (result === undefined) {
    throw failure ?? new Error(`Command "${argv.join(" ")}" gave no result`);
  }
  return result;
}

function isLocked(result: Pick<ExecResult, "exitCode" | "stdout" | "stderr">): boolean {
  return result.exitCode !== 0 && LOCK_MESSAGE.test(`${result.stderr}\n${result.stdout}`);
}
