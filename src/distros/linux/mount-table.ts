import { readTextIfExists } from "../../system/files.ts";
import { realPath } from "../../system/real-path.ts";
import type { System } from "../../system/system.ts";
import { type FstabEntry, parseFstab } from "./fstab.ts";

/** What is mounted in this process's name space, the latest last: proc(5). Nothing where there is no /proc. */
export function readMountTable(sys: System): readonly FstabEntry[] {
  return parseFstab(readTextIfExists(sys.fs, "/proc/self/mounts") ?? "");
}

/** Files and devices that the kernel swaps to: proc(5). */
export function readActiveSwaps(sys: System): readonly string[] {
  const [, ...rows] = (readTextIfExists(sys.fs, "/proc/swaps") ?? "").split("\n");
  return parseFstab(rows.join("\n")).map(({ device }) => device);
}

/** What is mounted where `path` is: the last of the deepest mount points above it. */
export function findMountAbove(table: readonly FstabEntry[], path: string): FstabEntry | undefined {
  let found: FstabEntry | undefined;
  for (const mount of table) {
    const { mountPoint } = mount;
    const isAbove = mountPoint === "/" || path === mountPoint || path.startsWith(`${mountPoint}/`);
    if (isAbove && mountPoint.length >= (found?.mountPoint.length ?? 0)) {
      found = mount;
    }
  }
  return found;
}

/** Whether anything is mounted there, also through a link. */
export function isMountedAt(
  sys: System,
  table: readonly FstabEntry[],
  mountPoint: string,
): boolean {
  const place = realPath(sys.fs, mountPoint);
  return table.some((mount) => mount.mountPoint === place);
}

/** Whether the line is about swap, which has no mount point. */
export function isSwap({ type }: FstabEntry): boolean {
  return type === "swap";
}
