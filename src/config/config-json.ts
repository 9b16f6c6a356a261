import { Buffer } from "node:buffer";

/**
 * Configuration values as JSON and back, nothing lost: bytes (`!!binary`), infinities and "not a
 * number" are kept beside the values, by key path, so that no key or text is special.
 */
export interface ConfigJson {
  readonly value: unknown;
  readonly extras: readonly ConfigExtra[];
}

/** What JSON has no word for; null stands at its place. */
export interface ConfigExtra {
  readonly path: readonly (string | number)[];
  readonly kind: "bytes" | "number";
  /** Base64, or "NaN", "Infinity", "-Infinity". */
  readonly text: string;
}

const DEPTH_MAX = 1000;

/** What `JSON.stringify` may be given. Throws a RangeError for values nested more than 1000 levels deep. */
export function toConfigJson(value: unknown): ConfigJson {
  const extras: ConfigExtra[] = [];
  return { value: encode(value, [], extras), extras };
}

/** The value again. `json` is what `JSON.parse` gave; undefined where it is not of this form. */
export function fromConfigJson(json: unknown): { readonly value: unknown } | undefined {
  if (!isObject(json) || !("value" in json) || !Array.isArray(json["extras"])) {
    return undefined;
  }
  const root: Record<string, unknown> = { value: json["value"] };
  for (const extra of json["extras"] as readonly unknown[]) {
    if (!isExtra(extra) || !putExtra(root, extra)) {
      return undefined;
    }
  }
  return { value: root["value"] };
}

/** Returns the very value where nothing in it needs another form: most configurations. */
function encode(value: unknown, path: (string | number)[], extras: ConfigExtra[]): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    extras.push({ path: [...path], kind: "number", text: String(value) });
    return null;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (path.length > DEPTH_MAX) {
    throw new RangeError(
      `Cannot keep the configuration: it is nested more than ${DEPTH_MAX} levels deep`,
    );
  }
  if (value instanceof Uint8Array) {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
    extras.push({ path: [...path], kind: "bytes", text });
    return null;
  }
  return Array.isArray(value)
    ? encodeList(value, path, extras)
    : encodeMapping(value, path, extras);
}

function encodeList(
  list: readonly unknown[],
  path: (string | number)[],
  extras: ConfigExtra[],
): unknown {
  let copy: unknown[] | undefined;
  for (const [index, item] of list.entries()) {
    path.push(index);
    const encoded = encode(item, path, extras);
    path.pop();
    if (encoded !== item) {
      copy ??= [...list];
      copy[index] = encoded;
    }
  }
  return copy ?? list;
}

function encodeMapping(mapping: object, path: (string | number)[], extras: ConfigExtra[]): unknown {
  let changed: [string, unknown][] | undefined;
  for (const [key, item] of Object.entries(mapping) as [string, unknown][]) {
    path.push(key);
    const encoded = encode(item, path, extras);
    path.pop();
    if (encoded !== item) {
      changed ??= [];
      changed.push([key, encoded]);
    }
  }
  // Both a spread and fromEntries define properties, so that "__proto__" stays a key.
  return changed === undefined ? mapping : { ...mapping, ...Object.fromEntries(changed) };
}

function putExtra(root: Record<string, unknown>, extra: ConfigExtra): boolean {
  const steps = ["value", ...extra.path];
  const last = steps.pop() ?? "value";
  let holder: unknown = root;
  for (const step of steps) {
    if (!isObject(holder) || !Object.hasOwn(holder, step)) {
      return false;
    }
    holder = holder[step];
  }
  if (!isObject(holder) || !Object.hasOwn(holder, last)) {
    return false;
  }
  const value =
    extra.kind === "bytes"
      ? Uint8Array.from(Buffer.from(extra.text, "base64"))
      : Number(extra.text);
  Object.defineProperty(holder, last, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  return true;
}

function isExtra(value: unknown): value is ConfigExtra {
  return (
    isObject(value) &&
    Array.isArray(value["path"]) &&
    value["path"].every((step) => typeof step === "string" || typeof step === "number") &&
    (value["kind"] === "bytes" || value["kind"] === "number") &&
    typeof value["text"] === "string"
  );
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}
