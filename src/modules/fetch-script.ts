import { Buffer } from "node:buffer";
import { fetchContent, type FetchFailure } from "../system/fetch-content.ts";
import { urlWithoutSecrets } from "../system/http-error.ts";
import type { System } from "../system/system.ts";

const ATTEMPT_TIMEOUT_MS = 30_000;
const INTERVAL_MS = 3_000;
/** However many tries are wanted: the boot goes on after that. */
const ALL_TIMEOUT_MS = 300_000;
const SCRIPT_BYTES_MAX = 8 * 1024 * 1024;

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
  const fetched = await fetchContent(sys, url, {
    attempts: retries + 1,
    intervalMs: INTERVAL_MS,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    deadlineMs: sys.clock.monotonicMs() + ALL_TIMEOUT_MS,
    maxBodyBytes: SCRIPT_BYTES_MAX,
  });
  if (!fetched.ok) {
    const tries = fetched.attempts === 1 ? "" : ` in ${fetched.attempts} tries`;
    throw new Error(`Cannot fetch "${shown}"${tries}: ${describe(fetched.failure)}`);
  }
  const { content } = fetched;
  const start = Buffer.from(content.subarray(0, HEAD_BYTES)).toString("latin1").trimStart();
  if (start.startsWith("<")) {
    throw new Error(`Cannot fetch "${shown}": what the server gives is a web page, no script`);
  }
  return content;
}

const HEAD_BYTES = 256;

function describe(failure: FetchFailure): string {
  switch (failure.kind) {
    case "status":
      return `the server answers with status ${failure.status}`;
    case "unanswered":
      return failure.error.reason;
    case "late":
      return "the time for it is over";
  }
}
