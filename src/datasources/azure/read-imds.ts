import { HttpError } from "../../system/http-error.ts";
import type { HttpResponse, System } from "../../system/system.ts";
import { errorMessage } from "../../text/error-message.ts";
import { parseJsonBytes } from "../../text/parse-json-bytes.ts";
import { isRecord } from "../../text/record.ts";
import type { Logger } from "../../report/logger.ts";
import { joinUrl } from "../http/join-url.ts";
import { createMetadataClient } from "../http/metadata-client.ts";

/** How IMDS is asked. */
export interface ReadImdsOptions {
  readonly baseUrl: string;
  /** For all tries together. */
  readonly maxWaitMs: number;
  readonly timeoutMs: number;
  /** Tries without any answer after which it counts as not there. */
  readonly silentTriesMax: number;
}

/** Newest first; the second where the first is not known there. */
const PATHS = [
  "/instance?api-version=2021-08-01&extended=true",
  "/instance?api-version=2019-06-01",
];
const RETRIED_STATUSES = new Set([404, 410, 429, 500]);
const PAUSE_MS = 1000;
const RETRY_AFTER_MAX_S = 120;
const BODY_BYTES_MAX = 1024 * 1024;

/** Why there is no document, and whether that is because nobody answers. */
export interface NoImds {
  readonly reason: string;
  readonly isSilent: boolean;
}

/** The instance document (compat datasources-clouds.md §2.3), or why there is none. */
export async function readImds(
  sys: System,
  log: Logger,
  options: ReadImdsOptions,
): Promise<{ readonly document: Readonly<Record<string, unknown>> } | NoImds> {
  const startMs = sys.clock.monotonicMs();
  const client = createMetadataClient(sys, {
    timeoutMs: options.timeoutMs,
    retries: 0,
    totalMs: options.maxWaitMs,
    log,
  });
  let silentTries = 0;
  let isSilent = true;
  let version = 0;
  for (;;) {
    let reason: string;
    let pauseMs = PAUSE_MS;
    try {
      const response = await client.request({
        method: "GET",
        url: joinUrl(options.baseUrl, PATHS[version] ?? ""),
        headers: { Metadata: "true", "x-ms-client-request-id": randomUuid(sys) },
        maxBodyBytes: BODY_BYTES_MAX,
      });
      isSilent = false;
      if (response.status === 200) {
        return parseDocument(response.body);
      }
      reason = `IMDS answers ${response.status}`;
      if (response.status === 400 && version + 1 < PATHS.length) {
        version += 1;
        continue;
      }
      if (!RETRIED_STATUSES.has(response.status)) {
        return { reason, isSilent };
      }
      silentTries = 0;
      pauseMs = pauseOf(response);
    } catch (error) {
      reason = error instanceof HttpError ? error.message : errorMessage(error);
      silentTries += 1;
      isSilent &&= !(error instanceof HttpError && error.isAnswered);
      if (error instanceof HttpError && error.isFinal) {
        return { reason, isSilent };
      }
    }
    const leftMs = options.maxWaitMs - (sys.clock.monotonicMs() - startMs);
    if (leftMs <= pauseMs || silentTries >= options.silentTriesMax) {
      return { reason, isSilent };
    }
    log.debug(`${reason}: it is asked again`);
    await sys.clock.sleep(pauseMs);
  }
}

/** RFC 9110 §10.2.3, in seconds. */
function pauseOf({ headers }: HttpResponse): number {
  const asked = Number(headers["retry-after"] ?? Number.NaN);
  return Number.isFinite(asked) && asked > 0 ? Math.min(asked, RETRY_AFTER_MAX_S) * 1000 : PAUSE_MS;
}

function parseDocument(
  body: Uint8Array,
): { readonly document: Readonly<Record<string, unknown>> } | NoImds {
  const parsed = parseJsonBytes(body);
  if ("fault" in parsed) {
    return { reason: `Cannot read what IMDS answers: ${parsed.fault}`, isSilent: false };
  }
  return isRecord(parsed.value)
    ? { document: parsed.value }
    : { reason: "Cannot read what IMDS answers: expected an object", isSilent: false };
}

/** Version 4 (RFC 9562 §5.4). */
function randomUuid({ random }: Pick<System, "random">): string {
  const hex = [...random.bytes(16)].map((byte, index) =>
    (index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte)
      .toString(16)
      .padStart(2, "0"),
  );
  const text = hex.join("");
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20, 32),
  ].join("-");
}
