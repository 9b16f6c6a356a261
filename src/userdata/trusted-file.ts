import type { FileSystem } from "../system/system.ts";

/** The file behind all links, or why root must not take orders from it. */
export type TrustedFile =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: string };

const LINKS_MAX = 16;
const GROUP_OR_OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/**
 * Follows a path and checks each step of it: nobody but root may be able to put another file in its
 * place. A directory that others may write counts only with its sticky bit, as /tmp has it.
 */
export function findTrustedFile(fs: FileSystem, wanted: string): TrustedFile {
  let rest = stepsOf(wanted);
  let path = "";
  let linkCount = 0;
  while (rest.length > 0) {
    const [step = "", ...after] = rest;
    if (step === "..") {
      path = path.slice(0, path.lastIndexOf("/"));
      rest = after;
      continue;
    }
    const next = `${path}/${step}`;
    const stat = fs.stat(next);
    if (stat === undefined) {
      return refuse(`there is no "${next}"`);
    }
    if (stat.uid !== 0) {
      return refuse(`"${next}" belongs to user ${stat.uid} and not to root`);
    }
    if (stat.kind === "symlink") {
      linkCount += 1;
      if (linkCount > LINKS_MAX) {
        return refuse(`"${wanted}" leads through more than ${LINKS_MAX} links`);
      }
      const target = fs.readLink(next) ?? "";
      path = target.startsWith("/") ? "" : path;
      rest = [...stepsOf(target), ...after];
      continue;
    }
    const isLast = after.length === 0;
    if (isLast && stat.kind !== "file") {
      return refuse(`"${next}" is no regular file`);
    }
    const isSticky = !isLast && (stat.mode & STICKY) !== 0;
    if ((stat.mode & GROUP_OR_OTHERS_WRITE) !== 0 && !isSticky) {
      return refuse(`others than root may write "${next}": its mode is 0${stat.mode.toString(8)}`);
    }
    path = next;
    rest = after;
  }
  return path === "" ? refuse("it names no file") : { ok: true, path };
}

function refuse(reason: string): TrustedFile {
  return { ok: false, reason };
}

function stepsOf(path: string): readonly string[] {
  return path.split("/").filter((step) => step !== "" && step !== ".");
}
