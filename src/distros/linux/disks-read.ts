import { realPath } from "../../system/real-path.ts";
import type { FileSystem, System } from "../../system/system.ts";

const LSBLK = "/usr/bin/lsblk";
const BLKID = "/usr/sbin/blkid";
const WIPEFS = "/usr/sbin/wipefs";
const QUERY = { okExitCodes: "any", timeoutMs: 60_000 } as const;
/** blkid(8): nothing was found. */
const EXIT_NOTHING = 2;

/** A row of lsblk: a device, or what is made of it. */
export interface BlockDevice {
  /** "/dev/sdb1" */
  readonly path: string;
  /** "disk", "part", "lvm", "crypt", "raid1". */
  readonly type: string;
  readonly sizeBytes: number;
  /** "[SWAP]" where it is swapped to. */
  readonly mountPoint?: string;
}

/** A device and what the kernel knows to be on it. */
export interface DiskTree {
  readonly device: BlockDevice;
  readonly partitions: readonly BlockDevice[];
  /** Why nothing on it may be touched. */
  readonly inUse?: string;
}

/** What is written on a device, as blkid recognises it. */
export interface Signature {
  /** A file system, swap, or part of an array: "ext4". */
  readonly type?: string;
  readonly label?: string;
  /** "dos", "gpt". */
  readonly tableType?: string;
}

/** Links such as those in /dev/disk/by-id followed; a name without a directory is in /dev. */
export function findDevicePath(fs: FileSystem, device: string): string | undefined {
  const path = realPath(fs, device.startsWith("/") ? device : `/dev/${device}`);
  return path?.startsWith("/dev/") === true && fs.stat(path)?.kind === "device" ? path : undefined;
}

/** The device with its partitions; undefined where it is no block device. */
export async function readDiskTree(sys: System, path: string): Promise<DiskTree | undefined> {
  const columns = "NAME,TYPE,SIZE,MOUNTPOINT";
  const argv = [LSBLK, "--pairs", "--bytes", "--paths", "--output", columns, path];
  const { exitCode, stdout } = await sys.exec.query(argv, QUERY);
  const [device, ...below] = exitCode === 0 ? parseLsblk(stdout) : [];
  if (device === undefined) {
    return undefined;
  }
  const rows = [device, ...below];
  const mounted = rows.find(({ mountPoint }) => mountPoint !== undefined);
  const other = below.find(({ type }) => type !== "part");
  return {
    device,
    partitions: below.filter(({ type }) => type === "part"),
    ...(mounted !== undefined
      ? { inUse: `"${mounted.path}" is mounted on "${mounted.mountPoint ?? ""}"` }
      : other !== undefined
        ? { inUse: `"${other.path}" (${other.type}) is made of it` }
        : {}),
  };
}

/** Rows of KEY="value" pairs, the values with \xNN (lsblk(8), --pairs). */
export function parseLsblk(text: string): readonly BlockDevice[] {
  return text.split("\n").flatMap((line) => {
    const pairs = new Map(
      [...line.matchAll(/([A-Z:_-]+)="([^"]*)"/gu)].map(([, key = "", value = ""]) => [
        key,
        value.replaceAll(/\\x([0-9a-f]{2})/giu, (_all, digits: string) =>
          String.fromCharCode(Number.parseInt(digits, 16)),
        ),
      ]),
    );
    const path = pairs.get("NAME") ?? "";
    const mountPoint = pairs.get("MOUNTPOINT") ?? "";
    return path === ""
      ? []
      : [
          {
            path,
            type: pairs.get("TYPE") ?? "",
            sizeBytes: Number(pairs.get("SIZE") ?? "0"),
            ...(mountPoint === "" ? {} : { mountPoint }),
          },
        ];
  });
}

/** Read from the device itself, not from what udev remembers. What nobody is sure of counts as a file system. */
export async function readSignature(sys: System, path: string): Promise<Signature> {
  const { exitCode, stdout } = await sys.exec.query([BLKID, "-p", "-o", "export", path], QUERY);
  const pairs = new Map(
    stdout.split("\n").flatMap((line) => {
      const [, key, value] = /^([A-Z_]+)=(.*)$/u.exec(line) ?? [];
      return key === undefined || value === undefined
        ? []
        : [[key, value.replaceAll(/\\(.)/gu, "$1")] as const];
    }),
  );
  const label = pairs.get("LABEL");
  const tableType = pairs.get("PTTYPE");
  const isSure = exitCode === 0 || exitCode === EXIT_NOTHING;
  const type =
    pairs.get("TYPE") ??
    (isSure && (tableType !== undefined || (await looksEmpty(sys, path))) ? undefined : "unknown");
  return {
    ...(type === undefined ? {} : { type }),
    ...(label === undefined ? {} : { label }),
    ...(tableType === undefined ? {} : { tableType }),
  };
}

/** blkid ends alike for a device on which nothing is and for one that it could not read; wipefs does not. */
async function looksEmpty(sys: System, path: string): Promise<boolean> {
  const { exitCode, stdout } = await sys.exec.query([WIPEFS, "--no-act", path], QUERY);
  return exitCode === 0 && stdout.trim() === "";
}

/** "/dev/sdb1", "/dev/nvme0n1p1" */
export function partitionPath(disk: string, number: number): string {
  return `${disk}${/\d$/u.test(disk) ? "p" : ""}${number}`;
}
