import { isMapping } from "../config/cloud-config.ts";
import { describeKind } from "../text/describe-kind.ts";
import { readYaml } from "../text/read-yaml.ts";
import type { Problem } from "../text/problem.ts";
import { type CheckOptions, checkCloudConfig } from "./check-cloud-config.ts";
import type { PlacedFinding } from "./finding.ts";

/** How a text was checked. */
export type Validation =
  | { readonly kind: "checked" | "empty"; readonly findings: readonly PlacedFinding[] }
  /** No YAML: one finding, at the place where it breaks. */
  | { readonly kind: "no-yaml"; readonly findings: readonly PlacedFinding[] }
  /** YAML, and no mapping. */
  | { readonly kind: "no-mapping"; readonly findings: readonly PlacedFinding[] };

/**
 * Checks the text of a `#cloud-config`: findings with line and column, in the order of the text.
 * Never throws, never repeats a value. `source` names the text in findings.
 */
export async function validateCloudConfig(
  text: string | Uint8Array,
  source: string,
  options: Omit<CheckOptions, "withHints">,
): Promise<Validation> {
  const parsed = await readYaml(text, source);
  if (!parsed.ok) {
    const findings = parsed.problems.map((problem) => placed(problem, source, "error"));
    return { kind: "no-yaml", findings };
  }
  const { value, warnings } = parsed;
  if (value === null || value === undefined) {
    return { kind: "empty", findings: [] };
  }
  if (!isMapping(value)) {
    const message = `expected a mapping of keys to values, got ${describeKind(value)}`;
    return { kind: "no-mapping", findings: [{ level: "error", path: [], message, source }] };
  }
  const found = await checkCloudConfig(value, { ...options, withHints: true });
  const findings = warnings.map((problem) => placed(problem, source, "hint"));
  if (found.length > 0) {
    const { createYamlPlaces } = await import("../text/yaml-places.ts");
    const places = createYamlPlaces(text);
    for (const one of found) {
      findings.push({ ...one, source, ...places.placeOf(one.path) });
    }
  }
  const inOrder = findings.sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  return { kind: "checked", findings: inOrder };
}

function placed(problem: Problem, source: string, level: "error" | "hint"): PlacedFinding {
  const { message, line, column, path = [] } = problem;
  return {
    level,
    path,
    message,
    source,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
