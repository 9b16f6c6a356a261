/**
 * Sets an own property whatever its name. Plain assignment to "__proto__" would change the object's
 * prototype, and keys come from whoever wrote the user-data.
 */
export function setKey(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    return;
  }
  object[key] = value;
}
