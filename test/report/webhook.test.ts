import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { ReportEvent } from "../../src/report/report-event.ts";
import { createWebhook, QUEUE_MAX } from "../../src/report/webhook.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createHostHttp } from "../../src/system/host-http.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest } from "../../src/system/system.ts";

const START: ReportEvent = {
  name: "init-network",
  description: "searching",
  type: "start",
  timestampSeconds: 1_000.5,
};
const numbered = (count: number): readonly ReportEvent[] =>
  Array.from({ length: count }, (_, index) => ({ ...START, name: String(index) }));
const SETTINGS = { endpoint: "https://example.com/hook?key=1", timeoutMs: 5_000, retries: 0 };
const NOTHING = { waiting: [], holdsBack: false };

/** A server that gives these answers, the last one for ever; a text is an error. */
function createServer(answers: readonly (number | string)[]) {
  const requests: HttpRequest[] = [];
  const { system } = createScriptedSystem({
    http(request) {
      const answer = answers[Math.min(requests.length, answers.length - 1)] ?? 200;
      requests.push(request);
      if (typeof answer === "string") {
        throw new HttpError(request.method, request.url, answer);
      }
      return { status: answer, headers: {}, body: new Uint8Array() };
    },
  });
  const names = (): readonly string[] =>
    requests.map(({ body }) => (JSON.parse(body ?? "{}") as { name: string }).name);
  return { system, requests, names };
}

describe("each event", () => {
  test("is a POST of JSON as upstream's", async () => {
    const { system, requests } = createServer([200]);
    const webhook = createWebhook(system, SETTINGS, NOTHING);
    webhook.add(START);
    webhook.add({ ...START, type: "finish", result: "FAIL", durationSeconds: 2 });
    expect(requests).toEqual([]);
    expect(await webhook.close(1_000)).toEqual({ events: [], droppedCount: 0 });
    expect(requests.map(({ method, url, effect }) => [method, url, effect])).toEqual([
      ["POST", SETTINGS.endpoint, "change"],
      ["POST", SETTINGS.endpoint, "change"],
    ]);
    expect(requests.map(({ body }) => JSON.parse(body ?? ""))).toEqual([
      {
        name: "init-network",
        description: "searching",
        event_type: "start",
        origin: "cloudinit",
        timestamp: 1_000.5,
      },
      {
        name: "init-network",
        description: "searching",
        event_type: "finish",
        origin: "cloudinit",
        timestamp: 1_000.5,
        result: "FAIL",
        duration: 2,
      },
    ]);
  });

  test("is signed where there are keys, and never twice with the same nonce", async () => {
    const { system, requests } = createServer([200]);
    const oauth = { consumerKey: "c", consumerSecret: "", tokenKey: "t", tokenSecret: "s" };
    const webhook = createWebhook(system, { ...SETTINGS, oauth }, NOTHING);
    webhook.add(START);
    webhook.add(START);
    await webhook.close(1_000);
    const nonces = requests.map(
      ({ headers }) =>
        /^OAuth oauth_nonce="([0-9a-f]{32})"/u.exec(headers?.["authorization"] ?? "")?.[1],
    );
    expect(nonces[0]).toBeString();
    expect(new Set(nonces).size).toBe(2);
  });
});

describe("a server that does not answer", () => {
  test("is tried again, and the order of events stays", async () => {
    const { system, names } = createServer(["connection refused", 503, 200]);
    const webhook = createWebhook(system, { ...SETTINGS, retries: 2 }, NOTHING);
    numbered(2).forEach((event) => webhook.add(event));
    expect(await webhook.close(60_000)).toMatchObject({ events: [] });
    expect(names()).toEqual(["0", "0", "0", "1"]);
  });

  test("is left alone after three events; what it has not got is the answer", async () => {
    const { system, requests } = createServer(["connection refused"]);
    const webhook = createWebhook(system, SETTINGS, NOTHING);
    numbered(50).forEach((event) => webhook.add(event));
    const rest = await webhook.close(60_000);
    expect(requests).toHaveLength(3);
    expect(rest.events).toEqual(numbered(50));
    expect(rest.failure).toBe("POST https://example.com/hook?… failed: connection refused");
  });

  test("holds up the end of the stage no longer than it was given", async () => {
    const { system, requests } = createServer([503]);
    const webhook = createWebhook(system, { ...SETTINGS, retries: 10 }, NOTHING);
    webhook.add(START);
    const before = system.clock.monotonicMs();
    await webhook.close(2_500);
    expect(system.clock.monotonicMs() - before).toBeLessThanOrEqual(2_500);
    expect(Math.max(...requests.map(({ timeoutMs }) => timeoutMs))).toBeLessThanOrEqual(2_500);
  });

  test("a refusal is not tried again, and keeps nothing back", async () => {
    const { system, names } = createServer([400, 200]);
    const webhook = createWebhook(system, { ...SETTINGS, retries: 10 }, NOTHING);
    numbered(3).forEach((event) => webhook.add(event));
    const rest = await webhook.close(60_000);
    expect(names()).toEqual(["0", "1", "2"]);
    expect(rest).toMatchObject({ events: [], droppedCount: 1 });
    expect(rest.failure).toEndWith("was answered with status 400");
  });

  test("one that refuses everything is left alone after twenty", async () => {
    const { system, requests } = createServer([401]);
    const webhook = createWebhook(system, SETTINGS, NOTHING);
    numbered(50).forEach((event) => webhook.add(event));
    const rest = await webhook.close(60_000);
    expect(requests).toHaveLength(20);
    expect(rest.events).toHaveLength(30);
    expect(rest.droppedCount).toBe(20);
  });
});

describe("the queue", () => {
  test("is bounded: the oldest go, and are counted", async () => {
    const { system } = createServer([200]);
    const webhook = createWebhook(system, SETTINGS, { waiting: [], holdsBack: true });
    numbered(QUEUE_MAX + 5).forEach((event) => webhook.add(event));
    const rest = await webhook.close(1_000);
    expect(rest.droppedCount).toBe(5);
    expect(rest.events.map(({ name }) => name).slice(0, 1)).toEqual(["5"]);
    expect(rest.events).toHaveLength(QUEUE_MAX);
  });

  test("begins with what an earlier stage could not deliver", async () => {
    const { system, names } = createServer([200]);
    const webhook = createWebhook(system, SETTINGS, { waiting: numbered(2), holdsBack: false });
    webhook.add({ ...START, name: "new" });
    await webhook.close(1_000);
    expect(names()).toEqual(["0", "1", "new"]);
  });

  test("before there is a network, nothing is sent", async () => {
    const { system, requests } = createServer([200]);
    const webhook = createWebhook(system, SETTINGS, { waiting: [], holdsBack: true });
    webhook.add(START);
    expect((await webhook.close(1_000)).events).toEqual([START]);
    expect(requests).toEqual([]);
  });
});

describe("a real server", () => {
  const bodies: string[] = [];
  let server: http.Server;
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Uint8Array) => (body += Buffer.from(chunk).toString()));
      request.on("end", () => {
        bodies.push(`${request.headers["content-type"]} ${body}`);
        response.writeHead(request.url === "/hook" ? 204 : 500).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => server.close());

  test("gets the events while the stage works", async () => {
    const { system } = createScriptedSystem();
    const { port } = server.address() as AddressInfo;
    const webhook = createWebhook(
      { ...system, http: createHostHttp() },
      { ...SETTINGS, endpoint: `http://127.0.0.1:${port}/hook` },
      NOTHING,
    );
    numbered(20).forEach((event) => webhook.add(event));
    expect(await webhook.close(30_000)).toMatchObject({ events: [] });
    expect(bodies).toHaveLength(20);
    expect(bodies[19]).toStartWith('application/json {"name":"19"');
  });
});
