import type { FileTree } from "../../system/file-tree.ts";
import type { FileSystem } from "../../system/system.ts";
import type { AixMachine, Mount } from "./machine.ts";

/** Deepest directory of a disc that is shown: ISO 9660 allows 8, Rock Ridge more. */
const DEPTH_MAX = 32;
const SHADOW_DIRECTORY = "/var/adm/sim/under";

/** Shows the tree of a disc at `directory`; what is there already is kept aside until `unmountTree`. */
export function mountTree(
  machine: AixMachine,
  fs: FileSystem,
  tree: FileTree,
  mount: Omit<Mount, "hiddenAt">,
): void {
  const { directory } = mount;
  const hasFiles = fs.list(directory).length > 0;
  const hiddenAt = `${SHADOW_DIRECTORY}${directory}.hidden`;
  if (hasFiles) {
    fs.remove(hiddenAt);
    copyFiles(fs, directory, hiddenAt);
    emptyDirectory(fs, directory);
  }
  copyTree(fs, tree, "", directory, 0);
  machine.mounts.push({ ...mount, ...(hasFiles ? { hiddenAt } : {}) });
}

/**
 * Mounts a file system that keeps its files: a jfs2 volume has them in `store` while it is not
 * mounted. Absent (NFS): it is empty.
 */
export function mountVolume(
  machine: AixMachine,
  fs: FileSystem,
  mount: Omit<Mount, "hiddenAt">,
): void {
  mountTree(machine, fs, { list: () => [], readBytes: () => undefined }, mount);
  const store = storeOf(mount);
  if (fs.stat(store) !== undefined) {
    copyFiles(fs, store, mount.directory);
    fs.remove(store);
  }
}

/** Unmounts it: its files go where the next mount finds them. */
export function unmountVolume(machine: AixMachine, fs: FileSystem, mount: Mount): void {
  if (mount.node === undefined && fs.list(mount.directory).length > 0) {
    copyFiles(fs, mount.directory, storeOf(mount));
  }
  unmountTree(machine, fs, mount);
}

/** Where the files of an unmounted jfs2 volume are. */
export function storeOf(mount: { readonly device: string; readonly node?: string }): string {
  return `/var/adm/sim/volumes/${mount.node ?? "local"}${mount.device}`;
}

/** Takes the disc away and puts back what was hidden. */
export function unmountTree(machine: AixMachine, fs: FileSystem, mount: Mount): void {
  machine.mounts = machine.mounts.filter((known) => known !== mount);
  emptyDirectory(fs, mount.directory);
  if (mount.hiddenAt !== undefined) {
    copyFiles(fs, mount.hiddenAt, mount.directory);
    fs.remove(mount.hiddenAt);
  }
}

function copyTree(
  fs: FileSystem,
  tree: FileTree,
  path: string,
  target: string,
  depth: number,
): void {
  for (const name of tree.list(path)) {
    const from = path === "" ? name : `${path}/${name}`;
    const to = `${target}/${name}`;
    const isDirectory = tree.list(from).length > 0;
    const content = isDirectory ? undefined : tree.readBytes(from);
    if (content === undefined) {
      fs.makeDirectory(to, { mode: 0o555 });
      if (depth < DEPTH_MAX) {
        copyTree(fs, tree, from, to, depth + 1);
      }
    } else {
      fs.write(to, content, { mode: 0o444 });
    }
  }
}

function copyFiles(fs: FileSystem, from: string, to: string): void {
  const stat = fs.stat(from);
  if (stat?.kind === "directory") {
    fs.makeDirectory(to, { mode: stat.mode });
    for (const name of fs.list(from)) {
      copyFiles(fs, `${from}/${name}`, `${to}/${name}`);
    }
  } else if (stat?.kind === "symlink") {
    fs.symlink(fs.readLink(from) ?? "", to);
  } else if (stat?.kind === "file") {
    fs.write(to, fs.readBytes(from), { mode: stat.mode, owner: `${stat.uid}:${stat.gid}` });
  }
}

function emptyDirectory(fs: FileSystem, directory: string): void {
  for (const name of fs.list(directory)) {
    fs.remove(`${directory}/${name}`);
  }
}
