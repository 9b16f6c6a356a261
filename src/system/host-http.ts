import { Buffer } from "node:buffer";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { VERSION } from "../version.ts";
import { codeOf } from "./host-error.ts";
import { HttpError } from "./http-error.ts";
import { isRedirect, redirectTarget } from "./http-redirect.ts";
import type { ClientCertificate, Http, HttpRequest, HttpResponse } from "./system.ts";

const REDIRECT_COUNT_MAX = 5;
const BODY_SIZE_MAX_BYTES = 64 * 1024 * 1024;
/** An address that does not answer is not worth more than this, whatever the whole may take. */
const CONNECT_TIMEOUT_MS = 10_000;
const USER_AGENT = `Cloud-Init/${VERSION}`;

/** Plain requests without proxies, each within one deadline. */
export function createHostHttp(): Http {
  return {
    async request(request) {
      const deadlineMs = performance.now() + request.timeoutMs;
      let next = request;
      for (let count = 0; count <= REDIRECT_COUNT_MAX; count += 1) {
        const response = await exchange(next, deadlineMs);
        const { location } = response.headers;
        if (!isRedirect(response.status) || location === undefined) {
          return response;
        }
        const target = redirectTarget(next, response.status, location);
        if (target.kind === "refuse") {
          throw new HttpError(request.method, request.url, target.reason);
        }
        next = target.request;
      }
      throw new HttpError(
        request.method,
        request.url,
        `more than ${REDIRECT_COUNT_MAX} redirects, the last one to "${new URL(next.url).host}"`,
      );
    },
  };
}

async function exchange(request: HttpRequest, deadlineMs: number): Promise<HttpResponse> {
  const { method } = request;
  const url = parseHttpUrl(request);
  const start = await loadStart(url, request.clientCertificate);
  return new Promise((resolve, reject) => {
    let clientRequest: ClientRequest | undefined;
    let isSettled = false;
    const timers: NodeJS.Timeout[] = [];
    const settle = (action: () => void): void => {
      if (!isSettled) {
        isSettled = true;
        timers.forEach((timer) => clearTimeout(timer));
        action();
        clientRequest?.destroy();
      }
    };
    const fail = (reason: string, cause?: unknown): void =>
      settle(() => reject(new HttpError(method, request.url, reason, { cause })));
    const failAfter = (ms: number, reason: string): NodeJS.Timeout => {
      const timer = setTimeout(() => fail(reason), Math.max(0, ms));
      timers.push(timer);
      return timer;
    };

    failAfter(deadlineMs - performance.now(), `no complete answer within ${request.timeoutMs} ms`);
    const connectTimer = failAfter(CONNECT_TIMEOUT_MS, "no connection in time");
    try {
      clientRequest = start(url, requestOptions(request), (message) => {
        clearTimeout(connectTimer);
        collectBody(message, request.maxBodyBytes ?? BODY_SIZE_MAX_BYTES, {
          onEnd: (body) => settle(() => resolve(toResponse(message, body))),
          onFail: fail,
        });
      });
      clientRequest.on("socket", (socket) => {
        socket.on("connect", () => clearTimeout(connectTimer));
      });
      clientRequest.on("error", (error) => fail(reasonOf(error), error));
      clientRequest.end(request.body);
    } catch (error) {
      fail(reasonOf(error), error);
    }
  });
}

type Start = (
  url: URL,
  options: RequestOptions,
  onMessage: (message: IncomingMessage) => void,
) => ClientRequest;

/** Loaded on first use: a config drive needs neither, and TLS is a big library. */
async function loadStart(
  url: URL,
  clientCertificate: ClientCertificate | undefined,
): Promise<Start> {
  if (url.protocol === "https:") {
    const https = await import("node:https");
    const identity = identityOf(clientCertificate);
    return (address, options, onMessage) =>
      https.request(address, { ...options, ...identity, rejectUnauthorized: true }, onMessage);
  }
  const http = await import("node:http");
  return (address, options, onMessage) => http.request(address, options, onMessage);
}

function identityOf(given: ClientCertificate | undefined): { cert?: Buffer; key?: Buffer } {
  return given === undefined
    ? {}
    : { cert: Buffer.from(given.certificate), key: Buffer.from(given.key ?? given.certificate) };
}

function parseHttpUrl(request: HttpRequest): URL {
  try {
    const url = new URL(request.url);
    if (url.protocol === "http:" || url.protocol === "https:") {
      return url;
    }
  } catch {
    // Said below.
  }
  throw new HttpError(request.method, request.url, "it is no address with http:// or https://");
}

function requestOptions(request: HttpRequest): RequestOptions {
  const { body, method } = request;
  return {
    method,
    // No pool: a connection kept open would keep the program from ending.
    agent: false,
    headers: {
      "user-agent": USER_AGENT,
      ...request.headers,
      connection: "close",
      ...(body === undefined && method === "GET"
        ? {}
        : { "content-length": String(Buffer.byteLength(body ?? "")) }),
    },
  };
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
      listener.onFail(`the answer is longer than ${sizeMaxBytes} bytes`);
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
