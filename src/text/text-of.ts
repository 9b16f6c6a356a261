const DEPTH_MAX = 64;

/**
 * A configuration value as the text that cloud-init, being Python, makes of it (compat config.md
 * §9.4): `True`, `1.5`, `None`, and `['a', 1]` for a list. Bytes are decoded as UTF-8.
 */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : textOfValue(value, 0);
}

function textOfValue(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return depth === 0 ? value : quoted(value);
    case "boolean":
      return value ? "True" : "False";
    case "number":
      return textOfNumber(value);
    case "bigint":
      return String(value);
    default:
      break;
  }
  if (value instanceof Uint8Array) {
    const text = new TextDecoder().decode(value);
    return depth === 0 ? text : quoted(text);
  }
  if (depth > DEPTH_MAX) {
    return "...";
  }
  if (Array.isArray(value)) {
    return `[${value.map((item) => textOfValue(item, depth + 1)).join(", ")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => `${quoted(key)}: ${textOfValue(item, depth + 1)}`,
    );
    return `{${entries.join(", ")}}`;
  }
  return "None";
}

/** As Python's repr: an exponent from 1e16 on and below 1e-4, of two digits at least. */
function textOfNumber(value: number): string {
  if (Number.isNaN(value)) {
    return "nan";
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? "inf" : "-inf";
  }
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e16)) {
    return String(value);
  }
  return value.toExponential().replace(/e([-+])(\d)$/u, "e$10$2");
}

/** As Python's repr of text: single quotes, double ones where a single quote is inside. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text
    .replaceAll("\\", "\\\\")
    .replaceAll(quote, `\\${quote}`)
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return quote + inside + quote;
}
