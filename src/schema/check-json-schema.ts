import type { TObject } from "typebox";
import { Errors } from "typebox/value";

/** What of a value does not fit. */
export interface SchemaMisfit {
  readonly path: readonly (string | number)[];
  /** What is there and is not named by the schema, at the end of `path`. */
  readonly isUnknownKey: boolean;
  /** Never the value. */
  readonly message: string;
}

const MISFITS_MAX = 100;
const MESSAGE_LENGTH_MAX = 300;

/**
 * Holds the value of one top-level key against its place in a JSON Schema, as the schema says it:
 * nothing is converted. Throws where the schema turns in a circle.
 */
export function checkJsonSchema(
  schema: TObject,
  key: string,
  value: unknown,
): readonly SchemaMisfit[] {
  // What the top level requires is not asked: a key's absence is nobody's mistake.
  const { required: _required, ...rest } = schema;
  const config = { [key]: value };
  const byPath = new Map<string, { readonly path: (string | number)[]; messages: Set<string> }>();
  const misfits: SchemaMisfit[] = [];
  for (const error of Errors(rest, config)) {
    const path = pathOf(error.instancePath, config);
    if (error.keyword === "boolean") {
      continue;
    }
    if (error.keyword === "additionalProperties") {
      for (const name of error.params.additionalProperties.slice(0, MISFITS_MAX)) {
        misfits.push({ path: [...path, name], isUnknownKey: true, message: "is not a known key" });
      }
      continue;
    }
    const known = byPath.get(error.instancePath) ?? { path, messages: new Set<string>() };
    known.messages.add(error.message);
    byPath.set(error.instancePath, known);
  }
  for (const { path, messages } of byPath.values()) {
    const message = [...messages].join(", ").slice(0, MESSAGE_LENGTH_MAX);
    misfits.push({ path, isUnknownKey: false, message });
  }
  return misfits.slice(0, MISFITS_MAX);
}

/** A JSON pointer as a key path: numbers where there is a list. */
function pathOf(pointer: string, config: unknown): (string | number)[] {
  const path: (string | number)[] = [];
  let current: unknown = config;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const step = Array.isArray(current) ? Number(name) : name;
    path.push(step);
    const holder: Readonly<Record<string | number, unknown>> =
      typeof current === "object" && current !== null
        ? (Object.fromEntries(Object.entries(current)) as Record<string, unknown>)
        : {};
    current = holder[step];
  }
  return path;
}
