import type { Instance } from "../instance/instance.ts";
import { readInstance, readInstanceId } from "../instance/instance-store.ts";
import { isSafeInstanceId } from "../instance/instance-json.ts";
import { readTextIfExists } from "../system/files.ts";
import { errorMessage } from "../text/error-message.ts";
import type { DatasourceContext } from "./datasource.ts";

/** The instance of that datasource that an earlier boot of this same machine had (DECISIONS 7), the last one or the one before. */
export async function readKeptInstance(
  { sys, paths, distro, log }: DatasourceContext,
  datasource: string,
): Promise<Instance | undefined> {
  const previous = readTextIfExists(sys.fs, paths.previousInstanceIdFile)?.trim();
  for (const id of [readInstanceId(sys, paths), previous]) {
    const kept =
      id === undefined || !isSafeInstanceId(id) ? undefined : readInstance(sys, paths, id);
    if (kept?.instance.datasource !== datasource || kept.machineId === undefined) {
      continue;
    }
    try {
      return (await distro.readMachineId()) === kept.machineId ? kept.instance : undefined;
    } catch (error) {
      log.debug(
        `Instance ${kept.instance.id} is not known to be this machine's: ${errorMessage(error)}`,
      );
      return undefined;
    }
  }
  return undefined;
}
