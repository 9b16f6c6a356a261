import type { FileSystem } from "../../src/system/system.ts";

/** `base` with every path taken below `root`. Absolute links inside are not looked through: nothing is a link there when this is used. */
export function createRootedFileSystem(base: FileSystem, root: string): FileSystem {
  const at = (path: string): string => (path === "/" ? root : root + path);
  return {
    readBytes: (path) => base.readBytes(at(path)),
    readBytesIfExists: (path) => base.readBytesIfExists(at(path)),
    stat: (path) => base.stat(at(path)),
    readLink: (path) => base.readLink(at(path)),
    list: (path) => base.list(at(path)),
    open: (path) => base.open(at(path)),
    write: (path, content, options) => base.write(at(path), content, options),
    append: (path, content, options) => base.append(at(path), content, options),
    setAttributes: (path, attributes) => base.setAttributes(at(path), attributes),
    makeDirectory: (path, options) => base.makeDirectory(at(path), options),
    symlink: (target, path) => base.symlink(target, at(path)),
    remove: (path) => base.remove(at(path)),
    flush: () => base.flush(),
  };
}
