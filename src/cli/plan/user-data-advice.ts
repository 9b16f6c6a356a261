import { readTextIfExists } from "../../system/files.ts";
import type { PathRoots } from "../../instance/paths.ts";
import type { CheckOptions } from "../../modules/check-cloud-config.ts";
import { ownerOfKey } from "../../modules/config-keys.ts";
import { dottedPath } from "../../modules/finding.ts";
import type { ExternalHost } from "../../modules/find-external-module.ts";
import type { PlanReport } from "./plan-report.ts";

const CLOUD_CONFIG = /^\s*#cloud-config(?!-)/iu;

/**
 * What `cloud-init schema` says of the user-data and a boot does not: keys that nobody reads, and
 * what is right as it stands and probably not wanted. Errors show as failures of the boot itself.
 */
export async function readAdvice(
  host: ExternalHost,
  { cloudDir, modulesDir }: Pick<PathRoots, "cloudDir" | "modulesDir">,
  distro: string,
): Promise<readonly string[]> {
  const text = readTextIfExists(host.fs, `${cloudDir}/instance/user-data.txt`);
  if (text === undefined || !CLOUD_CONFIG.test(text)) {
    return [];
  }
  const { validateCloudConfig } = await import("../../modules/validate-cloud-config.ts");
  const { findings } = await validateCloudConfig(text, "user-data", {
    distro,
    ...(await externalKeys(host, modulesDir)),
  });
  return findings
    .filter(({ level, path }) => {
      // Nobody but its schema judges the key of an external module.
      const [key] = path;
      const isExternal =
        level === "error" && typeof key === "string" && ownerOfKey(key) === undefined;
      return isExternal || level === "unknown" || level === "deprecated" || level === "hint";
    })
    .map(({ source, line, level, path, message }) => {
      const text = level === "error" ? `${dottedPath(path)}: ${message}` : message;
      return line === undefined ? `${source}: ${text}` : `${source}:${line}: ${text}`;
    });
}

/** What is wrong with a schema is among the warnings of the boot. */
async function externalKeys(
  host: ExternalHost,
  modulesDir: string | undefined,
): Promise<Pick<CheckOptions, "checkExternalKey">> {
  if (modulesDir === undefined || host.fs.stat(modulesDir) === undefined) {
    return {};
  }
  const { createExternalKeyCheck } = await import("../../modules/external-schemas.ts");
  return { checkExternalKey: createExternalKeyCheck(host, modulesDir, () => {}) };
}

/** The report with the advice among the warnings of the stage that reads user-data. */
export function withAdvice(report: PlanReport, advice: readonly string[]): PlanReport {
  return {
    ...report,
    stages: report.stages.map((stage) =>
      stage.name === "init" ? { ...stage, warnings: [...stage.warnings, ...advice] } : stage,
    ),
  };
}
