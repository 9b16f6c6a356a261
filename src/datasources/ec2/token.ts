import { HttpError } from "../../system/http-error.ts";
import type { System } from "../../system/system.ts";
import { joinUrl } from "../http/join-url.ts";
import type { MetadataClient, MetadataGetOptions } from "../http/metadata-client.ts";

/** Path of the request that gives a token (AWS, "Use IMDSv2"). */
export const TOKEN_PATH = "latest/api/token";
/** Six hours, the longest there is. */
const TTL_SECONDS = 21_600;
export const TOKEN_REQUEST_HEADERS = {
  "x-aws-ec2-metadata-token-ttl-seconds": String(TTL_SECONDS),
};
/** Renewed a little before it is over. */
const USED_FOR_MS = (TTL_SECONDS - 300) * 1000;
const TOKEN_LENGTH_MAX = 4096;
const UNAUTHORIZED = 401;

/** GET as `MetadataClient.get`, with what the service wants of headers. */
export type GetWithToken = (
  url: string,
  options?: MetadataGetOptions,
) => Promise<Uint8Array | undefined>;

/** The token in an answer; undefined where it is none that a header could carry. */
export function parseToken(body: Uint8Array): string | undefined {
  const token = new TextDecoder().decode(body.subarray(0, TOKEN_LENGTH_MAX + 1)).trim();
  return token.length <= TOKEN_LENGTH_MAX && /^[!-~]+$/u.test(token) ? token : undefined;
}

/**
 * Reads with a token (IMDSv2): a new one when the old one has grown old, and once when the service
 * refuses it (401). Neither is ever logged.
 */
export function createTokenGet(
  sys: Pick<System, "clock">,
  client: MetadataClient,
  base: string,
  first: string,
): GetWithToken {
  let current = { token: first, sinceMs: sys.clock.monotonicMs() };
  let renewal: Promise<void> | undefined;

  async function renew(): Promise<void> {
    const url = joinUrl(base, TOKEN_PATH);
    const answer = await client.request({ method: "PUT", url, headers: TOKEN_REQUEST_HEADERS });
    const token = answer.status === 200 ? parseToken(answer.body) : undefined;
    if (token === undefined) {
      const { status } = answer;
      throw new HttpError("PUT", url, `no new token, the answer is ${status}`, { status });
    }
    current = { token, sinceMs: sys.clock.monotonicMs() };
  }

  /** Once for all that wait for it. */
  function renewOnce(): Promise<void> {
    renewal ??= renew().finally(() => (renewal = undefined));
    return renewal;
  }

  function get(url: string, options: MetadataGetOptions): Promise<Uint8Array | undefined> {
    const headers = { ...options.headers, "x-aws-ec2-metadata-token": current.token };
    return client.get(url, { ...options, headers });
  }

  return async (url, options = {}) => {
    if (sys.clock.monotonicMs() - current.sinceMs > USED_FOR_MS) {
      await renewOnce();
    }
    const used = current;
    try {
      return await get(url, options);
    } catch (error) {
      if (!(error instanceof HttpError) || error.status !== UNAUTHORIZED) {
        throw error;
      }
      if (used === current) {
        await renewOnce();
      }
      return get(url, options);
    }
  };
}
