import type { CloudConfig } from "../config/cloud-config.ts";
import { valueAt } from "../config/cloud-config.ts";
import { listDatasourceNames, plainDatasourceName } from "../config/datasource-list.ts";
import type { Instance } from "../instance/instance.ts";
import type { KeptInstance } from "../instance/instance-store.ts";
import { readInstance, readInstanceId } from "../instance/instance-store.ts";
import { isSafeInstanceId } from "../instance/instance-json.ts";
import { isDirectory, readTextIfExists } from "../system/files.ts";
import type { StageFrame } from "./stage-frame.ts";

/** What is kept from earlier boots, and whether it is this machine's (DECISIONS 6, 7). */
export type KeptAnswer =
  | { readonly kind: "same-machine"; readonly kept: KeptInstance }
  | { readonly kind: "other-machine"; readonly kept: KeptInstance; readonly reason: string }
  | { readonly kind: "none"; readonly reason: string };

/**
 * Looks for an instance that may stay current although no datasource answers: the last one, else
 * the one before it, else the newest of the others, whose datasource is still in datasource_list. A
 * machine that ran with `datasource_list: ['None']` for a while finds its own instance again.
 */
export async function findKeptInstance(
  frame: StageFrame,
  machineId: () => Promise<string | undefined>,
): Promise<KeptAnswer> {
  const { base, paths } = frame;
  const reasons: string[] = [];
  for (const id of candidateIds(frame)) {
    const kept = readInstance(base, paths, id);
    if (kept === undefined) {
      reasons.push(`"${paths.instance(id).cacheFile}" holds no instance of this program`);
      continue;
    }
    if (
      kept.instance.isFallback === true ||
      !isListed(frame.baseConfig, kept.instance.datasource)
    ) {
      reasons.push(
        `instance ${id} came from ${kept.instance.datasource}, which is no datasource of datasource_list that keeps one`,
      );
      continue;
    }
    return judge(kept, await machineId());
  }
  return { kind: "none", reason: reasons[0] ?? `"${paths.instancesDir}" has none` };
}

/** Ids under instances/, the most likely one first. */
function candidateIds(frame: StageFrame): ReadonlySet<string> {
  const { base, paths } = frame;
  const previous = readTextIfExists(base.fs, paths.previousInstanceIdFile)?.trim();
  const others = (isDirectory(base.fs, paths.instancesDir) ? base.fs.list(paths.instancesDir) : [])
    .map((id) => ({ id, sinceMs: base.fs.stat(paths.instance(id).cacheFile)?.modifiedMs ?? -1 }))
    .filter(({ sinceMs }) => sinceMs >= 0)
    .sort((a, b) => b.sinceMs - a.sinceMs)
    .map(({ id }) => id);
  const ids = [readInstanceId(base, paths), previous, ...others];
  return new Set(ids.filter((id): id is string => id !== undefined && isSafeInstanceId(id)));
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

/** Whether the old rule holds for a kept instance: every boot without its config drive ends with exit code 1 (DECISIONS 6). */
export function isDriveRequired(
  config: CloudConfig,
  { datasource }: Pick<Instance, "datasource">,
): boolean {
  return (
    datasource === "ConfigDrive" &&
    valueAt(config, "datasource", "ConfigDrive", "require_drive") === true
  );
}

/** Whether datasource_list names it, in any spelling. */
export function isListed(config: CloudConfig, datasource: string): boolean {
  return listDatasourceNames(config).includes(plainDatasourceName(datasource));
}
