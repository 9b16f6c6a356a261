import { aliasOf } from "../../instance/template-variables.ts";
import { isRecord } from "../../text/record.ts";
import { QueryError } from "./query-error.ts";

/**
 * The value at a dotted name: "v1.local_hostname", "ds.meta_data.keys.0.name". A key is also found by
 * its name in templates, where "-" and "." are "_". Throws a QueryError that says which part is not there.
 */
export function findValue(data: Readonly<Record<string, unknown>>, name: string): unknown {
  let value: unknown = data;
  const walked: string[] = [];
  const parts = name.split(".");
  while (parts.length > 0) {
    const step = takeStep(value, parts);
    if (step === undefined) {
      throw new QueryError(
        walked.length === 0
          ? `Undefined instance-data key '${name}'`
          : `instance-data '${walked.join(".")}' has no '${parts[0] ?? ""}'`,
      );
    }
    walked.push(...parts.splice(0, step.length));
    ({ value } = step);
  }
  return value;
}

/** The shortest run of parts that is a key here: keys may have dots in them. */
function takeStep(
  value: unknown,
  parts: readonly string[],
): { readonly value: unknown; readonly length: number } | undefined {
  const [first = ""] = parts;
  if (Array.isArray(value)) {
    const index = /^\d+$/u.test(first) ? Number(first) : -1;
    return index >= 0 && index < value.length ? { value: value[index], length: 1 } : undefined;
  }
  if (!isRecord(value)) {
    return undefined;
  }
  for (let length = 1; length <= parts.length; length += 1) {
    const key = parts.slice(0, length).join(".");
    const found = Object.hasOwn(value, key)
      ? key
      : Object.keys(value).find((candidate) => aliasOf(candidate) === key);
    if (found !== undefined) {
      return { value: value[found], length };
    }
  }
  return undefined;
}
