import { isFile } from "../../system/files.ts";
import type { System } from "../../system/system.ts";

const DIRECTORIES = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const QUERY = { okExitCodes: "any", timeoutMs: 60_000 } as const;

/** What is mounted somewhere: findmnt(8). */
export interface MountedFileSystem {
  /** "/dev/sda1", "overlay", "server:/export" */
  readonly source: string;
  readonly type: string;
  readonly isReadOnly: boolean;
}

/** A block device: lsblk(8). */
export interface BlockDeviceFacts {
  /** "/dev/sda1", whatever link it was asked by. */
  readonly path: string;
  /** "disk", "part", "lvm", "crypt", "raid1", "loop". */
  readonly type: string;
  readonly sizeBytes: number;
  /** The disk of a partition. */
  readonly parent?: string;
}

/** Where a system program is, or undefined where it is not installed. */
export function findSystemProgram(sys: System, name: string): string | undefined {
  return DIRECTORIES.map((directory) => `${directory}/${name}`).find((path) =>
    isFile(sys.fs, path),
  );
}

/** A text: why it is not known. */
export async function readMounted(
  sys: System,
  mountPoint: string,
): Promise<MountedFileSystem | string> {
  const findmnt = findSystemProgram(sys, "findmnt");
  if (findmnt === undefined) {
    return "findmnt, which tells what is mounted, is not installed";
  }
  const argv = [findmnt, "-n", "-r", "-o", "SOURCE,FSTYPE,OPTIONS", "-M", mountPoint];
  const { stdout } = await sys.exec.query(argv, QUERY);
  // One line for each mount there; the last covers the others.
  const line = stdout.trim().split("\n").at(-1) ?? "";
  const [source = "", type = "", options = ""] = line.split(" ");
  return source === "" || type === ""
    ? `nothing is mounted on "${mountPoint}"`
    : {
        // btrfs: the subvolume is behind the device, in brackets.
        source: source.replace(/\[.*\]$/u, ""),
        type,
        isReadOnly: options.split(",").includes("ro"),
      };
}

/** Bytes of what is mounted there, as statfs(2) counts them: less than it takes. Undefined where nothing tells. */
export async function readFileSystemBytes(
  sys: System,
  mountPoint: string,
): Promise<number | undefined> {
  const findmnt = findSystemProgram(sys, "findmnt");
  if (findmnt === undefined) {
    return undefined;
  }
  const argv = [findmnt, "-n", "-r", "-b", "-o", "SIZE", "-M", mountPoint];
  const { exitCode, stdout } = await sys.exec.query(argv, QUERY);
  const last = stdout.trim().split("\n").at(-1) ?? "";
  return exitCode === 0 && /^\d+$/u.test(last) ? Number(last) : undefined;
}

/** A text: why it is not known. */
export async function readBlockDevice(
  sys: System,
  path: string,
): Promise<BlockDeviceFacts | string> {
  const lsblk = findSystemProgram(sys, "lsblk");
  if (lsblk === undefined) {
    return "lsblk, which tells what a device is, is not installed";
  }
  const argv = [lsblk, "-n", "-r", "-p", "-b", "-d", "-o", "NAME,TYPE,SIZE,PKNAME", path];
  const { stdout, exitCode, stderr } = await sys.exec.query(argv, QUERY);
  const [name = "", type = "", size = "", parent = ""] =
    stdout.trim().split("\n", 1)[0]?.split(" ") ?? [];
  if (exitCode !== 0 || !name.startsWith("/dev/") || !/^\d+$/u.test(size)) {
    const said = stderr.trim();
    return `"${path}" is no block device that lsblk knows${said === "" ? "" : ` (${said})`}`;
  }
  const facts = { path: name, type, sizeBytes: Number(size) };
  return parent === "" ? facts : { ...facts, parent };
}

/** The number of a partition by its name: "1" of /dev/sda1 on /dev/sda, "2" of /dev/nvme0n1p2. */
export function partitionNumber(path: string, disk: string): string | undefined {
  return path.startsWith(disk) ? /^p?(\d+)$/u.exec(path.slice(disk.length))?.[1] : undefined;
}
