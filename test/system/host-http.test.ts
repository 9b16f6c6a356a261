import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import { createHostHttp } from "../../src/system/host-http.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest, HttpResponse } from "../../src/system/system.ts";
import { VERSION } from "../../src/version.ts";
import { moduleForProcess } from "../support/module-for-process.ts";

const client = createHostHttp();
let server: http.Server;
let origin = "";

const ANSWERS: Record<
  string,
  (request: http.IncomingMessage, response: http.ServerResponse) => void
> = {
  "/ok": (_, response) => response.end("fine"),
  "/missing": (_, response) => response.writeHead(404).end("no"),
  "/redirect": (_, response) => response.writeHead(302, { location: "/ok" }).end(),
  "/loop": (_, response) => response.writeHead(301, { location: "/loop" }).end(),
  "/to-file": (_, response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  "/kept": (_, response) => response.writeHead(307, { location: "/echo" }).end(),
  "/see-other": (_, response) => response.writeHead(303, { location: "/echo" }).end(),
  "/big": (_, response) => response.end(Buffer.alloc(1_000_000, 97)),
  "/slow": () => {},
  "/slow-body": (_, response) => response.writeHead(200).write("begun"),
  "/cut": (request, response) => {
    response.writeHead(200, { "content-length": "1000" }).write("only this", () => {
      request.socket.destroy();
    });
  },
  "/cut-chunked": (request, response) => {
    response.writeHead(200).write("only this", () => request.socket.destroy());
  },
  "/cookies": (_, response) => response.writeHead(200, { "Set-Cookie": ["a=1", "b=2"] }).end(),
  "/echo": (request, response) => {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      response.end(JSON.stringify({ method: request.method, headers: request.headers, body }));
    });
  },
};

beforeAll(async () => {
  server = http.createServer((request, response) => {
    (ANSWERS[request.url ?? ""] ?? ANSWERS["/missing"])?.(request, response);
  });
  origin = await listen(server);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function listen(listener: net.Server): Promise<string> {
  await new Promise<void>((resolve) => {
    listener.listen(0, "127.0.0.1", resolve);
  });
  const address = listener.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

function ask(path: string, options: Partial<HttpRequest> = {}): Promise<HttpResponse> {
  const url = path.includes("://") ? path : origin + path;
  return client.request({ method: "GET", url, effect: "query", timeoutMs: 5000, ...options });
}

function textOf(response: HttpResponse): string {
  return new TextDecoder().decode(response.body);
}

test("an answer of any status is an answer", async () => {
  const ok = await ask("/ok");
  expect([ok.status, textOf(ok), ok.headers["content-length"]]).toEqual([200, "fine", "4"]);
  const missing = await ask("/missing");
  expect([missing.status, textOf(missing)]).toEqual([404, "no"]);
  expect((await ask("/cookies")).headers["set-cookie"]).toBe("a=1, b=2");
});

test("the request says who asks, and sends its own headers and body", async () => {
  const body = JSON.stringify({ name: "grüße" });
  const headers = { "content-type": "application/json", "x-token": "t" };
  const echoed: unknown = JSON.parse(textOf(await ask("/echo", { method: "POST", body, headers })));
  expect(echoed).toMatchObject({
    method: "POST",
    body,
    headers: {
      "user-agent": `Cloud-Init/${VERSION}`,
      "content-type": "application/json",
      "x-token": "t",
      "content-length": String(Buffer.byteLength(body)),
    },
  });
  const put: unknown = JSON.parse(textOf(await ask("/echo", { method: "PUT" })));
  expect(put).toMatchObject({ method: "PUT", headers: { "content-length": "0" } });
});

test("redirects are followed, but not for ever and not to other protocols", async () => {
  expect(textOf(await ask("/redirect"))).toBe("fine");
  await expect(ask("/loop")).rejects.toThrow("more than 5 redirects");
  await expect(ask("/to-file")).rejects.toThrow("which is no HTTP address");
});

test("a redirect keeps method and body only where it must", async () => {
  const request = { method: "POST", body: "b", headers: { "x-token": "t" } } as const;
  const kept: unknown = JSON.parse(textOf(await ask("/kept", request)));
  expect(kept).toMatchObject({ method: "POST", body: "b", headers: { "x-token": "t" } });
  const other: unknown = JSON.parse(textOf(await ask("/see-other", request)));
  expect(other).toMatchObject({ method: "GET", body: "" });
});

test("a body within its limit is read whole, a longer one refused", async () => {
  expect((await ask("/big", { maxBodyBytes: 1_000_000 })).body.length).toBe(1_000_000);
  await expect(ask("/big", { maxBodyBytes: 999_999 })).rejects.toThrow(
    "the answer is longer than 999999 bytes",
  );
});

test("the deadline holds for the beginning and for the rest of the answer", async () => {
  const started = performance.now();
  for (const path of ["/slow", "/slow-body"]) {
    await expect(ask(path, { timeoutMs: 200 })).rejects.toThrow("no complete answer within 200 ms");
  }
  expect(performance.now() - started).toBeLessThan(4000);
});

test("an answer that is cut off is no answer", async () => {
  await expect(ask("/cut")).rejects.toThrow("cut off after");
  await expect(ask("/cut-chunked")).rejects.toThrow("cut off after");
});

test("what does not answer is an HttpError that names the request without its secrets", async () => {
  const closed = net.createServer();
  const address = await listen(closed);
  closed.close();
  const error = await ask(`${address.replace("//", "//user:secret@")}/x?token=secret`).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HttpError);
  expect(String(error)).toContain(`GET ${address}/x?… failed: connection refused`);
  expect(String(error)).not.toContain("secret");
});

test("a server that speaks something else is an HttpError", async () => {
  const odd = net.createServer((socket) => socket.end("220 mail ready\r\n"));
  const address = await listen(odd);
  await expect(ask(`${address}/`)).rejects.toBeInstanceOf(HttpError);
  odd.close();
});

test("an address that is none is an HttpError", async () => {
  for (const url of ["ftp://192.0.2.1/", "no address://"]) {
    await expect(ask(url)).rejects.toBeInstanceOf(HttpError);
  }
});

test("proxies of the environment are not asked", async () => {
  const old = process.env["http_proxy"];
  process.env["http_proxy"] = "http://127.0.0.1:1";
  try {
    expect(textOf(await ask("/ok"))).toBe("fine");
  } finally {
    delete process.env["http_proxy"];
    Object.assign(process.env, old === undefined ? {} : { http_proxy: old });
  }
});

test("a connection is kept where the request allows it, and does not keep the program from ending", async () => {
  const ports: unknown[] = [];
  const own = http.createServer((request, response) => {
    ports.push(request.socket.remotePort);
    response.end("fine");
  });
  const url = await listen(own);
  for (const keepAlive of [true, true, false]) {
    await ask(url, { keepAlive });
  }
  expect(ports[1]).toBe(ports[0]);
  expect(ports[2]).not.toBe(ports[0]);
  const script = `import { createHostHttp } from ${JSON.stringify(moduleForProcess("src/system/host-http.ts"))};
const { status } = await createHostHttp().request({ method: "GET", url: process.argv[2], effect: "query", timeoutMs: 5000, keepAlive: true });
console.log(status);`;
  const file = `${os.tmpdir()}/keep-alive-${process.pid}.mjs`;
  await Bun.write(file, script);
  const begun = performance.now();
  const child = Bun.spawn([process.execPath, file, url], { stdout: "pipe" });
  expect(await new Response(child.stdout).text()).toBe("200\n");
  expect(await child.exited).toBe(0);
  expect(performance.now() - begun).toBeLessThan(4000);
  rmSync(file);
  own.closeAllConnections();
  own.close();
});

test("an exchange that is not needed any more ends at once", async () => {
  const stop = new AbortController();
  const asked = ask("/slow", { signal: stop.signal });
  stop.abort();
  await expect(asked).rejects.toThrow("it is not needed any more");
  await expect(ask("/ok", { signal: stop.signal })).rejects.toThrow("it is not needed any more");
});

test("a redirect to another host is refused where the request says so", async () => {
  const other = http.createServer((_, response) => {
    response.writeHead(302, { location: `${origin}/ok` }).end();
  });
  const url = await listen(other);
  expect((await ask(url)).status).toBe(200);
  await expect(ask(url, { sameHostOnly: true })).rejects.toThrow("it redirects to another host");
  other.close();
});
