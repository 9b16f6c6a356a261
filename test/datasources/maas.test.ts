import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { maas } from "../../src/datasources/maas.ts";
import { readText } from "../../src/system/files.ts";
import { createHostClock } from "../../src/system/host-clock.ts";
import { createLoopbackContext, type LoopbackOptions } from "../support/loopback-context.ts";
import {
  createTree,
  type MetadataReply,
  type MetadataServer,
  type ReceivedRequest,
  startMetadataServer,
} from "../support/metadata-server.ts";

const TREE = join(import.meta.dir, "../fixtures/metadata/maas/full");
const KEYS = { consumer_key: "S3cretCK", token_key: "S3cretTK", token_secret: "S3cret T&S" };
const NOW = new Date("2026-01-02T03:04:05Z");
const SKEW_FILE = "/run/cloud-init/oauth_skew.json";

let server: MetadataServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Parameters of an Authorization header, decoded. */
function oauthOf({ headers }: ReceivedRequest): Readonly<Record<string, string>> {
  const text = headers["authorization"] ?? "";
  return Object.fromEntries(
    [...text.matchAll(/(\w+)="([^"]*)"/gu)].map(([, key = "", value = ""]) => [
      key,
      decodeURIComponent(value),
    ]),
  );
}

/** As MAAS: checks the signature, each nonce once, and a time at most five minutes off. */
function verifying(
  clock: Date,
  date: string | undefined,
): (request: ReceivedRequest) => MetadataReply {
  const answer = createTree(TREE);
  const nonces = new Set<string>();
  return (request) => {
    const given = oauthOf(request);
    const nonce = given["oauth_nonce"] ?? "";
    const offSeconds = Math.abs(Number(given["oauth_timestamp"]) - clock.getTime() / 1000);
    const isGood =
      given["oauth_signature_method"] === "PLAINTEXT" &&
      given["oauth_consumer_key"] === KEYS.consumer_key &&
      given["oauth_token"] === KEYS.token_key &&
      given["oauth_signature"] === `&${encodeURIComponent(KEYS.token_secret)}` &&
      nonce !== "" &&
      !nonces.has(nonce) &&
      offSeconds <= 300;
    nonces.add(nonce);
    return isGood
      ? answer(request)
      : { status: 401, headers: { Date: date ?? "" }, body: "Authorization Error" };
  };
}

async function start(
  options: Parameters<typeof startMetadataServer>[0],
  machine: LoopbackOptions = {},
): Promise<ReturnType<typeof createLoopbackContext>> {
  server = await startMetadataServer(options);
  const url = `${server.origin}/MAAS/metadata/`;
  return createLoopbackContext({
    now: NOW,
    ...machine,
    config: { metadata_url: url, ...KEYS, ...machine.config },
  });
}

describe("MAAS, from a server", () => {
  test("signs each request anew", async () => {
    const { ctx, log, scripted } = await start({ handle: verifying(NOW, undefined) });
    const answer = await maas.find(ctx);
    expect(answer).toMatchObject({
      found: true,
      instance: { id: "4y3h7n", localHostname: "node1.maas.example.com" },
    });
    expect(new Set(server?.requests.map((each) => oauthOf(each)["oauth_nonce"])).size).toBe(6);
    expect(log.warnings()).toEqual([]);
    expect(log.lines.join("\n")).not.toContain("S3cret");
    expect(scripted.changes).toEqual([]);
  });

  test("sends no Authorization where there are no credentials", async () => {
    const { ctx } = await start(
      { tree: TREE },
      { config: { consumer_key: null, token_key: "", token_secret: null } },
    );
    expect(await maas.find(ctx)).toMatchObject({ found: true });
    expect(server?.requests.some(({ headers }) => "authorization" in headers)).toBeFalse();
  });

  test("learns of a clock that is an hour off from the Date of a 401, and keeps it", async () => {
    const there = new Date("2026-01-02T04:04:05Z");
    const handle = verifying(there, "Fri, 02 Jan 2026 04:04:05 GMT");
    const { ctx, log, scripted } = await start({ handle });
    expect(await maas.find(ctx)).toMatchObject({ instance: { id: "4y3h7n" } });
    const host = `127.0.0.1:${server?.port}`;
    expect(log.warnings()).toEqual([`Setting oauth clockskew for ${host} to 3600`]);
    expect(JSON.parse(readText(scripted.system.fs, SKEW_FILE))).toEqual({ [host]: 3600 });
    expect(scripted.system.fs.stat(SKEW_FILE)?.mode).toBe(0o600);
    const before = server?.requests.length ?? 0;
    await maas.find(ctx);
    // No refusal the second time.
    expect((server?.requests.length ?? 0) - before).toBe(6);
  });

  test.each([
    ["nothing", "", "Missing header 'date' in 401 response"],
    ["no date", "soon", "Failed to parse date 'soon' in 401 response"],
  ])("gives up soon where the refusal says %s of the time", async (_name, date, warning) => {
    const handle = verifying(new Date("2026-01-02T04:04:05Z"), date);
    const { ctx, log } = await start({
      handle: (request) => {
        const reply = handle(request);
        const isRefusal = typeof reply === "object" && "status" in reply;
        return isRefusal && date === "" ? { status: 401, headers: { Date: "" } } : reply;
      },
    });
    await expect(maas.find(ctx)).rejects.toThrow("the server does not take these credentials");
    expect(server?.requests).toHaveLength(2);
    expect(log.warnings()[0]).toContain(date === "" ? "date" : warning);
  });

  test("a refusal half-way is asked again once, with the time of the server", async () => {
    const { ctx } = await start({
      tree: TREE,
      faults: [
        {
          path: /user-data$/u,
          kind: "status",
          status: 403,
          times: 1,
          headers: { Date: "Fri, 02 Jan 2026 04:04:05 GMT" },
        },
        { path: /public-keys$/u, kind: "status", status: 502, times: 1 },
      ],
    });
    const answer = await maas.find(ctx);
    expect(answer.found && answer.instance.userData).toBeTruthy();
    expect(server?.requests).toHaveLength(8);
  });

  test.each(["public-keys", "vendor-data", "user-data"])("%s may be missing", async (name) => {
    const path = new RegExp(`/${name}$`, "u");
    const { ctx } = await start({ tree: TREE, faults: [{ path, kind: "status", status: 404 }] });
    expect(await maas.find(ctx)).toMatchObject({ found: true });
  });

  test("a document that cannot be read is a failure that says which", async () => {
    const { ctx } = await start({
      tree: TREE,
      faults: [{ path: /public-keys$/u, kind: "status", status: 500 }],
    });
    await expect(maas.find(ctx)).rejects.toThrow(
      /^Failed fetching metadata from url http.*public-keys.*is 500$/u,
    );
  });

  test("a seed directory comes first, and nobody is asked", async () => {
    const seed = "/opt/freeware/var/lib/cloud/seed/maas";
    const { ctx } = await start(
      { tree: TREE },
      {
        files: {
          [`${seed}/meta-data/instance-id`]: "seeded",
          [`${seed}/meta-data/local-hostname`]: "vm1",
        },
      },
    );
    expect(await maas.find(ctx)).toMatchObject({ instance: { id: "seeded" } });
    expect(server?.requests).toEqual([]);
  });

  test("a server that takes requests and says nothing costs max_wait, by the real clock", async () => {
    const { ctx } = await start(
      { tree: TREE, faults: [{ path: /./u, kind: "silent" }] },
      { config: { max_wait: 1 } },
    );
    const clock = createHostClock();
    const startMs = clock.monotonicMs();
    expect(await maas.find({ ...ctx, sys: { ...ctx.sys, clock } })).toEqual({
      found: false,
      reason: expect.stringContaining("after 1 seconds"),
      isSilent: true,
    });
    const elapsedMs = clock.monotonicMs() - startMs;
    expect(elapsedMs).toBeGreaterThanOrEqual(900);
    expect(elapsedMs).toBeLessThan(2000);
  });

  test("a server that answers and cannot serve is a failure", async () => {
    const { ctx } = await start(
      { tree: TREE, faults: [{ path: /./u, kind: "status", status: 503 }] },
      { config: { max_wait: 2 } },
    );
    await expect(maas.find(ctx)).rejects.toThrow("after 2 seconds");
  });

  test("works with the machine's clock in any time zone", async () => {
    const zone = process.env["TZ"];
    try {
      process.env["TZ"] = "Pacific/Kiritimati";
      const there = new Date("2026-01-02T04:04:05Z");
      const { ctx, log } = await start({
        handle: verifying(there, "Fri, 02 Jan 2026 04:04:05 GMT"),
      });
      expect(await maas.find(ctx)).toMatchObject({ found: true });
      expect(log.warnings()[0]).toMatch(/ to 3600$/u);
    } finally {
      if (zone === undefined) {
        delete process.env["TZ"];
      } else {
        process.env["TZ"] = zone;
      }
    }
  });
});
