/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Message, then the messages of the causes. */
export function errorChain(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  // Bounded: a cause chain can be made circular.
  for (let depth = 0; depth < 8 && current !== undefined && current !== null; depth += 1) {
    const message = errorMessage(current);
    if (!parts.some((part) => part.includes(message))) {
      parts.push(message);
    }
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(": ");
}
