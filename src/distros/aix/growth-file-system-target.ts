import type { System } from "../../system/system.ts";

const LSFS = "/usr/sbin/lsfs";
const TIMEOUT_MS = 60_000;
const BLOCKS_PER_MB = 2_048;
/** What chfs makes larger. */
const GROWABLE: ReadonlySet<string> = new Set(["jfs2", "jfs"]);

/** A file system that can grow. */
export interface FileSystemTarget {
  readonly logicalVolume: string;
  readonly sizeMb: number;
}

/** The file system that /etc/filesystems has at a mount point. A text: why it cannot grow. */
export async function findGrowthTarget(
  sys: System,
  mountPoint: string,
): Promise<FileSystemTarget | string> {
  const { exitCode, stdout, stderr } = await sys.exec.query([LSFS, "-c", mountPoint], {
    okExitCodes: "any",
    timeoutMs: TIMEOUT_MS,
  });
  const row = parseLsfs(stdout, mountPoint);
  if (row === undefined) {
    const said = stderr.trim().replace(/\s+/gu, " ");
    return exitCode === 0 || said === ""
      ? "there is no such file system in /etc/filesystems"
      : `there is no such file system in /etc/filesystems (${said})`;
  }
  const { device, type, blocks } = row;
  if (!GROWABLE.has(type)) {
    return `its type is "${type}", and only jfs2 grows`;
  }
  const logicalVolume = /^\/dev\/([\w.-]+)$/u.exec(device)?.[1];
  if (logicalVolume === undefined) {
    return `its device "${device}" is no logical volume`;
  }
  return blocks === undefined
    ? `lsfs does not tell the size of ${device}: is its volume group varied on?`
    : { logicalVolume, sizeMb: blocks / BLOCKS_PER_MB };
}

/** `lsfs -c`: "#MountPoint:Device:Vfs:Nodename:Type:Size:Options:AutoMount:Acct", size in 512-byte blocks. */
export function parseLsfs(
  text: string,
  mountPoint: string,
):
  | { readonly device: string; readonly type: string; readonly blocks: number | undefined }
  | undefined {
  const line = text.split("\n").find((each) => each.startsWith(`${mountPoint}:`));
  const [device, type, , , size = ""] = line?.slice(mountPoint.length + 1).split(":") ?? [];
  if (device === undefined || type === undefined) {
    return undefined;
  }
  const isNumber = /^\d{1,15}$/u.test(size.trim());
  return { device, type, blocks: isNumber ? Number(size) : undefined };
}
