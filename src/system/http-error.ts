/** What is known of a failed request besides its reason. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Of the answer, where one came and its status is the failure. */
  readonly status?: number;
  /** Asking again cannot help: a server that nobody vouches for, a redirect that is not followed. */
  readonly isFinal?: boolean;
  /** Default: where there is a status, or asking again cannot help. False for a time that is over. */
  readonly isAnswered?: boolean;
}

/** A request that got no usable answer. The URL is given without user name, password and query. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly method: string;
  readonly url: string;
  /** What went wrong, without method and address. */
  readonly reason: string;
  readonly status: number | undefined;
  readonly isFinal: boolean;
  /** Somebody answered, though not usably: it is not that nobody is there. */
  readonly isAnswered: boolean;

  constructor(method: string, url: string, reason: string, options: HttpErrorOptions = {}) {
    const shown = urlWithoutSecrets(url);
    super(`${method} ${shown} failed: ${reason}`, options);
    this.method = method;
    this.url = shown;
    this.reason = reason;
    this.status = options.status;
    this.isFinal = options.isFinal === true;
    this.isAnswered = options.isAnswered ?? (this.isFinal || options.status !== undefined);
  }
}

/** As messages show an address: user name, password and query may be secrets. */
export function urlWithoutSecrets(url: string): string {
  return url.replace(/\/\/[^/?#]*@/u, "//").replace(/\?.*$/su, "?…");
}
