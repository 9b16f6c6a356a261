import type { TObject } from "typebox";
import { checkJsonSchema } from "../schema/check-json-schema.ts";
import { readJsonSchema } from "../schema/read-json-schema.ts";
import { errorMessage } from "../text/error-message.ts";
import { findDirectoryFault, findFileFault } from "./external-file-fault.ts";
import { type ExternalFile, type ExternalHost, openExternalFile } from "./find-external-module.ts";
import type { Finding } from "./finding.ts";
import { describeUnknownKey } from "./unknown-key.ts";

/** The schema that stands beside an external module. */
export interface ExternalSchema {
  /** Of the module. */
  readonly file: ExternalFile;
  readonly path: string;
  readonly schema: TObject;
}

/** Judges a top-level key that no built-in module reads; undefined where no external module does either. */
export type ExternalKeyCheck = (
  key: string,
  value: unknown,
) => Promise<readonly Finding[] | undefined>;

const SCHEMA_BYTES_MAX = 1024 * 1024;
const MODULES_MAX = 500;

/** Reads the schemas of all modules in `directory` when the first key is judged. `onProblem` hears of those that cannot be used. */
export function createExternalKeyCheck(
  host: ExternalHost,
  directory: string,
  onProblem: (message: string) => void,
): ExternalKeyCheck {
  let schemas: readonly ExternalSchema[] | undefined;
  return async (key, value) => {
    schemas ??= readExternalSchemas(host, directory, onProblem);
    const owners = schemas.filter(({ schema }) => Object.hasOwn(schema.properties, key));
    return owners.length === 0
      ? undefined
      : owners.flatMap((owner) => checkKey(owner, key, value, onProblem));
  };
}

/** The schemas of all modules that can be run. Nothing where there is no such directory. */
export function readExternalSchemas(
  host: ExternalHost,
  directory: string,
  onProblem: (message: string) => void,
): readonly ExternalSchema[] {
  if (host.fs.stat(directory) === undefined) {
    return [];
  }
  try {
    const fault = findDirectoryFault(host, directory);
    if (fault !== undefined) {
      onProblem(`Cannot use the modules in "${directory}": ${fault}`);
      return [];
    }
    const names = host.fs.list(directory).filter((name) => !name.includes("."));
    return names.slice(0, MODULES_MAX).flatMap((name) => {
      const search = openExternalFile(host, directory, name);
      const schema =
        search.kind === "found"
          ? readExternalSchema(host, directory, search.file, onProblem)
          : undefined;
      return schema === undefined ? [] : [schema];
    });
  } catch (error) {
    onProblem(`Cannot use the modules in "${directory}": ${errorMessage(error)}`);
    return [];
  }
}

/** The schema of one module: the file that its header names, else NAME.schema.json if there is one. */
export function readExternalSchema(
  host: ExternalHost,
  directory: string,
  file: ExternalFile,
  onProblem: (message: string) => void,
): ExternalSchema | undefined {
  const name = file.header.schema ?? `${file.fileName}.schema.json`;
  const path = `${directory}/${name}`;
  if (file.header.schema === undefined && host.fs.stat(path) === undefined) {
    return undefined;
  }
  const refuse = (fault: string): undefined => {
    onProblem(`Cannot use the schema "${path}" of module "${file.path}": ${fault}`);
    return undefined;
  };
  try {
    const fault = findFileFault(host, directory, name);
    if (fault !== undefined) {
      return refuse(fault);
    }
    const bytes = host.fs.readBytes(path);
    if (bytes.length > SCHEMA_BYTES_MAX) {
      return refuse(`it has more than ${SCHEMA_BYTES_MAX} bytes`);
    }
    const read = readJsonSchema(new TextDecoder().decode(bytes));
    return read.ok ? { file, path, schema: read.schema } : refuse(read.fault);
  } catch (error) {
    return refuse(errorMessage(error));
  }
}

function checkKey(
  owner: ExternalSchema,
  key: string,
  value: unknown,
  onProblem: (message: string) => void,
): readonly Finding[] {
  try {
    return checkJsonSchema(owner.schema, key, value).map(({ path, isUnknownKey, message }) =>
      isUnknownKey ? describeUnknownKey(path, []) : { level: "error", path, message },
    );
  } catch (error) {
    onProblem(`Cannot check "${key}" against "${owner.path}": ${errorMessage(error)}`);
    return [];
  }
}
