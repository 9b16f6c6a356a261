import { realPath } from "../../system/real-path.ts";
import type { FileSystem, System } from "../../system/system.ts";

const LSBLK = "/usr/bin/lsblk";
const BLKID = "/usr/sbin/blkid";
const WIPEFS = "/usr/sbin/wipefs";
const SFDISK = "/usr/sbin/sfdisk";
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
  /** "dos", "gpt", "aix". */
  readonly tableType?: string;
  /** Of a partition, as the table of its disk says: "83", or a GUID, in lower case. */
  readonly partitionType?: string;
  /** What would be lost, for messages: "ext4"; absent where nothing is. Partitions that the kernel shows are not looked at. */
  readonly content?: string;
}

/**
 * A partition that firmware or a boot loader reads by itself, mostly without a file system, and one
 * that holds other partitions: BIOS boot, PReP, EFI system (GPT); PReP, extended, EFI (MBR).
 */
export function isReservedPartition({ partitionType }: Signature): boolean {
  return (
    partitionType !== undefined && (BARE_TYPES.has(partitionType) || EFI_TYPES.has(partitionType))
  );
}

/** Without a file system: BIOS boot, PReP, extended (GRUB's manual, UEFI specification; codes of MBR as sfdisk lists them). */
const BARE_TYPES: ReadonlySet<string> = new Set([
  "21686148-6449-6e6f-744e-656564454649",
  "9e1a2d38-c612-4316-aa26-8b49521e5a8b",
  "41",
  "5",
  "f",
  "85",
]);
/** EFI system: it has a file system, which someone has to make once. */
const EFI_TYPES: ReadonlySet<string> = new Set(["c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "ef"]);

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
export async function readSignature(sys: System, device: BlockDevice): Promise<Signature> {
  const { path } = device;
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
  const partitionType = pairs.get("PART_ENTRY_TYPE")?.toLowerCase().replace(/^0x0*/u, "");
  const content =
    type ??
    (tableType === undefined ? undefined : await tableContent(sys, device, tableType)) ??
    (BARE_TYPES.has(partitionType ?? "") ? `boot loader (type ${partitionType ?? ""})` : undefined);
  return {
    ...(type === undefined ? {} : { type }),
    ...(label === undefined ? {} : { label }),
    ...(tableType === undefined ? {} : { tableType }),
    ...(partitionType === undefined ? {} : { partitionType }),
    ...(content === undefined ? {} : { content }),
  };
}

/**
 * A table without partitions is nothing, and those that the kernel shows are counted elsewhere. Any
 * other is content: one of another system ("aix"), one that the kernel did not read, and one inside
 * of a partition or logical volume, which is the disk of a virtual machine.
 */
async function tableContent(
  sys: System,
  { path, type }: BlockDevice,
  tableType: string,
): Promise<string | undefined> {
  const content = `partition table of type ${tableType}`;
  if (!/^(?:disk|loop)$/u.test(type) || !/^(?:dos|gpt)$/u.test(tableType)) {
    return content;
  }
  const { exitCode, stdout } = await sys.exec.query([SFDISK, "--dump", path], QUERY);
  const written = new Set(
    [...stdout.matchAll(/^(\S+) *:(?=.*\bstart=)/gmu)].flatMap(([, name]) => name ?? []),
  );
  const shown = (await readDiskTree(sys, path))?.partitions ?? [];
  return exitCode === 0 && shown.length >= written.size ? undefined : content;
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
