import { CommandError } from "../../system/command-error.ts";
import type { System } from "../../system/system.ts";

/** A CD device as the ODM has it. */
export interface CdDevice {
  /** "cd0"; its files are /dev/cd0 and /dev/rcd0. */
  readonly name: string;
  /** False while only Defined: known, and not configured. */
  readonly isAvailable: boolean;
}

const LSDEV_TIMEOUT_MS = 60_000;

/** CD devices, lowest first; none where there are none, or where lsdev failed, which `fault` says. */
export async function readCdDevices(
  sys: System,
): Promise<{ readonly devices: readonly CdDevice[]; readonly fault?: string }> {
  const argv = ["/usr/sbin/lsdev", "-Cc", "cdrom", "-F", "name:status"];
  const result = await sys.exec.query(argv, {
    okExitCodes: "any",
    timeoutMs: LSDEV_TIMEOUT_MS,
  });
  const devices = parseCdDevices(result.stdout);
  if (devices.length > 0 || result.exitCode === 0) {
    return { devices };
  }
  const { message } = new CommandError(argv, result);
  return { devices, fault: `Cannot list the CD devices: ${message}` };
}

/**
 * Lines "NAME:STATUS" (lsdev -F, aix commands.md §2.1); blanks in place of the colon and further
 * columns are tolerated, every other line is passed over.
 */
export function parseCdDevices(text: string): readonly CdDevice[] {
  const devices = new Map<string, CdDevice>();
  for (const line of text.split("\n")) {
    const [name, status] = line.trim().split(/[:\s]+/u);
    if (
      name !== undefined &&
      /^[A-Za-z][\w.-]{0,31}$/u.test(name) &&
      /^(?:available|defined|stopped)$/iu.test(status ?? "")
    ) {
      devices.set(name, { name, isAvailable: status?.toLowerCase() === "available" });
    }
  }
  return [...devices.values()].sort((a, b) => compareDeviceNames(a.name, b.name));
}

/** cd2 before cd10. */
function compareDeviceNames(left: string, right: string): number {
  return numberIn(left) - numberIn(right) || (left < right ? -1 : 1);
}

function numberIn(name: string): number {
  const digits = /\d+$/u.exec(name)?.[0];
  return digits === undefined ? Number.MAX_SAFE_INTEGER : Number(digits);
}
