import type { System } from "../../system/system.ts";

const LSPV = "/usr/sbin/lspv";
const LSVG = "/usr/sbin/lsvg";
/** Both wait for the lock of a volume group that another command works on. */
const LVM_TIMEOUT_MS = 300_000;

/** A disk as lspv lists it. */
export interface PhysicalVolume {
  /** "hdisk3" */
  readonly disk: string;
  /** 16 hexadecimal digits, lower case; absent where the disk has none. */
  readonly pvid?: string;
  /** Absent where it belongs to none. */
  readonly volumeGroup?: string;
}

/** All disks. Throws a CommandError where lspv fails. */
export async function readPhysicalVolumes(sys: System): Promise<readonly PhysicalVolume[]> {
  const { stdout } = await sys.exec.query([LSPV], { timeoutMs: LVM_TIMEOUT_MS });
  return parseLspv(stdout);
}

/** Names of all volume groups that the device database knows. Throws a CommandError. */
export function readVolumeGroups(sys: System): Promise<ReadonlySet<string>> {
  return readNames(sys, [LSVG]);
}

/** Names of the volume groups that are varied on. Throws a CommandError. */
export function readActiveVolumeGroups(sys: System): Promise<ReadonlySet<string>> {
  return readNames(sys, [LSVG, "-o"]);
}

/**
 * Rows "DISK PVID VG [STATE]" (aix/commands.md §6.1): no PVID is "none", no volume group "None",
 * and the state is blank where the volume group is varied off. Other lines are passed over.
 */
export function parseLspv(text: string): readonly PhysicalVolume[] {
  return text.split("\n").flatMap((line) => {
    const [disk = "", pvid = "", volumeGroup = ""] = line.trim().split(/\s+/u);
    if (!/^(?:[0-9a-f]{16,32}|none)$/iu.test(pvid) || volumeGroup === "") {
      return [];
    }
    return [
      {
        disk,
        ...(pvid.toLowerCase() === "none" ? {} : { pvid: pvid.slice(0, 16).toLowerCase() }),
        ...(volumeGroup === "None" ? {} : { volumeGroup }),
      },
    ];
  });
}

async function readNames(sys: System, argv: readonly string[]): Promise<ReadonlySet<string>> {
  const { stdout } = await sys.exec.query(argv, { timeoutMs: LVM_TIMEOUT_MS });
  return new Set(
    stdout
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  );
}
