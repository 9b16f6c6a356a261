// Whatever a metadata service answers: an instance that can be kept, a reason or an error that says why.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { cloudStack } from "../../src/datasources/cloudstack.ts";
import type { Datasource } from "../../src/datasources/datasource.ts";
import { gce } from "../../src/datasources/gce.ts";
import { maas } from "../../src/datasources/maas.ts";
import {
  instanceFromJson,
  instanceToJson,
  isSafeInstanceId,
} from "../../src/instance/instance-json.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpResponse } from "../../src/system/system.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog } from "../support/recording-log.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const body = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.string().map(bytes),
  fc.json().map(bytes),
  fc
    .array(fc.constantFrom("instance-id", "local-hostname", "public-keys", "a/", "0=x", "..", "\r"))
    .map((lines) => bytes(lines.join("\n"))),
  fc
    .dictionary(
      fc.constantFrom("user-data", "user-data-encoding", "ssh-keys", "sshKeys"),
      fc.string(),
    )
    .map((attributes) => bytes(JSON.stringify(attributes))),
);

const response = fc.record({
  // Good answers mostly, or nothing would get far.
  status: fc.constantFrom(200, 200, 200, 200, 200, 200, 404, 401, 403, 500, 302, 0),
  headers: fc.oneof(
    fc.constant({ "metadata-flavor": "Google" }),
    fc.record({ date: fc.string() }),
    fc.constant({ date: "Fri, 02 Jan 2026 04:04:05 GMT" }),
  ),
  body,
});

const CASES: readonly (readonly [Datasource, Readonly<Record<string, unknown>>])[] = [
  [gce, { max_wait: 2 }],
  [cloudStack, { metadata_address: "192.0.2.1", fetch_password: true, max_wait: 2 }],
  [
    maas,
    {
      metadata_url: "http://192.0.2.1/MAAS",
      consumer_key: "S3cretA",
      token_key: "S3cretB",
      token_secret: "S3cretC",
      max_wait: 2,
    },
  ],
];

test.each(CASES.map(([source, config]) => [source.name, source, config] as const))(
  "%s bears any answers",
  async (_name, source, config) => {
    let foundCount = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(response, { minLength: 1, maxLength: 12 }), async (answers) => {
        let count = 0;
        const { system } = createScriptedSystem({
          platform: "aix",
          http({ method, url }): HttpResponse {
            const answer = answers[count % answers.length];
            count += 1;
            // CloudStack's listing of a sound router, half of the time.
            if (url.endsWith("/meta-data/") && answers.length % 2 === 0) {
              const listing = "instance-id\nlocal-hostname\npublic-keys\n__proto__";
              return { status: 200, headers: {}, body: bytes(listing) };
            }
            if (answer === undefined || answer.status === 0) {
              throw new HttpError(method, url, "the connection was cut");
            }
            return answer;
          },
        });
        const log = createRecordingLog();
        const distro = createDatasourceDistro({ sys: system, log, systemInfo: {} });
        const answer = await source
          .find({
            sys: system,
            distro,
            paths: createTestPaths(),
            config,
            isOnlySource: true,
            defaultUserName: () => "root",
            log,
          })
          .catch((error: unknown) => error);
        expect(log.lines.join("\n")).not.toContain("S3cret");
        if (answer instanceof Error) {
          expect(answer.message).not.toBe("");
          expect(answer.message).not.toContain("S3cret");
          return;
        }
        const given = answer as Awaited<ReturnType<Datasource["find"]>>;
        if (!given.found) {
          expect(given.reason).not.toBe("");
          return;
        }
        foundCount += 1;
        const { userData: _, vendorData: _vendor, ...kept } = given.instance;
        expect(isSafeInstanceId(given.instance.id)).toBeTrue();
        expect(instanceFromJson(instanceToJson(given.instance))).toEqual(kept);
        for (const key of given.instance.publicKeys) {
          expect(key).not.toMatch(/[\n\r\0]/u);
        }
      }),
      { numRuns: 400 },
    );
    // Else it would show nothing.
    expect(foundCount).toBeGreaterThan(5);
  },
);
