/**
 * Which value a plain (unquoted, untagged) YAML scalar stands for, as PyYAML's safe loader resolves
 * YAML 1.1 (compat config.md §9.1; PyYAML resolver.py and constructor.py). Used both ways: the
 * reader asks for the value, the emitter whether a text has to be quoted.
 */
export type ScalarType =
  | "null"
  | "bool"
  | "int"
  | "float"
  | "timestamp"
  | "merge"
  | "value"
  | "str";

const WORDS = new Map<string, boolean | null>([
  ...["yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map(
    (word) => [word, true] as const,
  ),
  ...["no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
    (word) => [word, false] as const,
  ),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
]);
const WORD_LENGTH_MAX = 5;

/** A longer run of digits is no number that anyone means, and costs quadratic time. */
const NUMBER_LENGTH_MAX = 1000;

const INTEGER =
  /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/u;
// A sign before a bare point ("-.5") makes it text: so PyYAML's pattern has it.
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/u;
const TIMESTAMP =
  /^[0-9]{4}-(?:[0-9]{2}-[0-9]{2}|[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/u;

/** The type PyYAML gives the plain scalar `text`. */
export function plainScalarType(text: string): ScalarType {
  if (text.length <= WORD_LENGTH_MAX) {
    const word = WORDS.get(text);
    if (word !== undefined) {
      return word === null ? "null" : "bool";
    }
  }
  if (text === "<<") {
    return "merge";
  }
  if (text === "=") {
    return "value";
  }
  if (!mayBeNumber(text)) {
    return "str";
  }
  if (INTEGER.test(text)) {
    return "int";
  }
  if (FLOAT.test(text)) {
    return "float";
  }
  return TIMESTAMP.test(text) ? "timestamp" : "str";
}

/**
 * The value of the plain scalar `text`. Dates, "=" and "<<" stay text; an integer too large for a
 * number becomes its decimal digits as text, so that no digit is lost.
 */
export function resolvePlainScalar(text: string): string | number | boolean | null {
  if (text.length <= WORD_LENGTH_MAX) {
    const word = WORDS.get(text);
    if (word !== undefined) {
      return word;
    }
  }
  if (!mayBeNumber(text)) {
    return text;
  }
  if (INTEGER.test(text)) {
    return parseYamlInteger(text) ?? text;
  }
  if (FLOAT.test(text)) {
    return parseYamlFloat(text) ?? text;
  }
  return text;
}

/** What `!!bool` makes of a text; undefined where it makes an error. */
export function parseYamlBoolean(text: string): boolean | undefined {
  // PyYAML's constructor looks words up in lower case, its resolver does not.
  return WORDS.get(text.toLowerCase()) ?? undefined;
}

/** What `!!int` makes of a text (PyYAML construct_yaml_int); undefined where it makes an error. */
export function parseYamlInteger(text: string): number | string | undefined {
  if (text.length > NUMBER_LENGTH_MAX) {
    return undefined;
  }
  const digits = text.replaceAll("_", "");
  const isNegative = digits.startsWith("-");
  const magnitude = isNegative || digits.startsWith("+") ? digits.slice(1) : digits;
  const value = parseMagnitude(magnitude);
  if (value === undefined) {
    return undefined;
  }
  const signed = isNegative ? -value : value;
  const asNumber = Number(signed);
  return Number.isSafeInteger(asNumber) ? asNumber : signed.toString();
}

/** What `!!float` makes of a text (PyYAML construct_yaml_float); undefined where it makes an error. */
export function parseYamlFloat(text: string): number | undefined {
  if (text.length > NUMBER_LENGTH_MAX) {
    return undefined;
  }
  const digits = text.replaceAll("_", "").toLowerCase();
  const sign = digits.startsWith("-") ? -1 : 1;
  const magnitude = digits.startsWith("-") || digits.startsWith("+") ? digits.slice(1) : digits;
  if (magnitude === ".inf") {
    return sign * Number.POSITIVE_INFINITY;
  }
  if (magnitude === ".nan") {
    return Number.NaN;
  }
  let value = 0;
  for (const part of magnitude.split(":")) {
    if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/u.test(part)) {
      return undefined;
    }
    value = value * 60 + Number(part);
  }
  // "-0.0" is 0: a sign on zero means nothing to any reader, and JSON loses it anyway.
  return value === 0 ? 0 : sign * value;
}

function mayBeNumber(text: string): boolean {
  const code = text.charCodeAt(0);
  // "+", "-", ".", "0" to "9".
  return (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e;
}

function parseMagnitude(text: string): bigint | undefined {
  if (/^0b[01]+$/u.test(text) || /^0x[0-9a-fA-F]+$/u.test(text)) {
    return BigInt(text);
  }
  if (/^0[0-7]+$/u.test(text)) {
    return BigInt(`0o${text.slice(1)}`);
  }
  if (/^(?:0|[1-9][0-9]*)$/u.test(text)) {
    return BigInt(text);
  }
  if (/^[1-9][0-9]*(?::[0-9]+)+$/u.test(text)) {
    return text.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  }
  return undefined;
}
