/** The disc holds something else than ISO 9660, or nothing. Callers that try every device catch it. */
export class NotIso9660Error extends Error {
  override readonly name = "NotIso9660Error";
}
