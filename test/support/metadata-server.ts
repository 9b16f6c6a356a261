import { readdirSync, readFileSync, statSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";

/** What was asked of the server, in order. */
export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer; a string or bytes are a body with status 200. */
export type MetadataReply =
  | string
  | Uint8Array
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | Uint8Array;
    };

/** What goes wrong with requests for some paths, the first `times` of them (default: all). */
export type MetadataFault = {
  /** The whole path, or a pattern of it. */
  readonly path: string | RegExp;
  readonly method?: string;
  readonly times?: number;
} & (
  | {
      readonly kind: "status";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Answers after this time. */
  | { readonly kind: "slow"; readonly ms: number }
  /** A byte now and then, never the end. */
  | { readonly kind: "trickle" }
  /** The request is taken and never answered. */
  | { readonly kind: "silent" }
  /** The connection ends in the middle of the body. */
  | { readonly kind: "cut" }
  /** The connection ends before any answer. */
  | { readonly kind: "reset" }
  /** More bytes are announced than come. */
  | { readonly kind: "wrong-length" }
  /** What comes is not HTTP. */
  | { readonly kind: "garbage" }
  | { readonly kind: "redirect"; readonly location: string }
  /** To itself. */
  | { readonly kind: "redirect-loop" }
  /** A body without end. */
  | { readonly kind: "endless" }
  /** This body instead. */
  | { readonly kind: "body"; readonly body: string | Uint8Array }
);

/** How a server is set up. */
export interface MetadataServerOptions {
  /** What it serves: a directory (`test/fixtures/metadata/<cloud>/<name>`), or bodies by path without the first "/". */
  readonly tree?: string | Readonly<Record<string, string | Uint8Array>>;
  /** Asked before the tree; undefined: the tree answers. */
  readonly handle?: (request: ReceivedRequest) => MetadataReply | undefined;
  readonly faults?: readonly MetadataFault[];
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: any that is free. */
  readonly port?: number;
}

/** A running server. */
export interface MetadataServer {
  /** "http://127.0.0.1:40001". */
  readonly origin: string;
  readonly port: number;
  /** Of all requests so far. */
  readonly requests: ReceivedRequest[];
  /** From now on; those of before are forgotten. */
  setFaults(faults: readonly MetadataFault[]): void;
  close(): Promise<void>;
}

/**
 * A metadata service on loopback for tests. A directory of the tree is served as its listing, names
 * with "/" behind those of directories, or as the file `.index` in it; what is not in the tree is a
 * 404. Names that are no file names elsewhere (MAC addresses) are read as they stand.
 */
export async function startMetadataServer(
  options: MetadataServerOptions = {},
): Promise<MetadataServer> {
  const requests: ReceivedRequest[] = [];
  let faults = (options.faults ?? []).map((fault) => ({ fault, left: fault.times ?? Infinity }));
  const answer = createTree(options.tree ?? {});
  const server = http.createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("end", () => {
      const received: ReceivedRequest = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(received);
      const planned = faults.find(({ fault, left }) => left > 0 && isFor(fault, received));
      const reply = options.handle?.(received) ?? answer(received);
      if (planned === undefined) {
        send(response, reply);
      } else {
        planned.left -= 1;
        fail(planned.fault, received, response, reply);
      }
    });
  });
  const host = options.host ?? "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    origin: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    requests,
    setFaults(next) {
      faults = next.map((fault) => ({ fault, left: fault.times ?? Infinity }));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The bodies of a recorded tree, by path without the first "/". */
export function readMetadataTree(directory: string, prefix = ""): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) {
      Object.assign(files, readMetadataTree(path, `${prefix}${name}/`));
    } else {
      files[`${prefix}${name}`] = new Uint8Array(readFileSync(path));
    }
  }
  return files;
}

/** Answers GET requests from a tree; the same for the scripted `http` of tests in memory. */
export function createTree(
  tree: NonNullable<MetadataServerOptions["tree"]>,
): (request: Pick<ReceivedRequest, "method" | "path">) => MetadataReply {
  const files = new Map(Object.entries(typeof tree === "string" ? readMetadataTree(tree) : tree));
  return ({ method, path }) => {
    if (method !== "GET") {
      return { status: 405 };
    }
    const wanted = decodeURIComponent(path.replace(/\?.*$/su, "")).replace(/^\/+/u, "");
    const body = files.get(wanted);
    if (body !== undefined) {
      return body;
    }
    const directory = wanted.replace(/\/*$/u, wanted === "" ? "" : "/");
    return files.get(`${directory}.index`) ?? list(files, directory) ?? { status: 404 };
  };
}

function list(files: ReadonlyMap<string, unknown>, directory: string): string | undefined {
  const names = new Set<string>();
  for (const path of files.keys()) {
    if (path.startsWith(directory)) {
      const rest = path.slice(directory.length);
      names.add(rest.replace(/\/.*$/su, "/"));
    }
  }
  return names.size === 0 ? undefined : [...names].join("\n");
}

function isFor(fault: MetadataFault, { path, method }: ReceivedRequest): boolean {
  const isPath = typeof fault.path === "string" ? fault.path === path : fault.path.test(path);
  return isPath && (fault.method ?? method) === method;
}

function send(response: http.ServerResponse, reply: MetadataReply): void {
  const { status = 200, headers = {}, body = "" } = isWhole(reply) ? reply : { body: reply };
  response.writeHead(status, { "content-type": "text/plain", ...headers });
  response.end(body);
}

function isWhole(reply: MetadataReply): reply is Exclude<MetadataReply, string | Uint8Array> {
  return typeof reply === "object" && !(reply instanceof Uint8Array);
}

function bodyOf(reply: MetadataReply): Buffer {
  const body = isWhole(reply) ? (reply.body ?? "") : reply;
  return typeof body === "string" ? Buffer.from(body) : Buffer.from(body);
}

function fail(
  fault: MetadataFault,
  request: ReceivedRequest,
  response: http.ServerResponse,
  reply: MetadataReply,
): void {
  const { socket } = response;
  switch (fault.kind) {
    case "status":
      return send(response, { status: fault.status, headers: fault.headers ?? {} });
    case "body":
      return send(response, { body: fault.body });
    case "slow":
      setTimeout(() => send(response, reply), fault.ms).unref();
      return;
    case "silent":
      return;
    case "reset":
      socket?.destroy();
      return;
    case "garbage":
      socket?.end("this is no HTTP\r\n\r\n");
      return;
    case "redirect":
      return send(response, { status: 302, headers: { location: fault.location } });
    case "redirect-loop":
      return send(response, { status: 302, headers: { location: request.path } });
    case "cut":
    case "wrong-length": {
      const body = bodyOf(reply);
      response.writeHead(200, { "content-length": String(body.length + 1000) });
      const sent = fault.kind === "cut" ? body.subarray(0, body.length >> 1) : body;
      response.write(sent.length === 0 ? " " : sent, () => socket?.destroy());
      return;
    }
    case "trickle":
    case "endless": {
      response.writeHead(200);
      const chunk = fault.kind === "trickle" ? "x" : Buffer.alloc(256 * 1024, 120);
      const timer = setInterval(() => response.write(chunk), fault.kind === "trickle" ? 20 : 1);
      response.on("close", () => clearInterval(timer));
    }
  }
}
