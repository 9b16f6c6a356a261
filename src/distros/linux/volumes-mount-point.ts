import type { FstabEntry } from "./fstab.ts";

const PATH_LENGTH_MAX = 1023;
/** Anything mounted there hides the system from itself. */
const SYSTEM_MOUNT_POINT = /^\/(?:|bin|sbin|lib(?:32|64|x32)?|usr(?:\/s?bin|\/lib(?:64)?)?|etc)$/u;
/** Only the kernel's own file systems belong there, which may be given other options. */
const KERNEL_MOUNT_POINTS: Readonly<Record<string, RegExp>> = {
  "/proc": /^proc$/u,
  "/sys": /^sysfs$/u,
  "/dev": /^devtmpfs$/u,
  "/run": /^tmpfs$/u,
};

/** What is wrong with a mount point, or undefined. */
export function checkMountPoint({ mountPoint, type }: FstabEntry): string | undefined {
  if (!mountPoint.startsWith("/")) {
    return 'expected a mount point that begins with "/"';
  }
  if (mountPoint.length > PATH_LENGTH_MAX) {
    return `expected a mount point of at most ${PATH_LENGTH_MAX} characters`;
  }
  if (mountPoint !== "/" && /\/\.{0,2}(?:\/|$)/u.test(mountPoint)) {
    return 'expected a mount point without "//", "/./" and "/../"';
  }
  const kernel = Object.hasOwn(KERNEL_MOUNT_POINTS, mountPoint)
    ? KERNEL_MOUNT_POINTS[mountPoint]
    : undefined;
  return SYSTEM_MOUNT_POINT.test(mountPoint) || (kernel !== undefined && !kernel.test(type))
    ? "the mount point belongs to the system, anything mounted there would hide it"
    : undefined;
}
