/** A request that got no usable answer. The URL is given without user name, password and query. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly method: string;
  readonly url: string;

  constructor(method: string, url: string, reason: string, options?: ErrorOptions) {
    const shown = withoutSecrets(url);
    super(`${method} ${shown} failed: ${reason}`, options);
    this.method = method;
    this.url = shown;
  }
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/@]*@/u, "//").replace(/\?.*$/su, "?…");
}
