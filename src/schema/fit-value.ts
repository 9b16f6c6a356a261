import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";
import { coerceScalar } from "./coerce-scalar.ts";
import { acceptsNull, describeExpected, isNode, meetsConstraints, SINGLE } from "./schema-node.ts";
import type { SchemaNode } from "./schema-node.ts";

/** Why a value cannot be used; becomes a problem where something is left out because of it. */
export class Misfit {
  readonly path: readonly (string | number)[];
  readonly reason: string;

  constructor(path: readonly (string | number)[], reason: string) {
    this.path = [...path];
    this.reason = reason;
  }
}

/** State of one walk. */
export interface Fitting {
  readonly problems: Problem[];
  /** Where the walk is just now; pushed and popped. */
  readonly path: (string | number)[];
  /** Positions that the items of shortened lists had. */
  readonly positions: WeakMap<object, readonly number[]>;
}

/**
 * What of a value fits a schema: the very value, or a copy without what does not fit and with
 * scalars made the wanted type. A Misfit where nothing can be left out to make it fit. Keys that
 * the schema does not name are kept.
 */
export function fitValue(fitting: Fitting, node: SchemaNode, value: unknown): unknown {
  if (node.anyOf !== undefined) {
    return fitUnion(fitting, node, node.anyOf, value);
  }
  if (node.type === "array" && !Array.isArray(node.items)) {
    return fitList(fitting, node, value);
  }
  if (node.type === "object") {
    return fitMapping(fitting, node, value);
  }
  return fitScalar(fitting, node, value);
}

/** Records that the value at the present path is left out, and why. */
export function reportLeftOut(fitting: Fitting, misfit: Misfit): void {
  const at = formatPath(misfit.path);
  const dropped = formatPath(fitting.path);
  const what = at === dropped ? "it" : `"${dropped}"`;
  fitting.problems.push({
    message: `Cannot use "${at}", ${what} is left out: ${misfit.reason}`,
    path: misfit.path,
  });
}

/** `write_files[2].owner`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((step, index) =>
      typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`,
    )
    .join("");
}

function fitScalar(fitting: Fitting, node: SchemaNode, value: unknown): unknown {
  if (isExact(node, value)) {
    return value;
  }
  const coerced = coerceScalar(node, value);
  if (coerced !== undefined && isExact(node, coerced)) {
    return coerced;
  }
  return misfit(fitting, node, value);
}

/** Right type and right value, as it stands. */
function isExact(node: SchemaNode, value: unknown): boolean {
  switch (node.type) {
    case "string":
      return typeof value === "string" && meetsConstraints(node, value);
    case "boolean":
      return typeof value === "boolean" && meetsConstraints(node, value);
    case "number":
      return typeof value === "number" && meetsConstraints(node, value);
    case "integer":
      return Number.isSafeInteger(value) && meetsConstraints(node, value);
    case "null":
      return value === null;
    case "object":
    case "array":
      // Bytes look like a mapping to a schema.
      return !(value instanceof Uint8Array) && meetsConstraints(node, value);
    default:
      return meetsConstraints(node, value);
  }
}

function fitUnion(
  fitting: Fitting,
  node: SchemaNode,
  variants: readonly SchemaNode[],
  value: unknown,
): unknown {
  const isStructure = Array.isArray(value) || isMapping(value);
  if (!isStructure) {
    if (variants.some((variant) => isScalarNode(variant) && isExact(variant, value))) {
      return value;
    }
  }
  // The variant that fits with least left out; a list is never made of a mapping here.
  let best: { readonly fitted: unknown; readonly trial: Fitting } | undefined;
  for (const variant of variants) {
    const trial: Fitting = { ...fitting, problems: [] };
    const fitted = fitValue(trial, variant, value);
    if (!(fitted instanceof Misfit) && (best === undefined || isBetter(trial, best.trial))) {
      best = { fitted, trial };
    }
    if (best !== undefined && best.trial.problems.length === 0) {
      break;
    }
  }
  if (best === undefined) {
    return closestMisfit(fitting, node, variants, value);
  }
  fitting.problems.push(...best.trial.problems);
  return best.fitted;
}

function isBetter(trial: Fitting, best: Fitting): boolean {
  return trial.problems.length < best.problems.length;
}

/** Of a mapping that fits no variant, what is wrong with it as the one mapping that is expected. */
function closestMisfit(
  fitting: Fitting,
  node: SchemaNode,
  variants: readonly SchemaNode[],
  value: unknown,
): Misfit {
  const wantedType = Array.isArray(value) ? "array" : isMapping(value) ? "object" : undefined;
  const closest = variants.filter((variant) => variant.type === wantedType);
  if (wantedType !== undefined && closest.length === 1 && closest[0] !== undefined) {
    const fitted = fitValue({ ...fitting, problems: [] }, closest[0], value);
    if (fitted instanceof Misfit) {
      return fitted;
    }
  }
  return misfit(fitting, node, value);
}

function isScalarNode(node: SchemaNode): boolean {
  return node.anyOf === undefined && node.type !== "array" && node.type !== "object";
}

function fitList(fitting: Fitting, node: SchemaNode, value: unknown): unknown {
  const items = isNode(node.items) ? node.items : {};
  if (!Array.isArray(value)) {
    if (node[SINGLE] !== true || value === null || value === undefined) {
      return misfit(fitting, node, value);
    }
    const fitted = fitValue(fitting, items, value);
    return fitted instanceof Misfit ? misfit(fitting, node, value) : [fitted];
  }
  let copy: unknown[] | undefined;
  let positions: number[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    const item: unknown = value[index];
    fitting.path.push(index);
    const fitted = item === null && !acceptsNull(items) ? LEFT_OUT : fitValue(fitting, items, item);
    if (fitted instanceof Misfit) {
      reportLeftOut(fitting, fitted);
    }
    fitting.path.pop();
    if (fitted instanceof Misfit || fitted === LEFT_OUT) {
      copy ??= value.slice(0, index);
      positions ??= Array.from({ length: index }, (_, position) => position);
    } else {
      if (fitted !== item) {
        copy ??= value.slice(0, index);
      }
      copy?.push(fitted);
      positions?.push(index);
    }
  }
  const list = copy ?? (value as unknown[]);
  if (positions !== undefined) {
    fitting.positions.set(list, positions);
  }
  return meetsConstraints(node, list) ? list : misfit(fitting, node, value);
}

/** Null in a list where nothing is wanted: as good as not there. */
const LEFT_OUT = Symbol("left out");

function fitMapping(fitting: Fitting, node: SchemaNode, value: unknown): unknown {
  if (!isMapping(value)) {
    return misfit(fitting, node, value);
  }
  const properties = node.properties ?? {};
  const required = node.required ?? [];
  const changes: Changes = { copy: undefined };
  for (const key of Object.keys(properties)) {
    const child = properties[key] ?? {};
    const isRequired = required.includes(key);
    const item = Object.hasOwn(value, key) ? value[key] : undefined;
    const isAbsent = item === undefined || (item === null && !acceptsNull(child));
    if (isAbsent && isRequired) {
      return new Misfit(fitting.path, `"${key}" is missing, expected ${describeExpected(child)}`);
    }
    if (isAbsent) {
      leaveOut(changes, value, key);
      continue;
    }
    const broken = fitEntry(fitting, child, value, key, changes, isRequired);
    if (broken !== undefined) {
      return broken;
    }
  }
  if (node.patternProperties !== undefined || isNode(node.additionalProperties)) {
    fitOtherEntries(fitting, node, value, changes);
  }
  const mapping = changes.copy ?? value;
  return meetsConstraints(node, mapping) ? mapping : misfit(fitting, node, value);
}

interface Changes {
  copy: Record<string, unknown> | undefined;
}

/** Fits one entry; returns why not where it is required, else leaves it out. */
function fitEntry(
  fitting: Fitting,
  child: SchemaNode,
  mapping: Readonly<Record<string, unknown>>,
  key: string,
  changes: Changes,
  isRequired: boolean,
): Misfit | undefined {
  const item = mapping[key];
  fitting.path.push(key);
  const fitted = fitValue(fitting, child, item);
  if (fitted instanceof Misfit && !isRequired) {
    reportLeftOut(fitting, fitted);
  }
  fitting.path.pop();
  if (fitted instanceof Misfit) {
    if (isRequired) {
      return fitted;
    }
    leaveOut(changes, mapping, key);
  } else if (fitted !== item) {
    changes.copy ??= { ...mapping };
    // Defined, not assigned: a key of a record may be "__proto__".
    Object.defineProperty(changes.copy, key, {
      value: fitted,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return undefined;
}

function leaveOut(changes: Changes, mapping: Readonly<Record<string, unknown>>, key: string): void {
  if (Object.hasOwn(mapping, key)) {
    changes.copy ??= { ...mapping };
    delete changes.copy[key];
  }
}

/** Entries whose names the schema leaves open. */
function fitOtherEntries(
  fitting: Fitting,
  node: SchemaNode,
  mapping: Readonly<Record<string, unknown>>,
  changes: Changes,
): void {
  const patterns = Object.entries(node.patternProperties ?? {}).map(
    ([pattern, child]) => [new RegExp(pattern, "su"), child] as const,
  );
  const fallback = isNode(node.additionalProperties) ? node.additionalProperties : undefined;
  for (const key of Object.keys(mapping)) {
    if (node.properties !== undefined && Object.hasOwn(node.properties, key)) {
      continue;
    }
    const child = patterns.find(([pattern]) => pattern.test(key))?.[1] ?? fallback;
    if (child === undefined) {
      continue;
    }
    if (mapping[key] === null && !acceptsNull(child)) {
      leaveOut(changes, mapping, key);
    } else {
      fitEntry(fitting, child, mapping, key, changes, false);
    }
  }
}

function misfit(fitting: Fitting, node: SchemaNode, value: unknown): Misfit {
  return new Misfit(
    fitting.path,
    `expected ${describeExpected(node)}, found ${describeFound(node, value)}`,
  );
}

/** The kind of value that was there, never the value. */
function describeFound(node: SchemaNode, value: unknown): string {
  const kind = describeKind(value);
  const isRightType =
    (kind === "text" && (node.type === "string" || node.enum !== undefined)) ||
    (kind === "a number" && (node.type === "number" || node.type === "integer"));
  if (!isRightType) {
    return kind;
  }
  return kind === "text" ? "other text" : "another number";
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}
