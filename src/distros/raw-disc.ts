import { NotIso9660Error } from "../iso9660/not-iso9660-error.ts";
import { openIso9660 } from "../iso9660/open-iso9660.ts";
import type { FileTree } from "../system/file-tree.ts";
import type { RandomAccessFile, System } from "../system/system.ts";
import { errorMessage } from "../text/error-message.ts";
import { NotVfatError } from "../vfat/not-vfat-error.ts";
import { openVfat } from "../vfat/open-vfat.ts";

/** A disc that is open for reading. */
export interface RawDisc {
  readonly format: DiscFormat;
  readonly label: string;
  /** FAT only: the label in the boot sector, where it is another one. */
  readonly bootLabel?: string;
  readonly tree: FileTree;
}

/** What file system a disc has. */
export type DiscFormat = "iso9660" | "fat";

/** What is on a device. */
export type DiscProbe =
  | ({ readonly kind: "disc" } & Pick<RawDisc, "format" | "label" | "bootLabel">)
  /** Readable, and something else. */
  | { readonly kind: "other" }
  | { readonly kind: "damaged"; readonly reason: string }
  /** The system refused to open or read it; its error code, e.g. "EIO". */
  | { readonly kind: "unreadable"; readonly reason: string; readonly code: string };

/** Reads the label of the ISO 9660 or FAT file system on a device, without mounting it. */
export function probeDisc(sys: System, path: string): DiscProbe {
  try {
    return readDisc(sys, path, ({ format, label, bootLabel }) => ({
      kind: "disc",
      format,
      label,
      ...(bootLabel === undefined ? {} : { bootLabel }),
    }));
  } catch (error) {
    if (error instanceof NotVfatError) {
      return { kind: "other" };
    }
    const code = findErrorCode(error);
    const reason = errorMessage(error);
    return code === undefined ? { kind: "damaged", reason } : { kind: "unreadable", reason, code };
  }
}

/** Opens the disc on a device, runs `use` on it and closes it, whatever happens. */
export function readDisc<T>(sys: System, path: string, use: (disc: RawDisc) => T): T {
  const file = sys.fs.open(path);
  try {
    return use(openDisc(file));
  } finally {
    file.close();
  }
}

/** The label of `disc` that is one of those wanted, in any case; undefined where none is. */
export function findWantedLabel(
  { label, bootLabel }: Pick<RawDisc, "label" | "bootLabel">,
  labels: readonly string[],
): string | undefined {
  return [label, ...(bootLabel === undefined ? [] : [bootLabel])].find((own) =>
    labels.some((wanted) => wanted.toLowerCase() === own.toLowerCase()),
  );
}

/** Codes that say there is no disc: no device, or nothing in it. */
export function isAbsent(code: string): boolean {
  return code === "ENOENT" || code === "ENXIO" || code === "ENODEV" || code === "ENOMEDIUM";
}

/** Opens an ISO 9660 or FAT file system. Throws a NotVfatError where neither is there, an Error where one is and is damaged. The file stays the caller's to close. */
export function openDisc(file: RandomAccessFile): RawDisc {
  try {
    const { label, tree } = openIso9660(file);
    return { format: "iso9660", label, tree };
  } catch (error) {
    if (!(error instanceof NotIso9660Error)) {
      throw error;
    }
  }
  const { label, bootLabel, tree } = openVfat(file);
  return {
    format: "fat",
    label,
    tree,
    ...(bootLabel === "" || bootLabel === label ? {} : { bootLabel }),
  };
}

/** The system's code of an error or of what caused it. */
function findErrorCode(error: unknown): string | undefined {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if ("code" in current && typeof current.code === "string") {
      return current.code;
    }
    current = current.cause;
  }
  return undefined;
}
