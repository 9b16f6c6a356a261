const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

/**
 * A size in bytes (compat config.md §9.4): a number with B, K, M, G or T behind it, each also with
 * B or iB; all count in 1024. Undefined for what is negative, no size, or too large for a number.
 */
export function parseSizeBytes(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") {
    return undefined;
  }
  const match = /^\s*([0-9]{1,16}(?:\.[0-9]{0,16})?)\s*(?:([KMGT])(?:i?B)?|B)?\s*$/iu.exec(text);
  if (match === null) {
    return undefined;
  }
  const bytes = Math.trunc(Number(match[1]) * (FACTORS[(match[2] ?? "").toUpperCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
