/** A merged configuration: what YAML gave, parsed by each reader for itself. */
export type CloudConfig = Readonly<Record<string, unknown>>;

/** Whether a value is a mapping (and not a list, a date or null). */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  );
}

/** The value at a key path, or undefined where one of the steps is not there. */
export function valueAt(config: unknown, ...path: readonly (string | number)[]): unknown {
  let current: unknown = config;
  for (const step of path) {
    if (Array.isArray(current) && typeof step === "number") {
      current = current[step] as unknown;
    } else if (isMapping(current) && typeof step === "string" && Object.hasOwn(current, step)) {
      current = current[step];
    } else {
      return undefined;
    }
  }
  return current;
}
