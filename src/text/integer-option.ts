/**
 * A whole number out of a configuration value, as Python's int() reads its text: 30, "30", " +3_0 ",
 * 30.0. Undefined for anything else.
 */
export function parseInteger(value: unknown): number | undefined {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? value : undefined;
  }
  if (typeof value !== "string" || !/^\s*[-+]?[0-9]{1,16}(?:_[0-9]{1,16})*\s*$/u.test(value)) {
    return undefined;
  }
  const number = Number(value.replaceAll("_", ""));
  return Number.isSafeInteger(number) ? number : undefined;
}
