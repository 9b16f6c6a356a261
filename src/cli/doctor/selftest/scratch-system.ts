import type { FileSystem, System } from "../../../system/system.ts";
import { createReadOnlySystem } from "../read-only-system.ts";

const LOOPBACK = "127.0.0.1";

/** The machine for somebody who only asks, but for what is below `directory`, if there is one; it may ask itself by HTTP, too. */
export function createScratchSystem(base: System, directory?: string): System {
  const readOnly = createReadOnlySystem(base);
  const isInside = (path: string): boolean =>
    directory !== undefined && path.startsWith(`${directory}/`) && !path.split("/").includes("..");
  const filesFor = (...paths: readonly string[]): FileSystem =>
    paths.every(isInside) ? base.fs : readOnly.fs;
  return {
    ...readOnly,
    http: {
      request: (request) =>
        (new URL(request.url).hostname === LOOPBACK ? base : readOnly).http.request(request),
    },
    fs: {
      ...readOnly.fs,
      write: (path, content, options) => filesFor(path).write(path, content, options),
      append: (path, content, options) => filesFor(path).append(path, content, options),
      setAttributes: (path, attributes) => filesFor(path).setAttributes(path, attributes),
      makeDirectory: (path, options) => filesFor(path).makeDirectory(path, options),
      // A link is written through: it may not lead out of the directory.
      symlink: (target, path, options) => filesFor(target, path).symlink(target, path, options),
      remove: (path) => filesFor(path).remove(path),
      flush: () => base.fs.flush(),
    },
  };
}
