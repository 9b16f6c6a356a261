import { isMapping } from "../config/cloud-config.ts";
import { FileError } from "../system/file-error.ts";
import { HttpError, urlWithoutSecrets } from "../system/http-error.ts";
import type { System } from "../system/system.ts";
import { describeKind } from "../text/describe-kind.ts";

/** What `source` of a `write_files` entry gave, or why it gave nothing. */
export type FetchedSource =
  | { readonly ok: true; readonly content: Uint8Array }
  | { readonly ok: false; readonly reason: string };

const TRIES = 3;
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
  let reason = "the time for fetching files is over";
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (attempt > 0) {
      await sys.clock.sleep(INTERVAL_MS);
    }
    const leftMs = deadlineMs - sys.clock.monotonicMs();
    if (leftMs <= 0) {
      break;
    }
    try {
      const { status, body } = await sys.http.request({
        method: "GET",
        url,
        headers,
        effect: "change",
        timeoutMs: Math.min(ATTEMPT_TIMEOUT_MS, leftMs),
        maxBodyBytes: CONTENT_BYTES_MAX,
      });
      if (status >= 200 && status < 300) {
        return { ok: true, content: body };
      }
      reason = `GET ${urlWithoutSecrets(url)} was answered with status ${status}`;
      if (status >= 400 && status < 500) {
        break;
      }
    } catch (error) {
      if (!(error instanceof HttpError)) {
        throw error;
      }
      reason = error.message;
    }
  }
  return { ok: false, reason };
}
