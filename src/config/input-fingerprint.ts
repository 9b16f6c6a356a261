import type { FileSystem } from "../system/system.ts";

/**
 * What one file, directory or text was when the configuration was made of it. An input that is
 * changed, gone or new makes a kept configuration worthless.
 */
export type InputFingerprint =
  | {
      readonly kind: "path";
      readonly path: string;
      /** What `fingerprintPath` said. */
      readonly state: string;
    }
  | { readonly kind: "text"; readonly name: string; readonly text: string };

const LINKS_MAX = 16;

/** The state of a path, present or absent: type, size and time; of a directory, its names; through links. */
export function fingerprintPath(fs: FileSystem, path: string): InputFingerprint {
  return { kind: "path", path, state: stateOf(fs, path, 0) };
}

/** Whether all inputs that are paths are as they were, and all texts are among `texts`. */
export function areInputsUnchanged(
  fs: FileSystem,
  inputs: readonly InputFingerprint[],
  texts: Readonly<Record<string, string>>,
): boolean {
  return inputs.every((input) =>
    input.kind === "text"
      ? Object.hasOwn(texts, input.name) && texts[input.name] === input.text
      : stateOf(fs, input.path, 0) === input.state,
  );
}

function stateOf(fs: FileSystem, path: string, linkCount: number): string {
  const stat = fs.stat(path);
  if (stat === undefined) {
    return "absent";
  }
  if (stat.kind === "symlink") {
    const target = fs.readLink(path) ?? "";
    if (linkCount >= LINKS_MAX) {
      return "symlinks without end";
    }
    const next = target.startsWith("/")
      ? target
      : `${path.slice(0, path.lastIndexOf("/"))}/${target}`;
    return `symlink ${target} → ${stateOf(fs, next, linkCount + 1)}`;
  }
  if (stat.kind === "directory") {
    return `directory ${namesIn(fs, path)}`;
  }
  return `${stat.kind} ${stat.sizeBytes} ${stat.modifiedMs} ${stat.mode}`;
}

function namesIn(fs: FileSystem, directory: string): string {
  try {
    return JSON.stringify(fs.list(directory));
  } catch {
    // Gone or closed between two calls: a state too, and another one than that of any list.
    return "unreadable";
  }
}
