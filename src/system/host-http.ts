import { Buffer } from "node:buffer";
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { VERSION } from "../version.ts";
import { readTrustBundle } from "./host-ca-bundle.ts";
import { codeOf } from "./host-error.ts";
import { monotonicMs } from "./host-monotonic.ts";
import { type HttpAddress, parseHttpAddress } from "./http-address.ts";
import { HttpError } from "./http-error.ts";
import { isRedirect, redirectTarget } from "./http-redirect.ts";
import type { ClientCertificate, Http, HttpRequest, HttpResponse } from "./system.ts";

const REDIRECT_COUNT_MAX = 5;
const BODY_SIZE_MAX_BYTES = 64 * 1024 * 1024;
/** An address that does not answer is not worth more than this, whatever the whole may take. */
const CONNECT_TIMEOUT_MS = 10_000;
const KEPT_CONNECTION_COUNT_MAX = 8;
const USER_AGENT = `Cloud-Init/${VERSION}`;

/** Plain requests without proxies, each within one deadline. */
export function createHostHttp(): Http {
  const pool: Pool = {};
  return {
    async request(request) {
      const deadlineMs = monotonicMs() + request.timeoutMs;
      let next = request;
      for (let count = 0; count <= REDIRECT_COUNT_MAX; count += 1) {
        const response = await exchange(next, deadlineMs, pool);
        const { location } = response.headers;
        if (!isRedirect(response.status) || location === undefined) {
          return response;
        }
        const target = redirectTarget(next, response.status, location);
        if (target.kind === "refuse") {
          throw new HttpError(request.method, request.url, target.reason, { isFinal: true });
        }
        next = target.request;
      }
      throw new HttpError(
        request.method,
        request.url,
        `more than ${REDIRECT_COUNT_MAX} redirects, the last one to "${parseHttpAddress(next.url)?.url.host ?? ""}"`,
        { isFinal: true },
      );
    },
  };
}

/** Connections that are kept, from the first request on that wants it. Idle ones do not keep the program from ending. */
interface Pool {
  agent?: Agent;
}

async function exchange(
  request: HttpRequest,
  deadlineMs: number,
  pool: Pool,
): Promise<HttpResponse> {
  const { method } = request;
  const address = readAddress(request);
  const isKept = request.keepAlive === true && address.url.protocol === "http:";
  const start = await loadStart(address, request.clientCertificate, isKept ? pool : undefined);
  return new Promise((resolve, reject) => {
    let clientRequest: ClientRequest | undefined;
    let isSettled = false;
    let release = (): void => {};
    const timers: NodeJS.Timeout[] = [];
    const settle = (action: () => void, isComplete = false): void => {
      if (!isSettled) {
        isSettled = true;
        timers.forEach((timer) => clearTimeout(timer));
        request.signal?.removeEventListener("abort", onAbort);
        release();
        action();
        if (!isComplete) {
          clientRequest?.destroy();
        }
      }
    };
    const fail = (reason: string, cause?: unknown): void =>
      settle(() => {
        const isFinal = isTooLong(reason) || isTlsFault(cause);
        reject(new HttpError(method, request.url, reason, { cause, isFinal }));
      });
    const onAbort = (): void => fail("it is not needed any more");
    const failAfter = (ms: number, reason: string): NodeJS.Timeout => {
      const timer = setTimeout(() => fail(reason), Math.max(0, ms));
      timers.push(timer);
      return timer;
    };

    failAfter(deadlineMs - monotonicMs(), `no complete answer within ${request.timeoutMs} ms`);
    const connectTimer = failAfter(
      request.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      "no connection in time",
    );
    const onConnect = (): void => clearTimeout(connectTimer);
    if (request.signal?.aborted === true) {
      return onAbort();
    }
    request.signal?.addEventListener("abort", onAbort);
    try {
      clientRequest = start(requestOptions(request, address), (message) => {
        onConnect();
        collectBody(message, request.maxBodyBytes ?? BODY_SIZE_MAX_BYTES, {
          onEnd: (body) => settle(() => resolve(toResponse(message, body)), isKept),
          onFail: fail,
        });
      });
      clientRequest.on("socket", (socket) => {
        // A kept connection serves many requests, and is there already.
        if (!socket.connecting) {
          return onConnect();
        }
        socket.on("connect", onConnect);
        release = () => socket.removeListener("connect", onConnect);
      });
      clientRequest.on("error", (error) => fail(reasonOf(error), error));
      clientRequest.end(request.body);
    } catch (error) {
      fail(reasonOf(error), error);
    }
  });
}

type Start = (
  options: RequestOptions,
  onMessage: (message: IncomingMessage) => void,
) => ClientRequest;

/** Loaded on first use: a config drive needs neither, and TLS is a big library. */
async function loadStart(
  { url }: HttpAddress,
  clientCertificate: ClientCertificate | undefined,
  pool: Pool | undefined,
): Promise<Start> {
  if (url.protocol === "https:") {
    const https = await import("node:https");
    const identity = identityOf(clientCertificate);
    const ca = readTrustBundle();
    return (options, onMessage) =>
      https.request(
        url,
        {
          ...options,
          ...identity,
          ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
          rejectUnauthorized: true,
        },
        onMessage,
      );
  }
  const http = await import("node:http");
  if (pool === undefined) {
    return (options, onMessage) => http.request(url, options, onMessage);
  }
  pool.agent ??= new http.Agent({ keepAlive: true, maxSockets: KEPT_CONNECTION_COUNT_MAX });
  const { agent } = pool;
  return (options, onMessage) => http.request(url, { ...options, agent }, onMessage);
}

function identityOf(given: ClientCertificate | undefined): { cert?: Buffer; key?: Buffer } {
  return given === undefined
    ? {}
    : { cert: Buffer.from(given.certificate), key: Buffer.from(given.key ?? given.certificate) };
}

function readAddress(request: HttpRequest): HttpAddress {
  const address = parseHttpAddress(request.url);
  if (address === undefined) {
    const reason = "it is no address with http:// or https://";
    throw new HttpError(request.method, request.url, reason, { isFinal: true });
  }
  return address;
}

function requestOptions(request: HttpRequest, { url, zone }: HttpAddress): RequestOptions {
  const { body, method } = request;
  return {
    method,
    // RFC 6874 §4: the zone is for this machine only, and no part of the Host header.
    ...(zone === undefined ? {} : { hostname: `${url.hostname.slice(1, -1)}%${zone}` }),
    // Where none is kept: an open connection would keep the program from ending.
    agent: false,
    headers: {
      "user-agent": USER_AGENT,
      ...request.headers,
      ...(zone === undefined ? {} : { host: url.host }),
      connection: request.keepAlive === true && url.protocol === "http:" ? "keep-alive" : "close",
      ...(body === undefined && method === "GET"
        ? {}
        : { "content-length": String(Buffer.byteLength(body ?? "")) }),
    },
  };
}

const TOO_LONG = "the answer is longer than";

function isTooLong(reason: string): boolean {
  return reason.startsWith(TOO_LONG);
}

function collectBody(
  message: IncomingMessage,
  sizeMaxBytes: number,
  listener: {
    readonly onEnd: (body: Uint8Array) => void;
    readonly onFail: (reason: string, cause?: unknown) => void;
  },
): void {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  message.on("data", (chunk: Uint8Array) => {
    sizeBytes += chunk.length;
    if (sizeBytes > sizeMaxBytes) {
      listener.onFail(`${TOO_LONG} ${sizeMaxBytes} bytes`);
    } else {
      chunks.push(chunk);
    }
  });
  message.on("end", () => {
    if (message.complete) {
      listener.onEnd(new Uint8Array(Buffer.concat(chunks)));
    } else {
      listener.onFail(`the answer was cut off after ${sizeBytes} bytes`);
    }
  });
  message.on("error", (error) =>
    listener.onFail(`the answer was cut off after ${sizeBytes} bytes`, error),
  );
  message.on("aborted", () => listener.onFail(`the answer was cut off after ${sizeBytes} bytes`));
}

function toResponse(message: IncomingMessage, body: Uint8Array): HttpResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) {
      headers[name] = typeof value === "string" ? value : value.join(", ");
    }
  }
  return { status: message.statusCode ?? 0, headers, body };
}

/** By the error's code, since the messages differ between runtimes. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ConnectionRefused: "connection refused",
  ECONNRESET: "the connection was cut",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "the network is unreachable",
  ENOTFOUND: "its host name is not known",
  EAI_AGAIN: "the name server does not answer",
  ETIMEDOUT: "no connection in time",
  FailedToOpenSocket: "the network is unreachable",
};

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

/** A certificate that is not believed, by the codes of OpenSSL and Node; it will not be at the next try. */
function isTlsFault(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(?:TLS|SSL)_|HOSTNAME_MISMATCH/u.test(codeOf(error));
}
