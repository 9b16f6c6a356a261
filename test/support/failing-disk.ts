import { FileError } from "../../src/system/file-error.ts";
import type { FileSystem, System } from "../../src/system/system.ts";

/** When a change to a file fails. */
export interface DiskFault {
  readonly code: "ENOSPC" | "EROFS" | "EIO";
  /** Asked at each change; `index` counts them from 0. */
  fails(path: string, index: number): boolean;
}

/** `base`, whose disc refuses changes. Reads and commands work as before. */
export function failDisk(
  base: System,
  fault: DiskFault,
): { readonly system: System; readonly changeCount: () => number; readonly failures: string[] } {
  const { fs } = base;
  const failures: string[] = [];
  let count = 0;
  const check = (verb: string, path: string): void => {
    const index = count;
    count += 1;
    if (fault.fails(path, index)) {
      failures.push(`${verb} ${path}`);
      throw new FileError(verb, path, fault.code);
    }
  };
  const failing: FileSystem = {
    ...fs,
    write(path, content, options) {
      check("write", path);
      fs.write(path, content, options);
    },
    append(path, content, options) {
      check("append to", path);
      fs.append(path, content, options);
    },
    setAttributes(path, attributes) {
      check("set mode and owner of", path);
      fs.setAttributes(path, attributes);
    },
    makeDirectory(path, options) {
      // Nothing is to be made where it is already: that needs no space.
      if (fs.stat(path)?.kind !== "directory") {
        check("make directory", path);
      }
      fs.makeDirectory(path, options);
    },
    symlink(target, path, options) {
      check("link", path);
      fs.symlink(target, path, options);
    },
    remove(path) {
      if (fs.stat(path) !== undefined) {
        check("remove", path);
      }
      fs.remove(path);
    },
    flush() {
      check("flush", "/");
      fs.flush();
    },
  };
  return { system: { ...base, fs: failing }, changeCount: () => count, failures };
}
