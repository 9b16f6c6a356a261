import type { Instance } from "../../instance/instance.ts";
import { readInstance } from "../../instance/instance-store.ts";
import { parseLedger } from "../../report/ledger-file.ts";
import { readTextIfExists } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import type { DatasourceContext } from "../datasource.ts";

/** Who sets it. */
const MODULE = "set_passwords";

/**
 * The password that the router gave in an earlier boot and that was never set, since that boot ended
 * between init and modules:config. The router gives each only once. Undefined where there is none.
 */
export function readKeptPassword(
  { sys, paths, log }: Pick<DatasourceContext, "sys" | "paths" | "log">,
  id: string,
): Instance["config"] {
  try {
    const kept = readInstance(sys, paths, id)?.instance;
    const settings = kept?.config;
    const { cacheFile, ledgerFile } = paths.instance(id);
    const keptMs = sys.fs.stat(cacheFile)?.modifiedMs;
    if (
      kept?.datasource !== "CloudStack" ||
      typeof settings?.["password"] !== "string" ||
      keptMs === undefined
    ) {
      return undefined;
    }
    // The cache is written anew only when it changes: what ran after that has set this password.
    const isSet = parseLedger(readTextIfExists(sys.fs, ledgerFile) ?? "").some(
      ({ module, kind, outcome, time }) =>
        module === MODULE && kind === "module" && outcome === "ok" && Date.parse(time) >= keptMs,
    );
    return isSet ? undefined : settings;
  } catch (error) {
    log.debug(`Cannot tell whether a password of instance ${id} is kept: ${errorMessage(error)}`);
    return undefined;
  }
}
