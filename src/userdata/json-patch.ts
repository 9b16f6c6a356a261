import { isDeepStrictEqual } from "node:util";
import { describeKind } from "../text/describe-kind.ts";
import { isRecord } from "../text/record.ts";

/** A patched document, or which operation cannot be done and why; then nothing is. */
export type Patched =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      /** From 0; absent where the patch as a whole is none. */
      readonly operation?: number;
      readonly reason: string;
    };

const OPERATIONS_MAX = 10_000;
/** Copies of copies grow by doubling. */
const COPIED_VALUES_MAX = 1_000_000;

/**
 * Applies a JSON Patch (RFC 6902) to a document, all of it or nothing. Neither the document nor the
 * patch is changed. No reason repeats a value, since values may be secrets.
 */
export function applyJsonPatch(document: unknown, patch: unknown): Patched {
  if (!Array.isArray(patch)) {
    return { ok: false, reason: `expected a list of operations, got ${describeKind(patch)}` };
  }
  if (patch.length > OPERATIONS_MAX) {
    return { ok: false, reason: `it has ${patch.length} operations, more than ${OPERATIONS_MAX}` };
  }
  const budget: Budget = { values: COPIED_VALUES_MAX };
  let value = document;
  for (const [index, operation] of patch.entries()) {
    try {
      value = applyOperation(value, operation, budget);
    } catch (error) {
      if (error instanceof PatchError) {
        return { ok: false, operation: index, reason: error.message };
      }
      throw error;
    }
  }
  return { ok: true, value };
}

class PatchError extends Error {
  override readonly name = "PatchError";
}

type Pointer = readonly string[];

interface Budget {
  values: number;
}

function applyOperation(document: unknown, operation: unknown, budget: Budget): unknown {
  if (!isRecord(operation)) {
    throw new PatchError(`expected an object, got ${describeKind(operation)}`);
  }
  const path = pointerAt(operation, "path");
  switch (operation["op"]) {
    case "add":
      return put(document, path, valueOf(operation), "add");
    case "remove":
      return remove(document, path);
    case "replace":
      find(document, path);
      return put(document, path, valueOf(operation), "replace");
    case "move":
      return move(document, pointerAt(operation, "from"), path);
    case "copy": {
      const value = find(document, pointerAt(operation, "from"));
      spend(value, budget);
      return put(document, path, value, "add");
    }
    case "test":
      if (!isDeepStrictEqual(plain(find(document, path)), plain(valueOf(operation)))) {
        throw new PatchError(`test failed: ${show(path)} has another value`);
      }
      return document;
    default:
      throw new PatchError('expected "op" to be add, remove, replace, move, copy or test');
  }
}

function spend(value: unknown, budget: Budget): void {
  budget.values -= 1;
  if (budget.values < 0) {
    throw new PatchError(`the copies have more than ${COPIED_VALUES_MAX} values`);
  }
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    for (const item of Object.values(value)) {
      spend(item, budget);
    }
  }
}

function valueOf(operation: Readonly<Record<string, unknown>>): unknown {
  if (!Object.hasOwn(operation, "value")) {
    throw new PatchError('"value" is missing');
  }
  return operation["value"];
}

/** RFC 6901 §3–4: "" is the whole, else "/" before each step; "~1" is "/", "~0" is "~". */
function pointerAt(operation: Readonly<Record<string, unknown>>, key: "path" | "from"): Pointer {
  const text = operation[key];
  if (typeof text !== "string") {
    throw new PatchError(`expected "${key}" to be a JSON Pointer, got ${describeKind(text)}`);
  }
  if (text === "") {
    return [];
  }
  if (!text.startsWith("/") || /~(?![01])/u.test(text)) {
    throw new PatchError(`"${key}" is no JSON Pointer: it begins with "/" and has "~" as "~0"`);
  }
  return text
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function find(document: unknown, path: Pointer): unknown {
  let current = document;
  for (const [index, step] of path.entries()) {
    current = childOf(current, step, path.slice(0, index + 1));
  }
  return current;
}

function childOf(owner: unknown, step: string, path: Pointer): unknown {
  if (Array.isArray(owner)) {
    return owner[indexIn(owner, step, path, owner.length - 1)];
  }
  if (isRecord(owner) && Object.hasOwn(owner, step)) {
    return owner[step];
  }
  throw new PatchError(`there is nothing at ${show(path)}`);
}

/** RFC 6901 §4: no leading zeros, no sign. */
function indexIn(list: readonly unknown[], step: string, path: Pointer, highest: number): number {
  const index = /^(?:0|[1-9]\d{0,9})$/u.test(step) ? Number(step) : Number.NaN;
  if (!(index <= highest)) {
    throw new PatchError(`there is nothing at ${show(path)}: the list has ${list.length} items`);
  }
  return index;
}

/** A copy of the document with the value at the path; what is not on the path is shared. */
function put(document: unknown, path: Pointer, value: unknown, how: "add" | "replace"): unknown {
  return change(
    document,
    path,
    (owner, step) => {
      if (Array.isArray(owner)) {
        const copy: unknown[] = [...owner];
        if (how === "replace") {
          copy[indexIn(owner, step, path, owner.length - 1)] = value;
        } else {
          const end = step === "-" ? owner.length : indexIn(owner, step, path, owner.length);
          copy.splice(end, 0, value);
        }
        return copy;
      }
      return withEntry(owner, step, value);
    },
    value,
  );
}

function remove(document: unknown, path: Pointer): unknown {
  return change(
    document,
    path,
    (owner, step) => {
      if (Array.isArray(owner)) {
        const index = indexIn(owner, step, path, owner.length - 1);
        return owner.filter((_, place) => place !== index);
      }
      childOf(owner, step, path);
      return Object.fromEntries(Object.entries(owner).filter(([key]) => key !== step));
    },
    null,
  );
}

function move(document: unknown, from: Pointer, path: Pointer): unknown {
  const isInside = path.length > from.length && from.every((step, index) => path[index] === step);
  if (isInside) {
    throw new PatchError(`${show(from)} cannot be moved into itself`);
  }
  const value = find(document, from);
  return put(remove(document, from), path, value, "add");
}

/** Copies what is on the way to the owner of the last step, and lets `edit` make its copy. */
function change(
  document: unknown,
  path: Pointer,
  edit: (owner: readonly unknown[] | Readonly<Record<string, unknown>>, step: string) => unknown,
  whole: unknown,
): unknown {
  const last = path.at(-1);
  if (last === undefined) {
    return whole;
  }
  const owners: unknown[] = [];
  let current = document;
  for (const [index, step] of path.slice(0, -1).entries()) {
    owners.push(current);
    current = childOf(current, step, path.slice(0, index + 1));
  }
  if (!Array.isArray(current) && !isRecord(current)) {
    throw new PatchError(`${show(path.slice(0, -1))} is neither a list nor an object`);
  }
  let value = edit(current, last);
  for (let index = owners.length - 1; index >= 0; index -= 1) {
    value = withChild(owners[index], path[index] ?? "", value);
  }
  return value;
}

function withChild(owner: unknown, step: string, value: unknown): unknown {
  if (Array.isArray(owner)) {
    const copy: unknown[] = [...owner];
    copy[Number(step)] = value;
    return copy;
  }
  return withEntry(isRecord(owner) ? owner : {}, step, value);
}

/** Not by assignment: "__proto__" is a key like any other. */
function withEntry(owner: object, step: string, value: unknown): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(owner), [step, value]]);
}

/** Numbers are equal by value (RFC 6902 §4.6): big integers of YAML and numbers of JSON too. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") {
    return Number(value);
  }
  if (Object.is(value, -0)) {
    return 0;
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  return isRecord(value) && !(value instanceof Uint8Array)
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
    : value;
}

const SHOWN_LENGTH_MAX = 80;

function show(path: Pointer): string {
  const text = path
    .map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("")
    .replace(/[^\x20-\x7e]/gu, "?");
  return JSON.stringify(
    text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text,
  );
}
