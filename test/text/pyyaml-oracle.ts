import { spawnSync } from "node:child_process";

/** What PyYAML says to a text: a value in a form that JSON carries, or its error. */
export type OracleAnswer =
  | { readonly value: unknown; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: string };

/** Whether Python 3 with PyYAML is there to compare with. */
export function hasPyYaml(): boolean {
  return spawnSync("python3", ["-c", "import yaml"]).status === 0;
}

/** PyYAML's answers to many texts, from one process. */
export function askPyYaml(texts: readonly string[]): readonly OracleAnswer[] {
  const result = spawnSync("python3", [`${import.meta.dir}/pyyaml-oracle.py`], {
    input: JSON.stringify(texts),
    maxBuffer: 256 * 1024 * 1024,
    encoding: "utf8",
  });
  if (result.status !== 0) {
    throw new Error(`The PyYAML oracle failed: ${result.stderr}`);
  }
  return JSON.parse(result.stdout) as readonly OracleAnswer[];
}

/** Our value in the oracle's form. Numbers written as floats and as integers look alike here. */
export function oracleForm(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isFinite(value) ? value : { float: floatName(value) };
  }
  if (value instanceof Uint8Array) {
    return { bytes: Buffer.from(value).toString("hex") };
  }
  if (Array.isArray(value)) {
    return value.map(oracleForm);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, oracleForm(item)] as const);
    return { map: sortEntries(entries) };
  }
  return value;
}

/** The oracle's value with floats as numbers, entries in our order. */
export function normaliseAnswer(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(normaliseAnswer);
  }
  if (typeof value === "object" && value !== null) {
    if ("float" in value) {
      const number = Number(value.float);
      return value.float === "nan" || String(value.float).endsWith("inf") ? value : number;
    }
    if ("map" in value && Array.isArray(value.map)) {
      const entries = value.map as readonly (readonly [string, unknown])[];
      return { map: sortEntries(entries.map(([key, item]) => [key, normaliseAnswer(item)])) };
    }
  }
  return value;
}

function sortEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function floatName(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
