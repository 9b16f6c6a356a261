import { Buffer } from "node:buffer";
import { HttpError, urlWithoutSecrets } from "../system/http-error.ts";
import type { System } from "../system/system.ts";

const ATTEMPT_TIMEOUT_MS = 30_000;
const INTERVAL_MS = 3_000;
/** However many tries are wanted: the boot goes on after that. */
const ALL_TIMEOUT_MS = 300_000;
const SCRIPT_BYTES_MAX = 8 * 1024 * 1024;
/** Too many requests, and a server's own time-out: worth another try. */
const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Fetches a program that will be run, over http or https, with `retries` tries after the first and
 * five minutes at most. A change and no query: a plan shows it and fetches nothing (an empty text
 * comes back there). Throws an Error that says what the server gave.
 */
export async function fetchScript(
  sys: Pick<System, "http" | "clock">,
  url: string,
  retries: number,
): Promise<Uint8Array> {
  const shown = urlWithoutSecrets(url);
  if (!/^https?:\/\/[^/\s]/iu.test(url) || !URL.canParse(url)) {
    throw new Error(`"${shown}" is no address: expected one with https://`);
  }
  const deadlineMs = sys.clock.monotonicMs() + ALL_TIMEOUT_MS;
  let attempt = 0;
  for (;;) {
    attempt += 1;
    const answer = await request(sys, url, deadlineMs - sys.clock.monotonicMs());
    if (answer.kind === "script") {
      return answer.body;
    }
    const isOver = sys.clock.monotonicMs() + INTERVAL_MS >= deadlineMs;
    if (answer.kind === "refused" || isOver || attempt > retries) {
      const tries = attempt === 1 ? "" : ` in ${attempt} tries`;
      throw new Error(`Cannot fetch "${shown}"${tries}: ${answer.reason}`);
    }
    await sys.clock.sleep(INTERVAL_MS);
  }
}

type Answer =
  | { readonly kind: "script"; readonly body: Uint8Array }
  /** Another try will not help, or it may. */
  | { readonly kind: "refused" | "failed"; readonly reason: string };

async function request(sys: Pick<System, "http">, url: string, leftMs: number): Promise<Answer> {
  try {
    const { status, body } = await sys.http.request({
      method: "GET",
      url,
      effect: "change",
      timeoutMs: Math.max(1, Math.min(ATTEMPT_TIMEOUT_MS, leftMs)),
      maxBodyBytes: SCRIPT_BYTES_MAX,
    });
    if (status < 200 || status > 299) {
      const isRefusal = status >= 400 && status < 500 && !PASSING_STATUS.has(status);
      const reason = `the server answers with status ${status}`;
      return { kind: isRefusal ? "refused" : "failed", reason };
    }
    const start = Buffer.from(body.subarray(0, HEAD_BYTES)).toString("latin1").trimStart();
    return start.startsWith("<")
      ? { kind: "refused", reason: "what the server gives is a web page, no script" }
      : { kind: "script", body };
  } catch (error) {
    if (error instanceof HttpError) {
      return { kind: "failed", reason: error.reason };
    }
    throw error;
  }
}

const HEAD_BYTES = 256;
