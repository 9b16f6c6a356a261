import type { Logger } from "../../report/logger.ts";
import { HttpError, urlWithoutSecrets } from "../../system/http-error.ts";
import type { HttpResponse, System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";

/** How a service is waited for. */
export interface WaitForUrlOptions {
  /** For all rounds together. 0 or less: each address is asked once. */
  readonly maxWaitMs: number;
  /** For one try. */
  readonly timeoutMs: number;
  readonly headersFor?: (url: string) => Readonly<Record<string, string>>;
  /** Default: 2xx with something in it. */
  readonly isGood?: (response: HttpResponse) => boolean;
  /** An answer that no waiting will better: the waiting ends, and this answer is the result's `refusal`. */
  readonly isRefusal?: (response: HttpResponse) => boolean;
  /** Default GET. A PUT must be a query, as for a token. */
  readonly method?: "GET" | "PUT";
}

/** The first address that answered usefully, if any, and what the others came to. */
export interface WaitedForUrl {
  readonly url?: string;
  readonly response?: HttpResponse;
  readonly refusal?: { readonly url: string; readonly response: HttpResponse };
  /** One for each address, in order: why it is not it. */
  readonly failures: readonly string[];
  /** One of the addresses answered, be it uselessly. */
  readonly isAnswered: boolean;
}

/** An address is asked this long after the one before it (RFC 8305 §5 has 250 ms; cloud-init 150). */
const STAGGER_MS = 150;
const BODY_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The first address that answers usefully within `maxWaitMs` (compat datasources.md §1.3). The
 * addresses are asked side by side, each a little after the one before; rounds follow each other
 * with growing pauses until the time is up, to which the last tries are shortened.
 */
export async function waitForUrl(
  sys: Pick<System, "http" | "clock">,
  log: Logger,
  urls: readonly string[],
  options: WaitForUrlOptions,
): Promise<WaitedForUrl> {
  const startMs = sys.clock.monotonicMs();
  const elapsedMs = (): number => sys.clock.monotonicMs() - startMs;
  const failures = new Map<string, string>();
  const hopeless = new Set<string>();
  let isAnswered = false;
  for (let round = 0; urls.length > 0; round += 1) {
    const outcome = await askAll(sys, urls, {
      options,
      remainingMs: () => options.maxWaitMs - elapsedMs(),
      onFailure: (url, failure) => {
        const { reason } = failure;
        failures.set(url, reason);
        isAnswered ||= failure.isAnswered;
        if (failure.isFinal) {
          hopeless.add(url);
        }
        const shown = `${Math.round(elapsedMs() / 1000)}/${Math.round(options.maxWaitMs / 1000)}s`;
        log.debug(`Calling '${urlWithoutSecrets(url)}' failed [${shown}]: ${reason}`);
      },
    });
    const left = options.maxWaitMs - elapsedMs();
    if (outcome !== undefined || left <= 0 || urls.every((url) => hopeless.has(url))) {
      isAnswered ||= outcome !== undefined;
      return { ...outcome, failures: describe(urls, failures), isAnswered };
    }
    await sys.clock.sleep(Math.min(pauseMs(round), left));
    if (options.maxWaitMs - elapsedMs() <= 0) {
      break;
    }
  }
  return { failures: describe(urls, failures), isAnswered };
}

/** A second after each of the first rounds, later longer. */
function pauseMs(round: number): number {
  return (Math.floor(round / 5) + 1) * 1000;
}

function describe(
  urls: readonly string[],
  failures: ReadonlyMap<string, string>,
): readonly string[] {
  return urls.flatMap((url) => {
    const reason = failures.get(url);
    return reason === undefined ? [] : [`${urlWithoutSecrets(url)}: ${reason}`];
  });
}

interface Round {
  readonly options: WaitForUrlOptions;
  remainingMs(): number;
  onFailure(url: string, failure: Failure): void;
}

interface Failure {
  readonly reason: string;
  /** No other try will go better. */
  readonly isFinal: boolean;
  readonly isAnswered: boolean;
}

type Outcome = Pick<WaitedForUrl, "url" | "response" | "refusal">;

/** Each address once; what is still on its way when one has answered is given up. */
async function askAll(
  sys: Pick<System, "http" | "clock">,
  urls: readonly string[],
  round: Round,
): Promise<Outcome | undefined> {
  const stop = new AbortController();
  let outcome: Outcome | undefined;
  let settle = (): void => {};
  const isSettled = new Promise<void>((resolve) => (settle = resolve));
  const askOne = async (url: string, index: number): Promise<void> => {
    // Nobody waits for an address once all before it have failed.
    await Promise.race([asked[index - 1], sys.clock.sleep(index * STAGGER_MS)]);
    if (outcome !== undefined) {
      return;
    }
    const answer = await ask(sys, url, round, stop.signal);
    if (outcome !== undefined) {
      return;
    }
    if ("reason" in answer) {
      round.onFailure(url, answer);
      return;
    }
    outcome = answer;
    stop.abort();
    settle();
  };
  const asked: Promise<void>[] = [];
  for (const [index, url] of urls.entries()) {
    asked.push(askOne(url, index));
  }
  await Promise.race([isSettled, Promise.all(asked)]);
  return outcome;
}

/** The outcome that this address makes, or why it makes none. */
async function ask(
  sys: Pick<System, "http">,
  url: string,
  round: Round,
  signal: AbortSignal,
): Promise<Outcome | Failure> {
  const { options } = round;
  const isLimited = options.maxWaitMs > 0;
  const timeoutMs = isLimited
    ? Math.max(1, Math.min(options.timeoutMs, round.remainingMs()))
    : options.timeoutMs;
  try {
    const response = await sys.http.request({
      method: options.method ?? "GET",
      url,
      effect: "query",
      timeoutMs,
      headers: options.headersFor?.(url) ?? {},
      maxBodyBytes: BODY_BYTES_MAX,
      sameHostOnly: true,
      signal,
    });
    if (options.isRefusal?.(response) === true) {
      return { refusal: { url, response } };
    }
    const isGood = (options.isGood ?? isUseful)(response);
    const suffix = isSuccess(response) && response.body.length === 0 ? ", empty" : "";
    return isGood
      ? { url, response }
      : { reason: `the answer is ${response.status}${suffix}`, isFinal: false, isAnswered: true };
  } catch (error) {
    return error instanceof HttpError
      ? { reason: error.reason, isFinal: error.isFinal, isAnswered: error.isAnswered }
      : { reason: errorMessage(error), isFinal: false, isAnswered: false };
  }
}

function isUseful(response: HttpResponse): boolean {
  return isSuccess(response) && response.body.length > 0;
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}
