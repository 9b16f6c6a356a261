import { urlWithoutSecrets } from "../../system/http-error.ts";
import type { HttpResponse } from "../../system/system.ts";
import type { DatasourceContext } from "../datasource.ts";
import { joinUrl } from "../http/join-url.ts";
import type { MetadataClient } from "../http/metadata-client.ts";
import { waitForUrl } from "../http/wait-for-url.ts";
import {
  createTokenGet,
  type GetWithToken,
  parseToken,
  TOKEN_PATH,
  TOKEN_REQUEST_HEADERS,
} from "./token.ts";

/** A service that answers, and the version of its tree. */
export interface Ec2Service {
  readonly base: string;
  readonly version: string;
  /** Whether it gives tokens (IMDSv2). */
  readonly hasTokens: boolean;
  readonly get: GetWithToken;
}

/** `imds_v2`: whether tokens are asked for. "always": without one nothing is read. */
export type TokenUse = "auto" | "always" | "never";

/** How the service is looked for. */
export interface ConnectOptions {
  readonly urls: readonly string[];
  readonly maxWaitMs: number;
  readonly timeoutMs: number;
  readonly tokenUse: TokenUse;
  readonly client: () => MetadataClient;
}

/** Newest first (compat datasources-clouds.md §4.1). */
const VERSIONS = ["2021-03-23", "2018-09-24", "2016-09-02"];
/** What every service of this kind has. */
const OLDEST_VERSION = "2009-04-04";
const NOT_FOUND = 404;

/**
 * The first service of Ec2's kind that answers, or why none may be used. A token is asked for first;
 * only a service that does not know tokens (404) is read without one: what refuses a token is
 * switched off, or not what it says it is.
 */
export async function connectEc2(
  ctx: Pick<DatasourceContext, "sys" | "log">,
  options: ConnectOptions,
): Promise<Ec2Service | { readonly reason: string }> {
  return options.tokenUse === "never"
    ? connectWithoutToken(ctx, options)
    : connectWithToken(ctx, options);
}

async function connectWithToken(
  ctx: Pick<DatasourceContext, "sys" | "log">,
  { urls, maxWaitMs, timeoutMs, tokenUse, client }: ConnectOptions,
): Promise<Ec2Service | { readonly reason: string }> {
  const isUnknown = ({ status }: HttpResponse): boolean => status === NOT_FOUND;
  const waited = await waitForUrl(
    ctx.sys,
    ctx.log,
    urls.map((url) => joinUrl(url, TOKEN_PATH)),
    {
      method: "PUT",
      maxWaitMs,
      timeoutMs,
      headersFor: () => TOKEN_REQUEST_HEADERS,
      isGood: (response) =>
        (response.status === 200 && parseToken(response.body) !== undefined) ||
        (tokenUse === "auto" && isUnknown(response)),
      // 503 is a service that is not ready yet.
      isRefusal: ({ status }) => status >= 400 && status !== 503 && status !== NOT_FOUND,
    },
  );
  if (waited.refusal !== undefined) {
    const { status } = waited.refusal.response;
    const text =
      status === 403
        ? "IMDS's HTTP endpoint is disabled. Aborting."
        : `Fatal error while requesting Ec2 IMDSv2 API tokens: the answer is ${status}`;
    ctx.log.warn(text);
    return { reason: `${text} (${urlWithoutSecrets(baseOf(waited.refusal.url))})` };
  }
  if (waited.url === undefined || waited.response === undefined) {
    return giveUp(ctx, urls, maxWaitMs, waited.failures);
  }
  const base = baseOf(waited.url);
  if (isUnknown(waited.response)) {
    ctx.log.debug(`${urlWithoutSecrets(base)} knows no tokens (404): it is read without`);
    return connectWithoutToken(ctx, { urls: [base], maxWaitMs: -1, timeoutMs, tokenUse, client });
  }
  const reader = client();
  const get = createTokenGet(ctx.sys, reader, base, parseToken(waited.response.body) ?? "");
  for (const version of VERSIONS) {
    const url = joinUrl(base, `${version}/meta-data/instance-id`);
    if ((await get(url)) !== undefined) {
      return { base, version, hasTokens: true, get };
    }
  }
  return { base, version: OLDEST_VERSION, hasTokens: true, get };
}

async function connectWithoutToken(
  ctx: Pick<DatasourceContext, "sys" | "log">,
  { urls, maxWaitMs, timeoutMs, client }: ConnectOptions,
): Promise<Ec2Service | { readonly reason: string }> {
  const path = `/${OLDEST_VERSION}/meta-data/instance-id`;
  const waited = await waitForUrl(
    ctx.sys,
    ctx.log,
    urls.map((url) => joinUrl(url, path)),
    { maxWaitMs, timeoutMs },
  );
  if (waited.url === undefined) {
    return giveUp(ctx, urls, maxWaitMs, waited.failures);
  }
  const base = waited.url.slice(0, -path.length);
  const reader = client();
  return {
    base,
    version: OLDEST_VERSION,
    hasTokens: false,
    get: (url, more) => reader.get(url, more),
  };
}

function baseOf(url: string): string {
  return url.replace(new RegExp(`/${TOKEN_PATH}$`, "u"), "");
}

function giveUp(
  ctx: Pick<DatasourceContext, "log">,
  urls: readonly string[],
  maxWaitMs: number,
  failures: readonly string[],
): { readonly reason: string } {
  const seconds = Math.max(0, Math.round(maxWaitMs / 1000));
  ctx.log.warn(
    `Giving up on md from [${urls.map(urlWithoutSecrets).join(", ")}] after ${seconds} seconds`,
  );
  return { reason: `no metadata service within ${seconds} s (${failures.join("; ")})` };
}
