/** A service that the system knows by none of its names; the message says what to do. */
export class UnknownServiceError extends Error {
  override readonly name = "UnknownServiceError";
}
