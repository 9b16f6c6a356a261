import { FileError } from "./file-error.ts";

/** The `code` of an error of the system, or "" of anything else. Its message differs between runtimes. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** `file`, or a TypeError: a relative path means another file in every place. */
export function absolute(file: string): string {
  if (!file.startsWith("/") || file.includes("\0")) {
    throw new TypeError(
      `Cannot use ${JSON.stringify(file)}: expected an absolute path without NUL`,
    );
  }
  return file;
}

/** Undefined where `action` found nothing there. */
export function ifExists<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") {
      return undefined;
    }
    throw error;
  }
}

/** One wording for the failures of both runtimes; the system's own is kept as the cause. */
export function attempt<T>(verb: string, file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof FileError || code === "" || code.startsWith("ERR_")) {
      throw error;
    }
    throw new FileError(verb, file, code, { cause: error });
  }
}
