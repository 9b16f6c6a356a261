import type { Problem } from "../text/problem.ts";
import type { CloudConfig } from "./cloud-config.ts";
import type { BaseConfig } from "./load-base-config.ts";
import { mergeLevels } from "./merge.ts";
import type { ConfigLevel } from "./merge.ts";
import { parseConfigFile } from "./parse-config-file.ts";
import type { ParsedConfigFile } from "./parse-config-file.ts";

/** What an instance adds: parsed already, or as the text of its file. */
export interface InstanceConfigs {
  /** cloud-config.txt, from user-data. */
  readonly userData?: CloudConfig | string | Uint8Array;
  /** vendor2-cloud-config.txt */
  readonly vendorData2?: CloudConfig | string | Uint8Array;
  /** vendor-cloud-config.txt */
  readonly vendorData?: CloudConfig | string | Uint8Array;
  /** The datasource's own, which only some clouds give. */
  readonly datasource?: CloudConfig;
}

/**
 * The whole configuration: the levels of the instance (3–6 of compat config.md §1) between those
 * above and below them. Still has `system_info`, which modules must not see.
 */
export async function mergeWithInstance(
  base: BaseConfig,
  instance: InstanceConfigs,
): Promise<ParsedConfigFile> {
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const levels: ConfigLevel[] = [...base.overrides];
  const given = [
    ["user-data", instance.userData],
    ["vendor-data2", instance.vendorData2],
    ["vendor-data", instance.vendorData],
    ["datasource", instance.datasource],
  ] as const;
  for (const [source, value] of given) {
    if (typeof value === "string" || value instanceof Uint8Array) {
      const parsed = await parseConfigFile(value, source);
      problems.push(...parsed.problems);
      notes.push(...parsed.notes);
      levels.push({ source, config: parsed.config });
    } else if (value !== undefined) {
      levels.push({ source, config: value });
    }
  }
  const merged = mergeLevels([...levels, base.base]);
  return { config: merged.config, problems: [...problems, ...merged.problems], notes };
}
