import type { Logger } from "../../report/logger.ts";
import { HttpError, urlWithoutSecrets } from "../../system/http-error.ts";
import type { HttpRequest, HttpResponse, System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { retryDelayMs } from "./retry-delay.ts";

/** Asks a cloud's metadata service. */
export interface MetadataClient {
  /** GET with retries inside the deadline; undefined for 404; throws HttpError with its reason (and the status, where one came) otherwise. */
  get(url: string, options?: MetadataGetOptions): Promise<Uint8Array | undefined>;
  /** As `get`, as UTF-8 text. */
  getText(url: string, options?: MetadataGetOptions): Promise<string | undefined>;
  /** One exchange without retries, any method, whole response of any status. */
  request(request: MetadataRequest): Promise<HttpResponse>;
}

/** How one address is asked, where not as the client's settings say. */
export interface MetadataGetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Tries after the first one. */
  readonly retries?: number;
  readonly timeoutMs?: number;
  /** A longer body is an HttpError. Default 16 MiB. */
  readonly maxBodyBytes?: number;
  /** Also these are asked again, as for what is not ready yet. */
  readonly retryStatuses?: readonly number[];
}

/** One exchange. */
export interface MetadataRequest {
  readonly method: "GET" | "PUT" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly maxBodyBytes?: number;
  /** Default: a POST is a change, which `plan` only shows; the others are queries. */
  readonly effect?: HttpRequest["effect"];
}

/** Of one client. */
export interface MetadataClientSettings {
  /** For one try. */
  readonly timeoutMs: number;
  /** Tries after the first one. */
  readonly retries: number;
  /** For all that this client asks, from its creation on, with the waits between. */
  readonly totalMs: number;
  readonly log: Logger;
}

/** compat datasources-clouds.md §1.2. */
const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4: asked again, unlike other 4xx. */
const RETRIED_STATUSES = new Set([408, 425, 429]);
const NOT_FOUND = 404;
const SERVER_ERROR_MIN = 500;

/**
 * A client for one metadata service (compat datasources-clouds.md §1.2): redirects stay on the
 * same host, bodies are limited, failed tries are repeated after growing waits, and nothing takes
 * longer than the deadline. No proxy is asked.
 */
export function createMetadataClient(
  sys: Pick<System, "http" | "clock" | "random">,
  settings: MetadataClientSettings,
): MetadataClient {
  const { log } = settings;
  const deadlineMs = sys.clock.monotonicMs() + settings.totalMs;
  const remainingMs = (): number => deadlineMs - sys.clock.monotonicMs();

  async function exchange(
    request: MetadataRequest,
    options: { readonly keepAlive?: boolean } = {},
  ): Promise<HttpResponse> {
    const left = remainingMs();
    if (left <= 0) {
      const reason = `the ${settings.totalMs / 1000} s for this service are over`;
      const over = { isFinal: true, isAnswered: false };
      throw new HttpError(request.method, request.url, reason, over);
    }
    const response = await sys.http.request({
      effect: request.method === "POST" ? "change" : "query",
      maxBodyBytes: BODY_BYTES_MAX,
      ...request,
      ...options,
      timeoutMs: Math.max(1, Math.min(request.timeoutMs ?? settings.timeoutMs, left)),
      sameHostOnly: true,
    });
    const { method, url } = request;
    const { status, body } = response;
    log.debug(`${method} ${urlWithoutSecrets(url)}: ${status}, ${body.length} bytes`);
    return response;
  }

  async function get(
    url: string,
    options: MetadataGetOptions = {},
  ): Promise<Uint8Array | undefined> {
    const { retries = settings.retries, retryStatuses = [], ...rest } = options;
    for (let tried = 0; ; tried += 1) {
      const outcome = await tryOnce(url, () =>
        // A tree is many small files. Not for what is tried again: the server may have hung up.
        exchange({ method: "GET", url, ...rest }, { keepAlive: tried === 0 }),
      );
      if ("body" in outcome) {
        return outcome.body;
      }
      const { error } = outcome;
      const isNotThere = error.status === NOT_FOUND && !retryStatuses.includes(NOT_FOUND);
      if (isNotThere) {
        return undefined;
      }
      const delayMs = retryDelayMs(sys.random, tried, outcome.retryAfter);
      const isPointless =
        error.isFinal || !(isRetried(error.status) || retryStatuses.includes(error.status ?? 0));
      if (isPointless || tried >= retries || delayMs >= remainingMs()) {
        if (error.status === NOT_FOUND) {
          return undefined;
        }
        throw error;
      }
      log.debug(`${error.message}: it is tried again in ${Math.round(delayMs)} ms`);
      await sys.clock.sleep(delayMs);
    }
  }

  return {
    get,
    async getText(url, options) {
      const bytes = await get(url, options);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    request: (request) => exchange(request),
  };
}

async function tryOnce(
  url: string,
  ask: () => Promise<HttpResponse>,
): Promise<
  { readonly body: Uint8Array } | { readonly error: HttpError; readonly retryAfter?: string }
> {
  try {
    const { status, headers, body } = await ask();
    if (status >= 200 && status < 300) {
      return { body };
    }
    const error = new HttpError("GET", url, `the answer is ${status}`, { status });
    const retryAfter = headers["retry-after"];
    return retryAfter === undefined ? { error } : { error, retryAfter };
  } catch (cause) {
    const isOurs = cause instanceof HttpError;
    return { error: isOurs ? cause : new HttpError("GET", url, errorMessage(cause), { cause }) };
  }
}

/** No answer at all counts as a reason to ask again too. */
function isRetried(status: number | undefined): boolean {
  return status === undefined || status >= SERVER_ERROR_MIN || RETRIED_STATUSES.has(status);
}
