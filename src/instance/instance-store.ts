import type { System } from "../system/system.ts";
import { readTextIfExists } from "../system/files.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import type { Instance } from "./instance.ts";
import { instanceFromJson, instanceToJson, isSafeInstanceId } from "./instance-json.ts";
import type { Paths } from "./paths.ts";
import { writeRunPointer } from "./run-pointer.ts";

/** An instance that an earlier stage or boot left, and the machine it was made for. */
export interface KeptInstance {
  readonly instance: Instance;
  /** As `Distro.readMachineId` told then; undefined where nothing told. */
  readonly machineId?: string;
}

const DIRECTORY_MODE = 0o755;

/** The directories that every boot expects (compat core.md §4.1 step 4). One that cannot be made does not stop the next; throws the first failure when all were tried. */
export function createStateDirectories(sys: System, paths: Paths): void {
  const names = [
    paths.cloudDir,
    paths.scriptsDir,
    `${paths.scriptsDir}/per-instance`,
    `${paths.scriptsDir}/per-once`,
    `${paths.scriptsDir}/per-boot`,
    `${paths.scriptsDir}/vendor`,
    paths.seedDir,
    paths.instancesDir,
    paths.handlersDir,
    paths.semDir,
    paths.dataDir,
    paths.runDir,
  ];
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      sys.fs.makeDirectory(name, { mode: DIRECTORY_MODE });
    } catch (error) {
      failures.push(error);
    }
  }
  try {
    writeRunPointer(sys.fs, paths);
  } catch (error) {
    failures.push(error);
  }
  if (failures.length > 0) {
    throw failures[0];
  }
}

/**
 * Makes `instance` the current one: its directory, its data, `data/instance-id` and last of all the
 * link, so that a power cut leaves either the old instance or the new one (compat core.md §4.5).
 */
export function storeInstance(
  sys: System,
  paths: Paths,
  instance: Instance,
  machineId: string | undefined,
): void {
  const own = paths.instance(instance.id);
  for (const dir of [own.dir, own.handlersDir, own.scriptsDir, own.semDir]) {
    sys.fs.makeDirectory(dir, { mode: DIRECTORY_MODE });
  }
  const previousId = readInstanceId(sys, paths);
  const previousSource = currentDatasourceLine(sys, paths, previousId);
  const sourceLine = `${instance.description.split(" ")[0] ?? ""}: ${instance.description}\n`;
  const ensureFile = (path: string, content: string | Uint8Array, mode: number): void => {
    writeIfDifferent(sys.fs, path, content, { mode, durable: true });
  };
  ensureFile(own.userDataFile, instance.userData ?? "", 0o600);
  ensureFile(own.vendorDataFile, instance.vendorData ?? "", 0o600);
  ensureFile(own.vendorData2File, instance.vendorData2 ?? "", 0o600);
  if (machineId !== undefined) {
    ensureFile(own.machineIdFile, `${machineId}\n`, 0o600);
  }
  ensureFile(own.cacheFile, instanceToJson(instance), 0o400);
  ensureFile(own.datasourceFile, sourceLine, 0o644);
  ensureFile(paths.previousDatasourceFile, previousSource ?? sourceLine, 0o644);
  ensureFile(paths.previousInstanceIdFile, `${previousId ?? "NO_PREVIOUS_INSTANCE_ID"}\n`, 0o644);
  ensureFile(paths.instanceIdFile, `${instance.id}\n`, 0o644);
  linkInstance(sys, paths, instance.id);
  sys.fs.flush();
}

/** Makes an instance that is kept here the current one: `data/instance-id` and the link. Nothing is written where it is so already. */
export function makeCurrent(sys: System, paths: Paths, id: string): void {
  const previousId = readInstanceId(sys, paths);
  if (previousId !== id) {
    const options = { mode: 0o644, durable: true };
    const previous = `${previousId ?? "NO_PREVIOUS_INSTANCE_ID"}\n`;
    sys.fs.write(paths.previousInstanceIdFile, previous, options);
    sys.fs.write(paths.instanceIdFile, `${id}\n`, options);
  }
  linkInstance(sys, paths, id);
}

/** Points `instance` at the instance's directory, by its absolute path. */
function linkInstance(sys: System, paths: Paths, id: string): void {
  const target = paths.instance(id).dir;
  if (sys.fs.readLink(paths.instanceLink) === target) {
    return;
  }
  // The old cloud-init-per could leave a real directory here, which would keep the link out.
  const found = sys.fs.stat(paths.instanceLink);
  if (found !== undefined && found.kind !== "symlink") {
    sys.fs.remove(paths.instanceLink);
  }
  sys.fs.symlink(target, paths.instanceLink);
}

/** `data/instance-id`, or undefined where there is none that can be used. */
export function readInstanceId(sys: System, paths: Paths): string | undefined {
  const id = readTextIfExists(sys.fs, paths.instanceIdFile)?.trim();
  return id !== undefined && isSafeInstanceId(id) ? id : undefined;
}

/** The kept instance of that id with its user-data and vendor-data; undefined where it is not there or of the old agent. */
export function readInstance(sys: System, paths: Paths, id: string): KeptInstance | undefined {
  const own = paths.instance(id);
  const json = readTextIfExists(sys.fs, own.cacheFile);
  const instance = json === undefined ? undefined : instanceFromJson(json);
  if (instance === undefined || instance.id !== id) {
    return undefined;
  }
  const machineId = readTextIfExists(sys.fs, own.machineIdFile)?.trim();
  return {
    instance: {
      ...instance,
      ...bytesAt(sys, "userData", own.userDataFile),
      ...bytesAt(sys, "vendorData", own.vendorDataFile),
      ...bytesAt(sys, "vendorData2", own.vendorData2File),
    },
    ...(machineId === undefined || machineId === "" ? {} : { machineId }),
  };
}

function bytesAt(sys: System, key: string, path: string): Record<string, Uint8Array> {
  const bytes = sys.fs.readBytesIfExists(path);
  return bytes === undefined || bytes.length === 0 ? {} : { [key]: bytes };
}

function currentDatasourceLine(
  sys: System,
  paths: Paths,
  id: string | undefined,
): string | undefined {
  return id === undefined ? undefined : readTextIfExists(sys.fs, paths.instance(id).datasourceFile);
}
