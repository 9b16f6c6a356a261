import type { PlacedFinding } from "../../modules/finding.ts";
import type { Validation } from "../../modules/validate-cloud-config.ts";
import { parseNetworkConfig } from "../../network/parse-network-config.ts";
import { readYaml } from "../../text/read-yaml.ts";
import { createYamlPlaces } from "../../text/yaml-places.ts";
import { isRecord } from "../../text/record.ts";

/** Checks a network configuration of version 1 or 2 (compat network.md §6–7) by the code that applies it. */
export async function checkNetworkText(content: Uint8Array, source: string): Promise<Validation> {
  const parsed = await readYaml(content, source);
  if (!parsed.ok) {
    const findings = parsed.problems.map(({ message, line, column }): PlacedFinding => ({
      level: "error",
      path: [],
      message,
      source,
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    }));
    return { kind: "no-yaml", findings };
  }
  if (parsed.value === null || parsed.value === undefined) {
    return { kind: "empty", findings: [] };
  }
  if (!isRecord(parsed.value)) {
    return { kind: "no-mapping", findings: [] };
  }
  const settings = parseNetworkConfig(parsed.value, source);
  const problems = settings.kind === "disabled" ? [] : settings.problems;
  const places = createYamlPlaces(content);
  const findings: PlacedFinding[] = [];
  for (const { message, path = [], severity } of problems) {
    const level = severity === "warning" ? "hint" : "error";
    findings.push({ level, path, message, source, ...places.placeOf(path) });
  }
  return { kind: "checked", findings };
}
