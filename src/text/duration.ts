const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
];

/**
 * Milliseconds of a duration: "90", "30s", "5m", "1h", "1h30m", "2d", blanks between the parts or
 * none; a plain number counts seconds. Undefined for what is negative or no duration.
 */
export function parseDurationMs(value: unknown): number | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text.length > 40) {
    return undefined;
  }
  const plain = /^\s*([0-9]+(?:\.[0-9]+)?)\s*$/u.exec(text);
  if (plain !== null) {
    return toMs(Number(plain[1]) * 1_000);
  }
  const match =
    /^\s*(?:([0-9]+)\s*d)?\s*(?:([0-9]+)\s*h)?\s*(?:([0-9]+)\s*m)?\s*(?:([0-9]+(?:\.[0-9]+)?)\s*s)?\s*$/iu.exec(
      text,
    );
  const amounts = match?.slice(1);
  if (amounts === undefined || amounts.every((amount) => amount === undefined)) {
    return undefined;
  }
  return toMs(
    UNITS.reduce((sum, [, ms], position) => sum + Number(amounts[position] ?? 0) * ms, 0),
  );
}

/** A duration in the form that `parseDurationMs` reads: "1h30m". */
export function formatDuration(ms: number): string {
  let left = ms;
  let text = "";
  for (const [unit, unitMs] of UNITS) {
    const amount = unit === "s" ? left / unitMs : Math.floor(left / unitMs);
    if (amount > 0) {
      text += `${amount}${unit}`;
      left -= amount * unitMs;
    }
  }
  return text === "" ? "0s" : text;
}

function toMs(ms: number): number | undefined {
  const whole = Math.round(ms);
  return Number.isSafeInteger(whole) ? whole : undefined;
}
