import { posix } from "node:path";
import { realPath } from "../../system/real-path.ts";
import type { FileSystem } from "../../system/system.ts";

/** An absolute link in an image means a place in the image; followed from here it is this machine's. Throws where a directory of `path` (without `root`) leads out of `root`. */
export function checkInside(fs: FileSystem, root: string, path: string): void {
  if (root === "/") {
    return;
  }
  const inside = realPath(fs, root);
  const place = posix.dirname(posix.join(root, path));
  const real = realPath(fs, place);
  if (
    inside !== undefined &&
    real !== undefined &&
    (real === inside || real.startsWith(`${inside}/`))
  ) {
    return;
  }
  const link = firstLink(fs, root, place);
  throw new Error(
    `Cannot install into "${root}": "${link.path}" is a link to "${link.target}", which leads out of it; run the install inside the image (chroot) instead`,
  );
}

function firstLink(
  fs: FileSystem,
  root: string,
  place: string,
): { readonly path: string; readonly target: string } {
  let found = { path: place, target: realPath(fs, place) ?? "itself" };
  for (let path = place; path.length > root.length; path = posix.dirname(path)) {
    const target = fs.readLink(path);
    found = target === undefined ? found : { path, target };
  }
  return found;
}
