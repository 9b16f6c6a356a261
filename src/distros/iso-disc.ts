import { NotIso9660Error } from "../iso9660/not-iso9660-error.ts";
import { type Iso9660Image, openIso9660 } from "../iso9660/open-iso9660.ts";
import type { System } from "../system/system.ts";
import { errorMessage } from "../text/error-message.ts";

/** What is on a device. */
export type DiscProbe =
  | { readonly kind: "disc"; readonly label: string }
  /** Readable, and something else. */
  | { readonly kind: "other" }
  | { readonly kind: "damaged"; readonly reason: string }
  /** The system refused to open or read it; its error code, e.g. "EIO". */
  | { readonly kind: "unreadable"; readonly reason: string; readonly code: string };

/** Reads the label of the ISO 9660 file system on a device, without mounting it. */
export function probeDisc(sys: System, path: string): DiscProbe {
  try {
    return { kind: "disc", label: readDisc(sys, path, (image) => image.label) };
  } catch (error) {
    if (error instanceof NotIso9660Error) {
      return { kind: "other" };
    }
    const code = findErrorCode(error);
    const reason = errorMessage(error);
    return code === undefined ? { kind: "damaged", reason } : { kind: "unreadable", reason, code };
  }
}

/** Opens the disc on a device, runs `use` on it and closes it, whatever happens. */
export function readDisc<T>(sys: System, path: string, use: (image: Iso9660Image) => T): T {
  const file = sys.fs.open(path);
  try {
    return use(openIso9660(file));
  } finally {
    file.close();
  }
}

/** Whether a label is one of those wanted, in any case. */
export function isWantedLabel(label: string, labels: readonly string[]): boolean {
  return labels.some((wanted) => wanted.toLowerCase() === label.toLowerCase());
}

/** Codes that say there is no disc: no device, or nothing in it. */
export function isAbsent(code: string): boolean {
  return code === "ENOENT" || code === "ENXIO" || code === "ENODEV" || code === "ENOMEDIUM";
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
