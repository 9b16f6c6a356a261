import { isMapping } from "../config/cloud-config.ts";
import { FileError } from "../system/file-error.ts";
import { fetchContent, type FetchFailure } from "../system/fetch-content.ts";
import { urlWithoutSecrets } from "../system/http-error.ts";
import type { System } from "../system/system.ts";
import { describeKind } from "../text/describe-kind.ts";

/** What `source` of a `write_files` entry gave, or why it gave nothing. */
export type FetchedSource =
  | { readonly ok: true; readonly content: Uint8Array }
  | { readonly ok: false; readonly reason: string };

const ATTEMPTS = 3;
const INTERVAL_MS = 3_000;
const ATTEMPT_TIMEOUT_MS = 30_000;
const CONTENT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Fetches `source: {uri, headers}` (compat modules.md, write_files): http, https, or a file of this
 * machine by `file://`. A change and no query, so that a plan fetches nothing. Until `deadlineMs` of
 * the monotonic clock at most; addresses are told without user and query, headers never.
 */
export async function fetchFileSource(
  sys: Pick<System, "clock" | "fs" | "http">,
  source: unknown,
  deadlineMs: number,
): Promise<FetchedSource> {
  const uri = isMapping(source) ? source["uri"] : undefined;
  if (!isMapping(source) || typeof uri !== "string" || !URL.canParse(uri)) {
    const got = typeof uri === "string" ? `"${urlWithoutSecrets(uri)}"` : describeKind(uri);
    return { ok: false, reason: `source.uri is no address: ${got}` };
  }
  if (uri.startsWith("file://")) {
    return readLocal(sys, decodeURIComponent(new URL(uri).pathname));
  }
  if (!/^https?:\/\//iu.test(uri)) {
    const shown = urlWithoutSecrets(uri);
    return { ok: false, reason: `source.uri "${shown}" is neither http, https nor file` };
  }
  const { headers } = source;
  const sent = Object.entries(isMapping(headers) ? headers : {}).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string",
  );
  return fetchUrl(sys, uri, Object.fromEntries(sent), deadlineMs);
}

function readLocal({ fs }: Pick<System, "fs">, path: string): FetchedSource {
  try {
    return { ok: true, content: fs.readBytes(path) };
  } catch (error) {
    if (error instanceof FileError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

async function fetchUrl(
  sys: Pick<System, "clock" | "http">,
  url: string,
  headers: Readonly<Record<string, string>>,
  deadlineMs: number,
): Promise<FetchedSource> {
  const fetched = await fetchContent(sys, url, {
    headers,
    attempts: ATTEMPTS,
    intervalMs: INTERVAL_MS,
    attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    deadlineMs,
    maxBodyBytes: CONTENT_BYTES_MAX,
  });
  return fetched.ok ? fetched : { ok: false, reason: describe(url, fetched.failure) };
}

function describe(url: string, failure: FetchFailure): string {
  switch (failure.kind) {
    case "status":
      return `GET ${urlWithoutSecrets(url)} was answered with status ${failure.status}`;
    case "unanswered":
      return failure.error.message;
    case "late":
      return "the time for fetching files is over";
  }
}
