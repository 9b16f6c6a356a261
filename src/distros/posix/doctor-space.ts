import type { DoctorCheck, DoctorReport } from "../doctor-adapter.ts";

/** Room of one mounted file system. */
export interface FileSystemRoom {
  readonly mountPoint: string;
  readonly freeKib: number;
  /** Undefined where the file system does not count them. */
  readonly usedInodesPercent: number | undefined;
}

/** Below this a boot cannot keep its state or its log. */
const FREE_KIB_MIN = 16 * 1024;
/** Below this it is a matter of days. */
const FREE_KIB_LOW = 64 * 1024;
const INODES_PERCENT_MAX = 99;
const INODES_PERCENT_HIGH = 95;

/** Room in the file systems that a boot writes to, told by `read`; `grow` makes the command for one that is too small. */
export function doctorSpaceCheck(
  read: () => Promise<readonly FileSystemRoom[]>,
  grow: (mountPoint: string) => string,
): DoctorCheck {
  return {
    name: "space",
    title: "room and inodes of the file systems",
    async run(report) {
      const rooms = await read();
      if (rooms.length === 0) {
        report.leaveOut("df tells nothing of the file systems");
      }
      const known = new Map(rooms.map((room) => [room.mountPoint, room]));
      for (const room of known.values()) {
        checkRoom(room, grow, report);
      }
    },
  };
}

function checkRoom(
  { mountPoint, freeKib, usedInodesPercent }: FileSystemRoom,
  grow: (mountPoint: string) => string,
  report: DoctorReport,
): void {
  report.fact(`free in ${mountPoint}`, `${Math.floor(freeKib / 1024)} MiB`);
  if (freeKib < FREE_KIB_LOW) {
    const isFull = freeKib < FREE_KIB_MIN;
    report.add({
      severity: isFull ? "error" : "warning",
      what: `"${mountPoint}" has ${Math.floor(freeKib / 1024)} MiB left`,
      why: isFull
        ? "state, scripts and logs of the next boot have no room"
        : "state and logs of the boots to come may have no room",
      fix: grow(mountPoint),
    });
  }
  if (usedInodesPercent !== undefined && usedInodesPercent >= INODES_PERCENT_HIGH) {
    report.add({
      severity: usedInodesPercent >= INODES_PERCENT_MAX ? "error" : "warning",
      what: `"${mountPoint}" has ${usedInodesPercent} % of its inodes in use`,
      why: "no more files can be made there, however much room there is",
      fix: `find ${mountPoint} -xdev -type d -size +1000`,
    });
  }
}

/** Whether a boot can write where it has to: `read` gives the mount points of those places that are mounted read-only. */
export function doctorWritableCheck(
  read: () => Promise<readonly string[]> | readonly string[],
  remount: (mountPoint: string) => string,
): DoctorCheck {
  return {
    name: "writable",
    title: "file systems that can be written to",
    async run(report) {
      for (const mountPoint of await read()) {
        report.add({
          severity: "error",
          what: `"${mountPoint}" is mounted read-only`,
          why: "state, scripts and logs of the next boot cannot be written",
          fix: remount(mountPoint),
        });
      }
    },
  };
}
