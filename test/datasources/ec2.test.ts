import { afterEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { ec2 } from "../../src/datasources/ec2.ts";
import { isSafeInstanceId } from "../../src/instance/instance-json.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createHostHttp } from "../../src/system/host-http.ts";
import type { System } from "../../src/system/system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createImdsTokens, type ImdsTokensOptions } from "../support/imds-tokens.ts";
import {
  type MetadataFault,
  type MetadataServer,
  startMetadataServer,
} from "../support/metadata-server.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";

const AWS = `${import.meta.dir}/../fixtures/metadata/ec2/aws`;
const ID = "i-0123456789abcdef0";
const servers: MetadataServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A real server and real requests; the waits between are the scripted clock's. */
async function ask(
  tokens: ImdsTokensOptions,
  faults: readonly MetadataFault[] = [],
  config: Readonly<Record<string, unknown>> = {},
  tree: string | Readonly<Record<string, string>> = AWS,
): Promise<{
  readonly answer: DatasourceAnswer | string;
  readonly server: MetadataServer;
  readonly log: RecordingLog;
  readonly elapsedMs: number;
}> {
  const server = await startMetadataServer({ tree, faults, handle: createImdsTokens(tokens) });
  servers.push(server);
  const { system } = createScriptedSystem({ platform: "aix" });
  const log = createRecordingLog();
  const sys = { ...system, http: createHostHttp() };
  const answer = await find(sys, { metadata_urls: [server.origin], timeout: 1, ...config }, log);
  return { answer, server, log, elapsedMs: system.clock.monotonicMs() };
}

async function find(
  sys: System,
  config: Readonly<Record<string, unknown>>,
  log = createRecordingLog(),
): Promise<DatasourceAnswer | string> {
  const distro = createDatasourceDistro({ sys, log, systemInfo: {} }, []);
  return ec2
    .find({ sys, distro, paths: createTestPaths(), config, log })
    .catch((error: unknown) => errorMessage(error));
}

function idOf(answer: DatasourceAnswer | string): string {
  return typeof answer === "object" && answer.found ? answer.instance.id : JSON.stringify(answer);
}

describe("tokens", () => {
  test("each request carries one, and none is logged", async () => {
    const { answer, server, log } = await ask({ mode: "required" });
    expect(idOf(answer)).toBe(ID);
    const [first, ...reads] = server.requests;
    expect(first).toMatchObject({
      method: "PUT",
      path: "/latest/api/token",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "21600" },
    });
    expect(
      reads.every(({ headers }) => headers["x-aws-ec2-metadata-token"] === "S3cret-token-1"),
    ).toBe(true);
    expect(log.lines.join("\n")).not.toContain("S3cret");
  });

  test("one that is refused is renewed, once for all requests that wait", async () => {
    const { answer, server } = await ask({ mode: "required", uses: 10 });
    expect(idOf(answer)).toBe(ID);
    const puts = server.requests.filter(({ method }) => method === "PUT").length;
    const refused = server.requests.length - puts;
    expect(puts).toBe(Math.ceil((refused - 4 * (puts - 1)) / 10));
    expect(puts).toBeLessThan(8);
  });

  test("a service that refuses every one is not asked for ever", async () => {
    const { answer, server } = await ask({ mode: "required", uses: 0 });
    expect(idOf(answer)).toContain("401");
    expect(server.requests.length).toBeLessThan(5);
  });

  test("one that grew old is renewed before it is refused", async () => {
    const server = await startMetadataServer({
      tree: AWS,
      handle: createImdsTokens({ mode: "required" }),
    });
    servers.push(server);
    const { system } = createScriptedSystem({ platform: "aix" });
    const { createTokenGet } = await import("../../src/datasources/ec2/token.ts");
    const { createMetadataClient } = await import("../../src/datasources/http/metadata-client.ts");
    const sys = { ...system, http: createHostHttp() };
    const client = createMetadataClient(sys, {
      timeoutMs: 1000,
      retries: 0,
      totalMs: 1e9,
      log: createRecordingLog(),
    });
    const put = await client.request({
      method: "PUT",
      url: `${server.origin}/latest/api/token`,
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "21600" },
    });
    const token = new TextDecoder().decode(put.body);
    const get = createTokenGet(sys, client, server.origin, token);
    await get(`${server.origin}/2021-03-23/meta-data/instance-id`);
    await system.clock.sleep(21_500_000);
    await get(`${server.origin}/2021-03-23/meta-data/instance-id`);
    expect(server.requests.map(({ method }) => method)).toEqual(["PUT", "GET", "PUT", "GET"]);
  });

  test("without one only a service that knows none is read", async () => {
    expect(idOf((await ask({ mode: "absent" }, [], {}, CLONE)).answer)).toBe("i-clone");
    for (const mode of ["forbidden", "unsupported"] as const) {
      const { answer, server } = await ask({ mode }, [], {}, CLONE);
      expect(idOf(answer)).toContain('"found":false');
      expect(server.requests).toHaveLength(1);
    }
  });
});

const CLONE = { "2009-04-04/meta-data/instance-id": "i-clone" };

describe("faults", () => {
  test.each<MetadataFault["kind"]>(["cut", "wrong-length", "reset", "garbage", "silent"])(
    "leaves that come broken at first (%s) are read again",
    async (kind) => {
      const path = /instance-type|local-ipv4$/u;
      const { answer } = await ask({ mode: "required" }, [
        { kind, path, times: 2 } as MetadataFault,
      ]);
      expect(idOf(answer)).toBe(ID);
    },
    20_000,
  );

  test("a leaf that stays broken fails the whole tree, and says which", async () => {
    const { answer } = await ask({ mode: "required" }, [
      { kind: "status", status: 500, path: /instance-type/u },
    ]);
    expect(idOf(answer)).toMatch(
      /Failed reading from metadata address http:\S+: GET http:\S+instance-type failed: the answer is 500/u,
    );
  });

  test("the search gives up within max_wait", async () => {
    const { answer, elapsedMs } = await ask(
      { mode: "required" },
      [{ kind: "status", status: 503, path: "/latest/api/token" }],
      { max_wait: 7 },
    );
    expect(idOf(answer)).toContain("no metadata service within 7 s");
    expect(elapsedMs).toBeGreaterThanOrEqual(6000);
    expect(elapsedMs).toBeLessThanOrEqual(7000);
  });
});

test("any answers give an instance with a safe id, a reason, or one error", async () => {
  const anyBody = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .constantFrom("instance-id", "a/\nb", "0=x", "{}", "i-1", "")
      .map((text) => new TextEncoder().encode(text)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(200, 200, 200, 404, 401), anyBody), { minLength: 1 }),
      async (answers) => {
        let index = 0;
        const { system } = createScriptedSystem({
          http: () => {
            const [status, body] = answers[index % answers.length] ?? [404, new Uint8Array()];
            index += 1;
            return { status, headers: {}, body };
          },
        });
        const config = { metadata_urls: ["http://192.0.2.1"], max_wait: 1 };
        const answer = await find(system, config);
        if (typeof answer === "object" && answer.found) {
          expect(isSafeInstanceId(answer.instance.id)).toBe(true);
        }
      },
    ),
    { numRuns: 200 },
  );
}, 60_000);
