import { readTextIfExists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { PlanReport } from "./plan-report.ts";

const CLOUD_CONFIG = /^\s*#cloud-config(?!-)/iu;

/**
 * What `cloud-init schema` says of the user-data and a boot does not: keys that nobody reads, and
 * what is right as it stands and probably not wanted. Errors show as failures of the boot itself.
 */
export async function readAdvice(
  fs: FileSystem,
  cloudDir: string,
  distro: string,
): Promise<readonly string[]> {
  const text = readTextIfExists(fs, `${cloudDir}/instance/user-data.txt`);
  if (text === undefined || !CLOUD_CONFIG.test(text)) {
    return [];
  }
  const { validateCloudConfig } = await import("../../modules/validate-cloud-config.ts");
  const { findings } = await validateCloudConfig(text, "user-data", { distro });
  return findings
    .filter(({ level }) => level === "unknown" || level === "deprecated" || level === "hint")
    .map(({ source, line, message }) =>
      line === undefined ? `${source}: ${message}` : `${source}:${line}: ${message}`,
    );
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
