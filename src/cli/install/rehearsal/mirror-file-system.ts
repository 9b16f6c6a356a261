import type { FileSystem, RandomAccessFile } from "../../../system/system.ts";

/**
 * `base`, where each call is made once more on `real` below the directory `root`, whatever becomes of it
 * there: the answers are those of `base`. Nothing outside of `root` is reached: absolute targets of links are
 * taken below it, and a path that goes up is not mirrored.
 */
export function mirrorFileSystem(base: FileSystem, real: FileSystem, root: string): FileSystem {
  const also = (path: string, act: (at: string) => unknown): void => {
    if (!path.startsWith("/") || goesUp(path)) {
      return;
    }
    try {
      act(path === "/" ? root : root + path);
    } catch {
      // What is missing there, or cannot be done by whoever installs, is no part of the rehearsal.
    }
  };
  return {
    readBytes(path) {
      also(path, (at) => real.readBytes(at));
      return base.readBytes(path);
    },
    readBytesIfExists(path) {
      also(path, (at) => real.readBytesIfExists(at));
      return base.readBytesIfExists(path);
    },
    stat(path) {
      also(path, (at) => real.stat(at));
      return base.stat(path);
    },
    readLink(path) {
      also(path, (at) => real.readLink(at));
      return base.readLink(path);
    },
    list(path) {
      also(path, (at) => real.list(at));
      return base.list(path);
    },
    open(path): RandomAccessFile {
      also(path, (at) => real.open(at).close());
      return base.open(path);
    },
    write(path, content, options) {
      base.write(path, content, options);
      also(path, (at) => real.write(at, content, options));
    },
    append(path, content, options) {
      base.append(path, content, options);
      also(path, (at) => real.append(at, content, options));
    },
    setAttributes(path, attributes) {
      base.setAttributes(path, attributes);
      also(path, (at) => real.setAttributes(at, attributes));
    },
    makeDirectory(path, options) {
      base.makeDirectory(path, options);
      also(path, (at) => real.makeDirectory(at, options));
    },
    symlink(target, path, options) {
      base.symlink(target, path, options);
      if (!goesUp(target)) {
        const below = target.startsWith("/") ? root + target : target;
        also(path, (at) => real.symlink(below, at, options));
      }
    },
    remove(path) {
      base.remove(path);
      if (path !== "/") {
        also(path, (at) => real.remove(at));
      }
    },
    flush() {
      base.flush();
      also("/", () => real.flush());
    },
  };
}

function goesUp(path: string): boolean {
  return path.split("/").includes("..");
}
