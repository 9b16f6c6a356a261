import { afterEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { openStack } from "../../src/datasources/openstack.ts";
import type { MetadataClient } from "../../src/datasources/http/metadata-client.ts";
import { fetchOpenStackTree } from "../../src/datasources/openstack/fetch-tree.ts";
import { isSafeInstanceId } from "../../src/instance/instance-json.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createHostHttp } from "../../src/system/host-http.ts";
import type { HttpRequest, HttpResponse, System } from "../../src/system/system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import {
  type MetadataFault,
  type MetadataServer,
  startMetadataServer,
} from "../support/metadata-server.ts";
import { createRecordingLog } from "../support/recording-log.ts";

const NOVA = `${import.meta.dir}/../fixtures/metadata/openstack/nova`;
const servers: MetadataServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A real server and real requests; the waits between are the scripted clock's. */
async function ask(
  faults: readonly MetadataFault[],
  config: Readonly<Record<string, unknown>> = {},
): Promise<{
  readonly answer: DatasourceAnswer | string;
  readonly server: MetadataServer;
  readonly elapsedMs: number;
}> {
  const server = await startMetadataServer({ tree: NOVA, faults });
  servers.push(server);
  const { system } = createScriptedSystem({ platform: "aix" });
  const answer = await find(
    { ...system, http: createHostHttp() },
    { metadata_urls: [server.origin], timeout: 1, ...config },
  );
  return { answer, server, elapsedMs: system.clock.monotonicMs() };
}

async function find(
  sys: System,
  config: Readonly<Record<string, unknown>>,
): Promise<DatasourceAnswer | string> {
  const log = createRecordingLog();
  const distro = createDatasourceDistro({ sys, log, systemInfo: {} }, [
    { name: "en0", macAddress: "fa:16:3e:00:00:01" },
  ]);
  return openStack
    .find({ sys, distro, paths: createTestPaths(), config, log })
    .catch((error: unknown) => errorMessage(error));
}

function idOf(answer: DatasourceAnswer | string): string {
  return typeof answer === "object" && answer.found ? answer.instance.id : JSON.stringify(answer);
}

const ID = "4e1c0f6e-7d7a-4c7e-9f3f-0a3f5a0d9c11";

describe("OpenStack, from a real server", () => {
  test("a tree takes at most eleven requests", async () => {
    const { answer, server } = await ask([]);
    expect(idOf(answer)).toBe(ID);
    expect(server.requests.length).toBeLessThanOrEqual(11);
  });

  test.each<MetadataFault["kind"]>(["cut", "wrong-length", "reset", "garbage"])(
    "files that come broken at first (%s) are read again",
    async (kind) => {
      const path = /meta_data|user_data|network_data/u;
      const { answer, server } = await ask([{ kind, path, times: 3 } as MetadataFault]);
      expect(idOf(answer)).toBe(ID);
      expect(server.requests.length).toBeLessThanOrEqual(14);
    },
  );

  test("a service that is not up yet is waited for as long as max_wait says", async () => {
    const fault: MetadataFault = { kind: "status", status: 503, path: "/openstack", times: 3 };
    expect(idOf((await ask([fault], { max_wait: 30 })).answer)).toBe(ID);
    expect(idOf((await ask([fault])).answer)).toContain("no metadata service");
  });

  test("a redirect elsewhere, a loop and an endless body are no metadata", async () => {
    for (const fault of [
      { kind: "redirect", location: "http://192.0.2.1/openstack", path: "/openstack" },
      { kind: "redirect-loop", path: "/openstack" },
      { kind: "endless", path: "/openstack" },
      { kind: "trickle", path: "/openstack" },
    ] as const) {
      const { answer } = await ask([fault]);
      expect(idOf(answer)).toContain("no metadata service");
    }
  });

  test("a file that stays broken makes the address broken, and says which", async () => {
    const { answer } = await ask([{ kind: "status", status: 500, path: /user_data/u }], {
      retries: 1,
    });
    expect(answer).toMatch(
      /^Broken metadata address http:\S+: GET http:\S+\/user_data failed: the answer is 500$/u,
    );
  });
});

test.each([
  ["meta_data.json", 4],
  ["user_data", 16],
  ["vendor_data.json", 4],
  ["vendor_data2.json", 4],
  ["network_data.json", 4],
])("of %s at most %d MiB are fetched", async (name, mebibytes) => {
  const { system } = createScriptedSystem({ platform: "aix" });
  const limits = new Map<string, number | undefined>();
  const request = async (asked: HttpRequest): Promise<HttpResponse> => {
    const path = new URL(asked.url).pathname;
    limits.set(path.replace(/^.*\//u, ""), asked.maxBodyBytes);
    const text = path === "/openstack" ? "latest\n" : `{"uuid": "${ID}"}`;
    return { status: 200, headers: {}, body: new TextEncoder().encode(text) };
  };
  await find({ ...system, http: { request } }, { metadata_urls: ["http://192.0.2.1"] });
  expect(limits.get(name)).toBe(mebibytes * 1024 * 1024);
});

test("a file that is longer than its reader takes is refused, not cut", async () => {
  const client: MetadataClient = {
    get: async () => new Uint8Array(100),
    getText: async () => undefined,
    request: async () => ({ status: 404, headers: {}, body: new Uint8Array() }),
  };
  const tree = await fetchOpenStackTree(client, "http://192.0.2.1", new Uint8Array());
  const path = "openstack/latest/meta_data.json";
  expect(tree.readBytes(path, 100)).toHaveLength(100);
  expect(() => tree.readBytes(path, 99)).toThrow("it has 100 bytes, at most 99 are read");
});

test("user-data is given as it is, compressed or not", async () => {
  const gzip = Bun.gzipSync(Buffer.from("#cloud-config\n"));
  const { answer } = await ask([{ kind: "body", body: gzip, path: /user_data/u }]);
  expect(typeof answer === "object" && answer.found ? answer.instance.userData : answer).toEqual(
    new Uint8Array(gzip),
  );
});

test("any answers give an instance with a safe id, a reason, or one error", async () => {
  const anyBody = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc
      .record({ uuid: fc.jsonValue(), public_keys: fc.jsonValue(), meta: fc.jsonValue() })
      .map((value) => new TextEncoder().encode(JSON.stringify(value))),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(200, 404, 500), anyBody), { minLength: 1 }),
      async (answers) => {
        let index = 0;
        const { system } = createScriptedSystem({
          http: () => {
            const [status, body] = answers[index % answers.length] ?? [404, new Uint8Array()];
            index += 1;
            return { status, headers: {}, body };
          },
        });
        const answer = await find(system, { strict_id: false, retries: 0 });
        if (typeof answer === "object" && answer.found) {
          expect(isSafeInstanceId(answer.instance.id)).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});
