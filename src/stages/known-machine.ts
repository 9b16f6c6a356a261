import type { CloudConfig } from "../config/cloud-config.ts";
import { isMapping, valueAt } from "../config/cloud-config.ts";
import type { KeptInstance } from "../instance/instance-store.ts";
import { readInstance, readInstanceId } from "../instance/instance-store.ts";
import { isSafeInstanceId } from "../instance/instance-json.ts";
import { readTextIfExists } from "../system/files.ts";
import type { StageFrame } from "./stage-frame.ts";

/** What is kept from earlier boots, and whether it is this machine's (DECISIONS 6, 7). */
export type KeptAnswer =
  | { readonly kind: "same-machine"; readonly kept: KeptInstance }
  | { readonly kind: "other-machine"; readonly kept: KeptInstance; readonly reason: string }
  | { readonly kind: "none"; readonly reason: string };

/**
 * Looks for an instance that may stay current although no datasource answers: the last one, else
 * the one before it, whose datasource is still in datasource_list.
 */
export async function findKeptInstance(
  frame: StageFrame,
  machineId: () => Promise<string | undefined>,
): Promise<KeptAnswer> {
  const { base, paths } = frame;
  const previous = readTextIfExists(base.fs, paths.previousInstanceIdFile)?.trim();
  const ids = [readInstanceId(base, paths), previous].filter(
    (id): id is string => id !== undefined && isSafeInstanceId(id),
  );
  if (ids.length === 0) {
    return { kind: "none", reason: `"${paths.instanceIdFile}" does not exist` };
  }
  let reason = "";
  for (const id of new Set(ids)) {
    const kept = readInstance(base, paths, id);
    if (kept === undefined) {
      reason = `"${paths.instance(id).cacheFile}" holds no instance of this program`;
      continue;
    }
    if (
      kept.instance.isFallback === true ||
      !isListed(frame.baseConfig, kept.instance.datasource)
    ) {
      reason = `instance ${id} came from ${kept.instance.datasource}, which datasource_list does not name`;
      continue;
    }
    return judge(kept, await machineId());
  }
  return { kind: "none", reason };
}

function judge(kept: KeptInstance, now: string | undefined): KeptAnswer {
  if (now !== undefined && kept.machineId === now) {
    return { kind: "same-machine", kept };
  }
  const reason =
    now === undefined
      ? "this machine does not tell its identity"
      : kept.machineId === undefined
        ? `instance ${kept.instance.id} was kept without the identity of its machine`
        : `instance ${kept.instance.id} belongs to machine ${kept.machineId}, and this is ${now}`;
  return { kind: "other-machine", kept, reason };
}

/** Whether the old rule holds: every boot without the drive ends with exit code 1 (DECISIONS 6). */
export function isDriveRequired(config: CloudConfig): boolean {
  return valueAt(config, "datasource", "ConfigDrive", "require_drive") === true;
}

/** Whether datasource_list names it, in any spelling. */
export function isListed(config: CloudConfig, datasource: string): boolean {
  const list = isMapping(config) ? config["datasource_list"] : undefined;
  const wanted = datasource.toLowerCase();
  return (
    Array.isArray(list) &&
    list.some(
      (name) =>
        typeof name === "string" && name.toLowerCase().replace(/^datasource/u, "") === wanted,
    )
  );
}
