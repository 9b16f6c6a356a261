import { isFile, statTarget } from "../system/files.ts";
import type { System } from "../system/system.ts";

/**
 * The path of `command` as a shell finds it: by PATH where it has no "/", the first file that may
 * be run, else the first file. What is not found is left as it is: running it tells why.
 */
export function findProgram(sys: System, command: string, cwd: string): string {
  if (command.includes("/")) {
    return command.startsWith("/") ? command : `${cwd}/${command}`;
  }
  const dirs = (sys.process.env["PATH"] ?? PATH_DEFAULT).split(":");
  const paths = dirs.map((dir) => {
    const path = dir === "" ? command : `${dir}/${command}`;
    return path.startsWith("/") ? path : `${cwd}/${path}`;
  });
  return (
    paths.find((path) => isExecutable(sys, path)) ??
    paths.find((path) => isFile(sys.fs, path)) ??
    command
  );
}

/** Where the environment has none. */
const PATH_DEFAULT = "/usr/bin:/bin:/usr/sbin:/sbin";

function isExecutable(sys: System, path: string): boolean {
  const stat = statTarget(sys.fs, path);
  return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
}
