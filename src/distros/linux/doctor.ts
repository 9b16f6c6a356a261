import { exists, isDirectory, isFile, readTextIfExists } from "../../system/files.ts";
import type { FileSystem, System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { DoctorAdapter, DoctorCheck, DoctorReport } from "../doctor-adapter.ts";
import { doctorNameChecks } from "../posix/doctor-names.ts";
import {
  doctorSpaceCheck,
  doctorWritableCheck,
  type FileSystemRoom,
} from "../posix/doctor-space.ts";
import { doctorSshChecks } from "../posix/doctor-ssh.ts";
import { familyOf } from "./defaults.ts";
import { type FstabEntry, FSTAB_PATH, isOwnEntry, parseFstab } from "./fstab.ts";
import { findMountAbove, readMountTable } from "./mount-table.ts";
import { isPowerVm } from "./power-hardware.ts";
import { createLinuxStorage } from "./storage.ts";

/** Linux: fstab, sshd, room, names; on IBM Power what PowerVM has. */
export function createLinuxDoctor(ctx: DistroContext, name: string): DoctorAdapter {
  const { sys } = ctx;
  const isDebian = familyOf(name) === "debian";
  return {
    systemUids: [],
    ...(isPowerVm(sys)
      ? { platform: { name: "PowerVM", datasources: ["ConfigDrive", "NoCloud", "OVF", "None"] } }
      : {}),
    // Reads devices and nothing else.
    findDiscs: (labels) => createLinuxStorage(ctx).findDiscs(labels),
    checks: (subject) => [
      ...doctorSshChecks(sys, subject, {
        installCommand: isDebian ? "apt-get install openssh-server" : "dnf install openssh-server",
      }),
      doctorSpaceCheck(
        () => readRooms(sys),
        (mountPoint) => `du -xk ${mountPoint} | sort -n | tail`,
      ),
      doctorWritableCheck(
        () => findReadOnly(sys),
        (mountPoint) => `mount -o remount,rw ${mountPoint}`,
      ),
      fstabCheck(sys.fs),
      timeZoneCheck(sys.fs),
      ...doctorNameChecks(sys.fs),
    ],
  };
}

const DF = "/usr/bin/df";
const DF_TIMEOUT_MS = 15_000;
/** Of the state, its logs and what scripts use. */
const WRITTEN = ["/", "/var", "/var/log", "/tmp"];

/** Room in the file systems that a boot writes to. */
export async function readRooms(sys: System): Promise<readonly FileSystemRoom[]> {
  const paths = WRITTEN.filter((path) => isDirectory(sys.fs, path));
  const { stdout } = await sys.exec.query([DF, "-k", "--output=avail,ipcent,target", ...paths], {
    okExitCodes: "any",
    timeoutMs: DF_TIMEOUT_MS,
  });
  return parseDf(stdout);
}

/** `df -k --output=avail,ipcent,target` (GNU coreutils); "-" where a file system does not count inodes. */
export function parseDf(text: string): readonly FileSystemRoom[] {
  return text.split("\n").flatMap((line) => {
    const [, free, inodes, mountPoint] = /^\s*(\d+)\s+(?:(\d+)%|-)\s+(\/.*)$/u.exec(line) ?? [];
    return mountPoint === undefined
      ? []
      : [
          {
            mountPoint,
            freeKib: Number(free),
            usedInodesPercent: inodes === undefined ? undefined : Number(inodes),
          },
        ];
  });
}

function findReadOnly(sys: System): readonly string[] {
  const table = readMountTable(sys);
  const mounts = WRITTEN.map((path) => findMountAbove(table, path)).filter(
    (mount) => mount?.options.includes("ro") === true,
  );
  return [...new Set(mounts.flatMap((mount) => mount?.mountPoint ?? []))];
}

/** Entries of ours whose device is not there: without "nofail" systemd stops in emergency mode (systemd.mount(5)). */
function fstabCheck(fs: FileSystem): DoctorCheck {
  return {
    name: "file-systems",
    title: `own entries of ${FSTAB_PATH}`,
    run(report) {
      for (const entry of parseFstab(readTextIfExists(fs, FSTAB_PATH) ?? "").filter(isOwnEntry)) {
        checkEntry(fs, entry, report);
      }
    },
  };
}

function checkEntry(fs: FileSystem, entry: FstabEntry, report: DoctorReport): void {
  const { device, mountPoint, options } = entry;
  const path = devicePath(device);
  if (path === undefined || exists(fs, path)) {
    return;
  }
  const isHarmless = options.includes("nofail") || options.includes("noauto");
  report.add({
    severity: isHarmless ? "warning" : "error",
    what: `The device "${device}" of "${mountPoint}" in "${FSTAB_PATH}" is not there`,
    why: isHarmless
      ? "it is not mounted at boot, and what is written there fills the file system below"
      : 'without "nofail" the boot stops in emergency mode and waits for somebody at the console',
    fix: "cloud-init clean --configs fstab",
  });
}

/** Where udev(7) has it; undefined for what is no device of this machine. */
function devicePath(device: string): string | undefined {
  if (device.startsWith("/dev/")) {
    return device;
  }
  const [, tag, value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)="?([^"]+)"?$/u.exec(device) ?? [];
  return tag === undefined ? undefined : `/dev/disk/by-${tag.toLowerCase()}/${value ?? ""}`;
}

const LOCALTIME = "/etc/localtime";

/** A link into the zone database; where there is none it is UTC (localtime(5)). */
function timeZoneCheck(fs: FileSystem): DoctorCheck {
  return {
    name: "time-zone",
    title: "time zone",
    run(report) {
      const target = fs.readLink(LOCALTIME);
      report.fact("time zone", target?.replace(/^.*\/zoneinfo\//u, "") ?? "not set");
      if (target !== undefined && !isFile(fs, LOCALTIME)) {
        report.add({
          severity: "warning",
          what: `"${LOCALTIME}" is a link to "${target}", where no file is`,
          why: "times are those of UTC",
          fix: "timedatectl set-timezone UTC",
        });
      }
    },
  };
}
