import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { DoctorAdapter } from "../doctor-adapter.ts";
import { doctorNameChecks } from "../posix/doctor-names.ts";
import {
  doctorSpaceCheck,
  doctorWritableCheck,
  type FileSystemRoom,
} from "../posix/doctor-space.ts";
import { doctorSshChecks } from "../posix/doctor-ssh.ts";
import { bootOrderCheck } from "./doctor-boot-order.ts";
import { cleanDevicesCheck } from "./doctor-clean-devices.ts";
import { findDiscsRaw, opticalDriveCheck } from "./doctor-drives.ts";
import { fileSystemsCheck, timeZoneCheck } from "./doctor-files.ts";
import { rsctCheck } from "./doctor-rsct.ts";

/** AIX on PowerVM: inittab and rc2.d, optical drives, RSCT, sys0, what the Python package left. */
export function createAixDoctor({ sys }: DistroContext): DoctorAdapter {
  return {
    systemUids: [BIN],
    platform: { name: "PowerVM", datasources: ["ConfigDrive", "NoCloud", "OVF", "None"] },
    findDiscs: (labels) => findDiscsRaw(sys, labels),
    checks: (subject) => [
      bootOrderCheck(sys.fs),
      opticalDriveCheck(sys),
      ...doctorSshChecks(sys, subject, {
        installCommand: "installp -acgXY -d /dev/cd0 openssh.base",
      }),
      rsctCheck(sys, subject),
      cleanDevicesCheck(sys, subject),
      doctorSpaceCheck(
        () => readRooms(sys),
        (mountPoint) => `chfs -a size=+256M ${mountPoint}`,
      ),
      doctorWritableCheck(
        () => findReadOnly(sys),
        (mountPoint) => `mount -o remount,rw ${mountPoint}`,
      ),
      fileSystemsCheck(sys.fs),
      timeZoneCheck(sys.fs),
      ...doctorNameChecks(sys.fs),
    ],
  };
}

/** Of many directories of AIX; its programs run with root's trust. */
const BIN = 2;
const DF = "/usr/bin/df";
const DF_TIMEOUT_MS = 15_000;
/** Of the program, its state and its logs; scripts use /tmp. */
const WRITTEN = ["/", "/opt", "/var", "/tmp"];

/** Room in the file systems that a boot writes to. */
export async function readRooms(sys: System): Promise<readonly FileSystemRoom[]> {
  const { stdout } = await sys.exec.query([DF, "-k", ...WRITTEN], { timeoutMs: DF_TIMEOUT_MS });
  return parseDf(stdout);
}

/** `df -k` of AIX (aix/commands.md §6.5): file system, blocks, free, %used, inodes used, %inodes used, mount point. Pseudo file systems have dashes and are left out. */
export function parseDf(text: string): readonly FileSystemRoom[] {
  return text.split("\n").flatMap((line) => {
    const [, free, inodes, mountPoint] =
      /^\S+\s+\d+\s+(\d+)\s+\d+%\s+\d+\s+(\d+)%\s+(\/.*?)\s*$/u.exec(line) ?? [];
    return mountPoint === undefined
      ? []
      : [{ mountPoint, freeKib: Number(free), usedInodesPercent: Number(inodes) }];
  });
}

const MOUNT = "/usr/sbin/mount";

/** Those of them that are mounted read-only. */
export async function findReadOnly(sys: System): Promise<readonly string[]> {
  const { stdout } = await sys.exec.query([MOUNT], { timeoutMs: DF_TIMEOUT_MS });
  return parseReadOnlyMounts(stdout).filter((mountPoint) => WRITTEN.includes(mountPoint));
}

/** Mount points with the option "ro": the options follow the date (aix/commands.md §5.1). */
export function parseReadOnlyMounts(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const [, mountPoint, options = ""] =
      /^\s+\S+\s+(\/\S*)\s+\S+\s+[A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}\s+(\S.*)$/u.exec(line) ?? [];
    return mountPoint !== undefined && options.split(/[,\s]+/u).includes("ro") ? [mountPoint] : [];
  });
}
