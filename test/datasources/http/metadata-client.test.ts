import { afterEach, expect, test } from "bun:test";
import {
  createMetadataClient,
  type MetadataClient,
} from "../../../src/datasources/http/metadata-client.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createHostHttp } from "../../../src/system/host-http.ts";
import { errorMessage } from "../../../src/text/error-message.ts";
import {
  type MetadataFault,
  type MetadataServer,
  startMetadataServer,
} from "../../support/metadata-server.ts";
import { createRecordingLog } from "../../support/recording-log.ts";

const servers: MetadataServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const TREE = { "a/b": "value", "a/empty": "" };

/** A real server and real requests; the waits between tries are the scripted clock's. */
async function createClient(
  faults: readonly MetadataFault[] = [],
  settings: {
    readonly timeoutMs?: number;
    readonly retries?: number;
    readonly totalMs?: number;
  } = {},
  host = "127.0.0.1",
): Promise<{
  readonly client: MetadataClient;
  readonly server: MetadataServer;
  readonly lines: readonly string[];
  elapsedMs(): number;
}> {
  const server = await startMetadataServer({ tree: TREE, faults, host });
  servers.push(server);
  const log = createRecordingLog();
  const { clock, random } = createScriptedSystem().system;
  const client = createMetadataClient(
    { clock, random, http: createHostHttp() },
    { timeoutMs: 1000, retries: 3, totalMs: 60_000, log, ...settings },
  );
  return { client, server, lines: log.lines, elapsedMs: () => clock.monotonicMs() };
}

async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return `threw ${errorMessage(error).replace(/:\d{4,5}/u, "")}`;
  }
}

test("a body is read as bytes or as text, and what is not there is undefined", async () => {
  const { client, server } = await createClient();
  expect(await client.get(`${server.origin}/a/b`)).toEqual(new TextEncoder().encode("value"));
  expect(await client.getText(`${server.origin}/a/b`)).toBe("value");
  expect(await client.getText(`${server.origin}/a/empty`)).toBe("");
  expect(await client.getText(`${server.origin}/a/c`)).toBeUndefined();
  expect(server.requests).toHaveLength(4);
});

test.each<[string, MetadataFault]>([
  ["a server that is not ready", { kind: "status", status: 503, path: "/a/b", times: 2 }],
  ["an error of the server", { kind: "status", status: 500, path: "/a/b", times: 2 }],
  ["too many requests", { kind: "status", status: 429, path: "/a/b", times: 2 }],
  ["a cut body", { kind: "cut", path: "/a/b", times: 2 }],
  ["a wrong length", { kind: "wrong-length", path: "/a/b", times: 2 }],
  ["a cut connection", { kind: "reset", path: "/a/b", times: 2 }],
  ["an answer that is not HTTP", { kind: "garbage", path: "/a/b", times: 2 }],
])("%s is asked again", async (_, fault) => {
  const { client, server, elapsedMs } = await createClient([fault]);
  expect(await client.getText(`${server.origin}/a/b`)).toBe("value");
  expect(server.requests).toHaveLength(3);
  expect(elapsedMs()).toBeGreaterThan(500);
  expect(elapsedMs()).toBeLessThanOrEqual(1500);
});

test("an answer that never comes ends with the try's time", async () => {
  const fault: MetadataFault = { kind: "silent", path: "/a/b", times: 1 };
  const { client, server } = await createClient([fault], { timeoutMs: 200 });
  expect(await client.getText(`${server.origin}/a/b`)).toBe("value");
  expect(server.requests).toHaveLength(2);
});

test.each([400, 401, 403, 405])("status %i is final", async (status) => {
  const { client, server } = await createClient([{ kind: "status", status, path: "/a/b" }]);
  expect(await outcome(client.get(`${server.origin}/a/b`))).toBe(
    `threw GET http://127.0.0.1/a/b failed: the answer is ${status}`,
  );
  expect(server.requests).toHaveLength(1);
});

test("a redirect to another host, one without end and a body without end are final", async () => {
  const { client, server } = await createClient([
    { kind: "redirect", location: "http://localhost:9/x", path: "/elsewhere" },
    { kind: "redirect-loop", path: "/loop" },
    { kind: "endless", path: "/endless" },
    { kind: "redirect", location: "/a/b", path: "/here" },
  ]);
  expect(await outcome(client.get(`${server.origin}/elsewhere`))).toContain(
    "it redirects to another host",
  );
  expect(await outcome(client.get(`${server.origin}/loop`))).toContain("more than 5 redirects");
  expect(
    await outcome(client.get(`${server.origin}/endless`, { maxBodyBytes: 1_000_000 })),
  ).toContain("longer than 1000000 bytes");
  expect(await client.getText(`${server.origin}/here`)).toBe("value");
  expect(server.requests).toHaveLength(1 + 6 + 1 + 2);
});

test("the tries end with their number, and the waits grow", async () => {
  const { client, server, lines, elapsedMs } = await createClient([
    { kind: "status", status: 500, path: "/a/b" },
  ]);
  expect(await outcome(client.get(`${server.origin}/a/b`))).toContain("the answer is 500");
  expect(server.requests).toHaveLength(4);
  expect(elapsedMs()).toBeGreaterThan(1750);
  expect(elapsedMs()).toBeLessThanOrEqual(3500);
  expect(lines.filter((line) => line.includes("it is tried again in"))).toHaveLength(3);
});

test("a server is left alone for as long as it asks", async () => {
  const { client, server, elapsedMs } = await createClient([
    { kind: "status", status: 429, headers: { "retry-after": "7" }, path: "/a/b", times: 1 },
  ]);
  expect(await client.getText(`${server.origin}/a/b`)).toBe("value");
  expect(elapsedMs()).toBe(7000);
});

test("no wait goes beyond the deadline, and after it nothing is asked", async () => {
  const { client, server, elapsedMs } = await createClient(
    [{ kind: "status", status: 503, headers: { "retry-after": "50" }, path: "/a/b" }],
    { totalMs: 30_000 },
  );
  expect(await outcome(client.get(`${server.origin}/a/b`))).toContain("the answer is 503");
  expect(elapsedMs()).toBe(0);
});

test("an IPv6 literal is asked, with a zone too, which the server does not see", async () => {
  const { client, server } = await createClient([], {}, "::1");
  expect(await client.getText(`http://[::1]:${server.port}/a/b`)).toBe("value");
  expect(await client.getText(`http://[::1%25lo]:${server.port}/a/b`)).toBe("value");
  expect(server.requests.map(({ headers }) => headers["host"])).toEqual([
    `[::1]:${server.port}`,
    `[::1]:${server.port}`,
  ]);
});

test("any method can be used once, and any status is an answer", async () => {
  const { client, server } = await createClient();
  const { status } = await client.request({
    method: "PUT",
    url: `${server.origin}/token`,
    headers: { "x-ttl": "60" },
  });
  expect(status).toBe(405);
  expect(server.requests[0]).toMatchObject({ method: "PUT", headers: { "x-ttl": "60" } });
});
