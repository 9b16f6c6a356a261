import { HttpError } from "./http-error.ts";
import type { System } from "./system.ts";

/** How often, and how long. */
export interface FetchOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Tries in all, one at least. */
  readonly attempts: number;
  /** Between two tries. */
  readonly intervalMs: number;
  readonly attemptTimeoutMs: number;
  /** Of the monotonic clock: no try begins after it, and none lasts longer. */
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
}

/** What a server gave, or why it gave nothing. */
export type FetchedContent =
  | { readonly ok: true; readonly content: Uint8Array }
  | { readonly ok: false; readonly failure: FetchFailure; readonly attempts: number };

/** Of the last try. */
export type FetchFailure =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "unanswered"; readonly error: HttpError }
  /** The deadline was there before the first try. */
  | { readonly kind: "late" };

/** Too early, too many requests, and a server's own time-out (RFC 9110, RFC 6585): worth another try. */
const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Fetches a file by GET, with another try where the server may do better then: not after a status
 * that refuses. A change and no query, so that a plan fetches nothing; an empty content comes there.
 */
export async function fetchContent(
  sys: Pick<System, "clock" | "http">,
  url: string,
  options: FetchOptions,
): Promise<FetchedContent> {
  const { attempts, intervalMs, deadlineMs } = options;
  let failure: FetchFailure = { kind: "late" };
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = deadlineMs - sys.clock.monotonicMs();
    if (leftMs <= 0) {
      return { ok: false, failure, attempts: attempt - 1 };
    }
    const answer = await request(sys, url, { ...options, leftMs });
    if (answer.kind === "content") {
      return { ok: true, content: answer.content };
    }
    failure = answer;
    const isOver = sys.clock.monotonicMs() + intervalMs >= deadlineMs;
    if (isRefusal(failure) || isOver || attempt >= attempts) {
      return { ok: false, failure, attempts: attempt };
    }
    await sys.clock.sleep(intervalMs);
  }
}

function isRefusal(failure: FetchFailure): boolean {
  return (
    failure.kind === "status" &&
    failure.status >= 400 &&
    failure.status < 500 &&
    !PASSING_STATUS.has(failure.status)
  );
}

type Answer = { readonly kind: "content"; readonly content: Uint8Array } | FetchFailure;

async function request(
  sys: Pick<System, "http">,
  url: string,
  options: FetchOptions & { readonly leftMs: number },
): Promise<Answer> {
  try {
    const { status, body } = await sys.http.request({
      method: "GET",
      url,
      effect: "change",
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      timeoutMs: Math.max(1, Math.min(options.attemptTimeoutMs, options.leftMs)),
      maxBodyBytes: options.maxBodyBytes,
    });
    return status >= 200 && status < 300
      ? { kind: "content", content: body }
      : { kind: "status", status };
  } catch (error) {
    if (error instanceof HttpError) {
      return { kind: "unanswered", error };
    }
    throw error;
  }
}
