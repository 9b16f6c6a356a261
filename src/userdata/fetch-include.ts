import { createHash } from "node:crypto";
import type { Instance } from "../instance/instance.ts";
import type { Paths } from "../instance/paths.ts";
import type { Logger } from "../report/logger.ts";
import { HttpError, urlWithoutSecrets } from "../system/http-error.ts";
import type { ClientCertificate, System } from "../system/system.ts";
import { writeIfDifferent } from "../system/write-if-different.ts";
import { errorMessage } from "../text/error-message.ts";
import type { IncludeEntry } from "./include-list.ts";
import { findTrustedFile } from "./trusted-file.ts";

/** What an include names, or why it cannot be had. */
export type Fetched =
  | { readonly ok: true; readonly content: Uint8Array }
  | { readonly ok: false; readonly reason: string };

/** Fetches one entry of an include list; a longer content than `sizeBytesMax` is none. Never throws. */
export type FetchInclude = (entry: IncludeEntry, sizeBytesMax: number) => Promise<Fetched>;

export interface FetchContext {
  readonly sys: System;
  readonly instance: Instance;
  readonly paths: Paths;
  readonly log: Logger;
}

/** At most so many tries at one address, a second apart, each for five seconds (compat userdata.md §3.1). */
const ATTEMPTS_MAX = 11;
const ATTEMPT_INTERVAL_MS = 1000;
const ATTEMPT_TIMEOUT_MS = 5000;
/** For all includes of one boot's user-data together: dead servers must not hold a boot for longer. */
const ALL_TIMEOUT_MS = 300_000;
const PRIVATE_MODE = 0o600;

/**
 * A fetcher for the includes of one blob: http and https with retries, files that root alone can
 * write. What is to be fetched once is kept in `data/urlcache` of the instance.
 */
export function createIncludeFetcher(ctx: FetchContext): FetchInclude {
  const deadlineMs = ctx.sys.clock.monotonicMs() + ALL_TIMEOUT_MS;
  return async ({ url, isOnce }, sizeBytesMax) => {
    const kept = isOnce ? cachePath(ctx, url) : undefined;
    const known = kept === undefined ? undefined : ctx.sys.fs.readBytesIfExists(kept);
    if (known !== undefined) {
      ctx.log.debug(`Include "${urlWithoutSecrets(url)}" is taken from "${kept}"`);
      return limited(known, sizeBytesMax);
    }
    const fetched = await fetchAny(ctx, url, { deadlineMs, sizeBytesMax });
    if (kept !== undefined && fetched.ok) {
      writeIfDifferent(ctx.sys.fs, kept, fetched.content, { mode: PRIVATE_MODE });
    }
    return fetched;
  };
}

interface Limits {
  readonly deadlineMs: number;
  readonly sizeBytesMax: number;
}

async function fetchAny(ctx: FetchContext, url: string, limits: Limits): Promise<Fetched> {
  try {
    if (/^https?:\/\//iu.test(url)) {
      return await fetchHttp(ctx, url, limits);
    }
    const path = /^(?:file:\/\/(?:localhost)?)?(\/.*)$/su.exec(url)?.[1];
    return path === undefined
      ? { ok: false, reason: "expected an address with http://, https:// or file://, or a path" }
      : readTrusted(ctx, path, limits.sizeBytesMax);
  } catch (error) {
    return { ok: false, reason: errorMessage(error) };
  }
}

function readTrusted(ctx: FetchContext, path: string, sizeBytesMax: number): Fetched {
  const { fs } = ctx.sys;
  const trusted = findTrustedFile(fs, path);
  if (!trusted.ok) {
    return trusted;
  }
  const sizeBytes = fs.stat(trusted.path)?.sizeBytes ?? 0;
  return sizeBytes > sizeBytesMax
    ? { ok: false, reason: tooLong(sizeBytesMax) }
    : limited(fs.readBytes(trusted.path), sizeBytesMax);
}

async function fetchHttp(ctx: FetchContext, url: string, limits: Limits): Promise<Fetched> {
  const { clock } = ctx.sys;
  const certificate = /^https:/iu.test(url) ? findCertificate(ctx) : undefined;
  let reason = "the time for all includes of this boot is used up";
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const leftMs = limits.deadlineMs - clock.monotonicMs();
    if (leftMs <= 0) {
      return { ok: false, reason };
    }
    const answer = await tryOnce(ctx, url, {
      timeoutMs: Math.min(ATTEMPT_TIMEOUT_MS, leftMs),
      maxBodyBytes: limits.sizeBytesMax,
      ...(certificate === undefined ? {} : { clientCertificate: certificate }),
    });
    if (answer.fetched.ok || answer.isFinal) {
      return answer.fetched;
    }
    reason = `${answer.fetched.reason} (tried ${attempt} times)`;
    ctx.log.debug(
      `Include "${urlWithoutSecrets(url)}", attempt ${attempt}: ${answer.fetched.reason}`,
    );
    if (attempt < ATTEMPTS_MAX) {
      await clock.sleep(Math.min(ATTEMPT_INTERVAL_MS, Math.max(0, leftMs)));
    }
  }
  return { ok: false, reason };
}

/** Statuses that a server may take back: too early, too many, not there yet. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([404, 408, 425, 429]);

async function tryOnce(
  ctx: FetchContext,
  url: string,
  options: {
    readonly timeoutMs: number;
    readonly maxBodyBytes: number;
    readonly clientCertificate?: ClientCertificate;
  },
): Promise<{ readonly fetched: Fetched; readonly isFinal: boolean }> {
  try {
    const { status, body } = await ctx.sys.http.request({
      method: "GET",
      url,
      effect: "query",
      ...options,
    });
    if (status >= 200 && status < 300) {
      return { fetched: limited(body, options.maxBodyBytes), isFinal: true };
    }
    const isFinal = status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
    return { fetched: { ok: false, reason: `the server answers with status ${status}` }, isFinal };
  } catch (error) {
    if (!(error instanceof HttpError)) {
      throw error;
    }
    return { fetched: { ok: false, reason: error.reason }, isFinal: false };
  }
}

function limited(content: Uint8Array, sizeBytesMax: number): Fetched {
  return content.length > sizeBytesMax
    ? { ok: false, reason: tooLong(sizeBytesMax) }
    : { ok: true, content };
}

function tooLong(sizeBytesMax: number): string {
  return `it is longer than the ${sizeBytesMax} bytes that are left for all user-data`;
}

/** The name is the old agent's, so that what it kept is found again. */
function cachePath(ctx: FetchContext, url: string): string {
  const name = createHash("md5").update(url).digest("hex");
  return `${ctx.paths.instance(ctx.instance.id).dir}/data/urlcache/${name}`;
}

/** Directories of Linux and AIX, whatever `cloud_dir` says (compat userdata.md §3.1). */
const DEFAULT_CLOUD_DIRS = ["/var/lib/cloud", "/opt/freeware/var/lib/cloud"];

/** `cert.pem`, with `key.pem` beside it, of the first directory that has one. */
function findCertificate(ctx: FetchContext): ClientCertificate | undefined {
  const { fs } = ctx.sys;
  for (const directory of new Set([ctx.paths.cloudDir, ...DEFAULT_CLOUD_DIRS])) {
    for (const place of [`${directory}/data/ssl`, `${directory}/instance/data/ssl`]) {
      const certificate = fs.readBytesIfExists(`${place}/cert.pem`);
      if (certificate !== undefined) {
        const key = fs.readBytesIfExists(`${place}/key.pem`);
        return { certificate, ...(key === undefined ? {} : { key }) };
      }
    }
  }
  return undefined;
}
