import { Type } from "typebox";
import type { TSchema, TUnsafe } from "typebox";

/** Bytes, as YAML's `!!binary` gives them. `description` is for the documentation. */
export function bytesType(description?: string): TUnsafe<Uint8Array> {
  const bytes: TSchema = Type.Refine(
    Type.Unknown(description === undefined ? {} : { description }),
    (value) => value instanceof Uint8Array,
  );
  return Type.Unsafe<Uint8Array>(bytes);
}
