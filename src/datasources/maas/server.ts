import { Buffer } from "node:buffer";
import type { Logger } from "../../report/logger.ts";
import { HttpError, urlWithoutSecrets } from "../../system/http-error.ts";
import type { HttpResponse, System } from "../../system/system.ts";
import { oauthHeader, type OauthCredentials } from "../../text/oauth-header.ts";
import { joinUrl } from "../http/join-url.ts";
import type { MetadataClient } from "../http/metadata-client.ts";
import { waitForUrl } from "../http/wait-for-url.ts";
import type { ClockSkew } from "./clock-skew.ts";
import { MAAS_FILES, type MaasFiles } from "./parse-metadata.ts";

/** How one server is asked. */
export interface MaasServer {
  /** Waits until it answers; what stopped it otherwise, and whether that is because nobody is there. */
  wait(limits: {
    readonly maxWaitMs: number;
    readonly timeoutMs: number;
  }): Promise<{ readonly reason: string; readonly isSilent: boolean } | undefined>;
  /** All documents that it has. Throws where one cannot be read. */
  read(client: MetadataClient): Promise<MaasFiles>;
}

/** The version of the interface that cloud-init speaks. */
const VERSION = "2012-03-01";
const VALUE_BYTES_MAX = 1024 * 1024;
const USER_DATA_BYTES_MAX = 16 * 1024 * 1024;
/** 401 and 403 may come of a clock that is wrong: the second time they do not. */
const REFUSAL_COUNT_MAX = 2;
const RETRY_AFTER_MS = 1000;

/** A MAAS server at `baseUrl` (compat datasources-clouds.md §7). Each request is signed anew where there are credentials. */
export function createMaasServer(
  sys: System,
  log: Logger,
  server: {
    readonly baseUrl: string;
    readonly credentials?: OauthCredentials;
    readonly skew: ClockSkew;
  },
): MaasServer {
  const { baseUrl, credentials, skew } = server;
  const headers = (): Readonly<Record<string, string>> =>
    credentials === undefined
      ? {}
      : {
          Authorization: oauthHeader(credentials, {
            timestampSeconds: sys.clock.now().getTime() / 1000 + skew.seconds(),
            nonce: Buffer.from(sys.random.bytes(16)).toString("hex"),
          }),
        };

  async function readOne(
    client: MetadataClient,
    name: (typeof MAAS_FILES)[number],
  ): Promise<Uint8Array | undefined> {
    const url = joinUrl(baseUrl, pathOf(name));
    const maxBodyBytes = name === "user-data" ? USER_DATA_BYTES_MAX : VALUE_BYTES_MAX;
    for (let isSecond = false; ; isSecond = true) {
      const response = await client.request({
        method: "GET",
        url,
        headers: headers(),
        maxBodyBytes,
      });
      const { status } = response;
      if (status >= 200 && status < 300) {
        return response.body;
      }
      if (status === 404) {
        return undefined;
      }
      const isWorthwhile = isRefused(response) ? skew.learn(response) : status >= 500;
      if (isSecond || !isWorthwhile) {
        throw new HttpError("GET", url, `the answer is ${status}`, { status });
      }
      if (!isRefused(response)) {
        await sys.clock.sleep(RETRY_AFTER_MS);
      }
    }
  }

  return {
    async wait({ maxWaitMs, timeoutMs }) {
      let refusalCount = 0;
      const url = joinUrl(baseUrl, pathOf("instance-id"));
      const { response, refusal, failures, isAnswered } = await waitForUrl(sys, log, [url], {
        maxWaitMs,
        timeoutMs,
        headersFor: headers,
        isRefusal(answer) {
          if (!isRefused(answer) || skew.learn(answer)) {
            return false;
          }
          refusalCount += 1;
          return refusalCount >= REFUSAL_COUNT_MAX;
        },
      });
      if (response !== undefined) {
        return undefined;
      }
      const reason =
        refusal === undefined
          ? failures.join("; ")
          : `${urlWithoutSecrets(url)}: the answer is ${refusal.response.status}: the server does not take these credentials`;
      return { reason, isSilent: !isAnswered };
    },
    async read(client) {
      const files: Partial<Record<(typeof MAAS_FILES)[number], Uint8Array>> = {};
      for (const name of MAAS_FILES) {
        const bytes = await readOne(client, name);
        if (bytes !== undefined) {
          files[name] = bytes;
        }
      }
      return files;
    },
  };
}

function pathOf(name: (typeof MAAS_FILES)[number]): string {
  return `${VERSION}/${name === "user-data" ? name : `meta-data/${name}`}`;
}

function isRefused({ status }: HttpResponse): boolean {
  return status === 401 || status === 403;
}
