import type { System } from "../system/system.ts";
import { errorMessage } from "../text/error-message.ts";
import { type ExternalHeader, HEADER_BYTES_MAX, parseExternalHeader } from "./external-header.ts";
import { findFileFault } from "./external-file-fault.ts";
import { findPythonModule } from "./find-python-module.ts";

/** What of a machine the search needs. */
export type ExternalHost = Pick<System, "fs" | "process">;

/** An executable that is a config module. */
export interface ExternalFile {
  /** Of the file, as it stands in the directory. */
  readonly fileName: string;
  readonly path: string;
  readonly header: ExternalHeader;
}

/** What there is under the name of a module that is not built in. */
export type ExternalSearch =
  | { readonly kind: "found"; readonly file: ExternalFile }
  /** It is there and is not run; `message` says why and what to do. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "none" };

/**
 * Looks for the external module that a list calls `writtenName`, canonically `name`: `my-module` and
 * `my_module` are the same. Where there is none, a Python module of the old package by that name is
 * refused with what to do instead (DECISIONS 15).
 */
export function findExternalModule(
  host: ExternalHost,
  directory: string,
  { name, writtenName }: { readonly name: string; readonly writtenName: string },
): ExternalSearch {
  const candidates = externalFileNames(name, writtenName);
  let fileName: string | undefined;
  try {
    fileName = candidates.find((one) => host.fs.stat(`${directory}/${one}`) !== undefined);
  } catch (error) {
    return refuse(`${directory}/${name}`, errorMessage(error));
  }
  if (fileName !== undefined) {
    return openExternalFile(host, directory, fileName);
  }
  const python = findPythonModule(host.fs, directory, name);
  return python === undefined
    ? { kind: "none" }
    : {
        kind: "refused",
        message: `Cannot run "${python}": Python modules of the old package are not run; write it as an executable "${directory}/${candidates[0] ?? name}" that reads JSON (README, "Modules of your own")`,
      };
}

/** The files that may stand for a module, the one most likely first; none for what could lead out of the directory. */
export function externalFileNames(name: string, writtenName: string): readonly string[] {
  const names = [name, name.replaceAll("_", "-"), writtenName];
  return [...new Set(names)].filter((one) => /^[^/\0.][^/\0]{0,63}$/u.test(one));
}

/** Reads what one file of the directory says of itself, if it can be trusted and run. */
export function openExternalFile(
  host: ExternalHost,
  directory: string,
  fileName: string,
): ExternalSearch {
  const path = `${directory}/${fileName}`;
  try {
    const fault = FILE_NAME.test(fileName)
      ? findFileFault(host, directory, fileName)
      : "its name may only have a-z, 0-9, _ and -";
    if (fault !== undefined) {
      return refuse(path, fault);
    }
    const target = host.fs.readLink(path);
    const stat = host.fs.stat(target === undefined ? path : `${directory}/${target}`);
    if (((stat?.mode ?? 0) & 0o111) === 0) {
      return refuse(path, `it is not executable: chmod 755 ${path}`);
    }
    const header = parseExternalHeader(readHead(host, path));
    return { kind: "found", file: { fileName, path, header } };
  } catch (error) {
    return refuse(path, errorMessage(error));
  }
}

/** Of a module's file. */
const FILE_NAME = /^[a-z0-9_][a-z0-9_-]{0,63}$/u;

function refuse(path: string, fault: string): ExternalSearch {
  return { kind: "refused", message: `Cannot run the module "${path}": ${fault}` };
}

function readHead({ fs }: ExternalHost, path: string): Uint8Array {
  const file = fs.open(path);
  try {
    return file.read(0, HEADER_BYTES_MAX);
  } finally {
    file.close();
  }
}
