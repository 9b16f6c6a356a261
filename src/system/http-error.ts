/** A request that got no usable answer. The URL is given without user name, password and query. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly method: string;
  readonly url: string;
  /** What went wrong, without method and address. */
  readonly reason: string;

  constructor(method: string, url: string, reason: string, options?: ErrorOptions) {
    const shown = urlWithoutSecrets(url);
    super(`${method} ${shown} failed: ${reason}`, options);
    this.method = method;
    this.url = shown;
    this.reason = reason;
  }
}

/** As messages show an address: user name, password and query may be secrets. */
export function urlWithoutSecrets(url: string): string {
  return url.replace(/\/\/[^/@]*@/u, "//").replace(/\?.*$/su, "?…");
}
