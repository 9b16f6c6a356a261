/** The disc holds something else than FAT, or nothing. Callers that try every device catch it. */
export class NotVfatError extends Error {
  override readonly name = "NotVfatError";
}
