import type { System } from "../../system/system.ts";

/** One line of what mount prints. */
export interface Mount {
  readonly device: string;
  readonly mountPoint: string;
  /** "jfs2", "cdrfs". */
  readonly type: string;
}

const MOUNT_TIMEOUT_MS = 60_000;

/** The file systems that are mounted on this machine; empty where mount does not tell. */
export async function readMounts(sys: System): Promise<readonly Mount[]> {
  const result = await sys.exec.query(["/usr/sbin/mount"], {
    okExitCodes: "any",
    timeoutMs: MOUNT_TIMEOUT_MS,
  });
  return parseMounts(result.stdout);
}

/**
 * The output of AIX's mount without arguments (aix commands.md §5.1): two lines of heading, then
 * an optional node, device, mount point, type, date and options. The columns have no fixed width;
 * a date like "Nov 07 19:11" ends the part that counts. File systems of other nodes are left out.
 */
export function parseMounts(text: string): readonly Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const columns =
      /^\s+(\S+)\s+(\S.*?)\s+(\S+)\s+[A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}(?:\s|$)/u.exec(line);
    const [, device, mountPoint, type] = columns ?? [];
    if (device !== undefined && mountPoint?.startsWith("/") === true && type !== undefined) {
      mounts.push({ device, mountPoint, type });
    }
  }
  return mounts;
}
