import { afterEach, expect, test } from "bun:test";
import { waitForUrl } from "../../../src/datasources/http/wait-for-url.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createHostClock } from "../../../src/system/host-clock.ts";
import { createHostHttp } from "../../../src/system/host-http.ts";
import {
  type MetadataServer,
  type MetadataServerOptions,
  startMetadataServer,
} from "../../support/metadata-server.ts";
import { createRecordingLog } from "../../support/recording-log.ts";

const servers: MetadataServer[] = [];
const host = { http: createHostHttp(), clock: createHostClock() };
const log = createRecordingLog();

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(options: MetadataServerOptions): Promise<MetadataServer> {
  const server = await startMetadataServer({ tree: { x: "yes" }, ...options });
  servers.push(server);
  return server;
}

/** An address where nothing listens. */
async function deadOrigin(): Promise<string> {
  const server = await startMetadataServer();
  await server.close();
  return server.origin;
}

test("the first address that answers usefully is taken, and the others' reasons are told", async () => {
  const dead = await deadOrigin();
  const empty = await start({ tree: { x: "" } });
  const missing = await start({ tree: { y: "yes" } });
  const good = await start({});
  const urls = [dead, empty.origin, missing.origin, good.origin].map((origin) => `${origin}/x`);
  const waited = await waitForUrl(host, log, urls, { maxWaitMs: 5000, timeoutMs: 1000 });
  expect(waited.url).toBe(`${good.origin}/x`);
  expect(new TextDecoder().decode(waited.response?.body)).toBe("yes");
  expect(waited.failures).toEqual([
    `${dead}/x: connection refused`,
    `${empty.origin}/x: the answer is 200, empty`,
    `${missing.origin}/x: the answer is 404`,
  ]);
});

test("an address that hangs does not hold up the next one", async () => {
  const hanging = await start({ faults: [{ kind: "silent", path: "/x" }] });
  const good = await start({});
  const begun = performance.now();
  const waited = await waitForUrl(host, log, [`${hanging.origin}/x`, `${good.origin}/x`], {
    maxWaitMs: 10_000,
    timeoutMs: 5000,
  });
  expect(waited.url).toBe(`${good.origin}/x`);
  expect(performance.now() - begun).toBeLessThan(1500);
});

test("with an address that answers, the next one is not asked", async () => {
  const first = await start({});
  const second = await start({});
  await waitForUrl(host, log, [`${first.origin}/x`, `${second.origin}/x`], {
    maxWaitMs: 5000,
    timeoutMs: 1000,
  });
  await host.clock.sleep(200);
  expect(second.requests).toEqual([]);
});

test("waiting ends when the time is up, whatever hangs", async () => {
  const hanging = await start({ faults: [{ kind: "silent", path: "/x" }] });
  const begun = performance.now();
  const waited = await waitForUrl(host, log, [`${hanging.origin}/x`], {
    maxWaitMs: 1500,
    timeoutMs: 60_000,
  });
  const elapsedMs = performance.now() - begun;
  expect(waited.url).toBeUndefined();
  expect(elapsedMs).toBeGreaterThan(1400);
  expect(elapsedMs).toBeLessThan(2500);
});

test("a service that comes up late is waited for", async () => {
  const late = await start({ faults: [{ kind: "status", status: 503, path: "/x", times: 2 }] });
  const { clock } = createScriptedSystem().system;
  const waited = await waitForUrl({ http: host.http, clock }, log, [`${late.origin}/x`], {
    maxWaitMs: 30_000,
    timeoutMs: 1000,
  });
  expect(waited.url).toBe(`${late.origin}/x`);
  expect(clock.monotonicMs()).toBe(2000);
});

test("without a time to wait there is one round, and with no address none", async () => {
  const missing = await start({ tree: {} });
  const { failures, isAnswered } = await waitForUrl(host, log, [`${missing.origin}/x`], {
    maxWaitMs: -1000,
    timeoutMs: 1000,
  });
  expect(isAnswered).toBeTrue();
  expect(failures).toEqual([`${missing.origin}/x: the answer is 404`]);
  expect(missing.requests).toHaveLength(1);
  expect(await waitForUrl(host, log, [], { maxWaitMs: 1000, timeoutMs: 1 })).toEqual({
    failures: [],
    isAnswered: false,
  });
});

test("an address that nobody answers at is told from one with a useless answer", async () => {
  const gone = await start({ tree: {} });
  await gone.close();
  const waited = await waitForUrl(host, log, [`${gone.origin}/x`], {
    maxWaitMs: -1000,
    timeoutMs: 1000,
  });
  expect(waited.failures).toHaveLength(1);
  expect(waited.isAnswered).toBeFalse();
});

test("a refusal ends the waiting", async () => {
  const refusing = await start({ faults: [{ kind: "status", status: 403, path: "/x" }] });
  const waited = await waitForUrl(host, log, [`${refusing.origin}/x`], {
    maxWaitMs: 60_000,
    timeoutMs: 1000,
    isRefusal: ({ status }) => status === 403,
  });
  expect([waited.url, waited.refusal?.response.status]).toEqual([undefined, 403]);
  expect(refusing.requests).toHaveLength(1);
});

test("each round shows what failed and how much of the time is gone", async () => {
  const { system } = createScriptedSystem({
    http: () => ({ status: 404, headers: {}, body: new Uint8Array() }),
  });
  const own = createRecordingLog();
  await waitForUrl(system, own, ["http://192.0.2.1/x?key=S3cret"], {
    maxWaitMs: 2500,
    timeoutMs: 1000,
  });
  expect(own.lines.map((line) => line.replace(/^\w+:? /u, ""))).toEqual([
    "Calling 'http://192.0.2.1/x?…' failed [0/3s]: the answer is 404",
    "Calling 'http://192.0.2.1/x?…' failed [1/3s]: the answer is 404",
    "Calling 'http://192.0.2.1/x?…' failed [2/3s]: the answer is 404",
  ]);
});
