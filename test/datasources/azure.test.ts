import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { azure } from "../../src/datasources/azure.ts";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { exists, readText } from "../../src/system/files.ts";
import { createDatasourceDistro } from "../support/datasource-contract.ts";
import { createLoopbackContext, type LoopbackOptions } from "../support/loopback-context.ts";
import {
  createTree,
  type MetadataFault,
  type MetadataReply,
  type MetadataServer,
  type ReceivedRequest,
  startMetadataServer,
} from "../support/metadata-server.ts";

const IMDS = "/metadata/instance?api-version=2021-08-01&extended=true";
const OLD_IMDS = "/metadata/instance?api-version=2019-06-01";
const GOAL_STATE = "/machine/?comp=goalstate";
const HEALTH = "/machine?comp=health";
const MARKER = "/opt/freeware/var/lib/cloud/data/azure-reported-ready";
const ID = "11111111-2222-3333-4444-555555555555";

const goalState = (container = "<ContainerId>c-&lt;1&gt;</ContainerId>"): string =>
  `<?xml version="1.0" encoding="utf-8"?><GoalState><Version>2012-11-30</Version><Incarnation>7</Incarnation><Container>${container}<RoleInstanceList><RoleInstance><InstanceId>i._vm01</InstanceId></RoleInstance></RoleInstanceList></Container></GoalState>`;

/** IMDS and wireserver as Azure's: refuse what lacks their headers. */
function cloud(options: {
  readonly isOld?: boolean;
  readonly goalState?: string;
}): (request: ReceivedRequest) => MetadataReply {
  const tree = createTree(join(import.meta.dir, "../fixtures/metadata/azure/full"));
  return (request) => {
    const { path, headers, method } = request;
    if (path.startsWith("/metadata/")) {
      const isKnown = path === OLD_IMDS || (path === IMDS && options.isOld !== true);
      const isAsked = headers["metadata"] === "true" && !("x-forwarded-for" in headers);
      const hasId = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/u.test(
        headers["x-ms-client-request-id"] ?? "",
      );
      return isKnown && isAsked && hasId
        ? tree(request)
        : { status: 400, body: '{"error":"Bad request"}' };
    }
    const isAgent =
      headers["x-ms-agent-name"] === "WALinuxAgent" && headers["x-ms-version"] === "2012-11-30";
    if (!isAgent) {
      return { status: 400 };
    }
    if (path === GOAL_STATE) {
      return { headers: { "Content-Type": "text/xml" }, body: options.goalState ?? goalState() };
    }
    return path === HEALTH && method === "POST" ? { status: 200 } : { status: 404 };
  };
}

let server: MetadataServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(
  options: Parameters<typeof cloud>[0] & { readonly faults?: readonly MetadataFault[] } = {},
  context: LoopbackOptions = {},
): Promise<ReturnType<typeof createLoopbackContext> & { readonly server: MetadataServer }> {
  const { faults, ...rest } = options;
  server = await startMetadataServer({
    handle: cloud(rest),
    ...(faults === undefined ? {} : { faults }),
  });
  const made = createLoopbackContext({
    ...context,
    config: {
      imds_url: `${server.origin}/metadata`,
      wireserver: `127.0.0.1:${server.port}`,
      ...context.config,
    },
  });
  const { log, ctx } = made;
  const storage = { findDiscs: async () => ({ discs: [], problems: [] }) };
  const distro = createDatasourceDistro({ sys: ctx.sys, log, systemInfo: {} }, [], storage);
  return { ...made, ctx: { ...ctx, distro }, server };
}

async function report(answer: DatasourceAnswer): Promise<void> {
  await (answer.found ? answer.afterStored?.() : undefined);
}

const pathsOf = ({ requests }: MetadataServer): readonly string[] =>
  requests.map(({ method, path }) => `${method} ${path}`);

describe("Azure, from IMDS", () => {
  test("is read with one request", async () => {
    const { ctx, server: asked, log } = await start();
    expect(await azure.find(ctx)).toMatchObject({
      found: true,
      instance: { id: ID, localHostname: "vm01", availabilityZone: "0" },
    });
    expect(pathsOf(asked)).toEqual([`GET ${IMDS}`]);
    expect(log.warnings()).toEqual([]);
  });

  test("is asked in the older form where the newer one is not known", async () => {
    const { ctx, server: asked } = await start({ isOld: true });
    expect(await azure.find(ctx)).toMatchObject({ found: true, instance: { id: ID } });
    expect(pathsOf(asked)).toEqual([`GET ${IMDS}`, `GET ${OLD_IMDS}`]);
  });

  test.each([404, 410, 429, 500])("is asked again after %i", async (status) => {
    const headers = { "Retry-After": "7" };
    const {
      ctx,
      scripted,
      server: asked,
    } = await start({
      faults: [{ path: IMDS, kind: "status", status, headers, times: 2 }],
    });
    const before = scripted.system.clock.monotonicMs();
    expect((await azure.find(ctx)).found).toBe(true);
    expect(asked.requests).toHaveLength(3);
    expect(scripted.system.clock.monotonicMs() - before).toBeGreaterThanOrEqual(14_000);
  });

  test("is not asked again after any other answer", async () => {
    const { ctx, server: asked } = await start({
      faults: [{ path: IMDS, kind: "status", status: 403 }],
    });
    const answer = await azure.find(ctx);
    expect(answer).toMatchObject({ found: false });
    expect(JSON.stringify(answer)).toContain("IMDS answers 403");
    expect(asked.requests).toHaveLength(1);
  });

  test.each(["reset", "cut", "wrong-length", "garbage", "redirect-loop"] as const)(
    "survives an answer that is %s, and asks again",
    async (kind) => {
      const { ctx } = await start({ faults: [{ path: IMDS, kind, times: 1 }] });
      expect((await azure.find(ctx)).found).toBe(true);
    },
  );

  test.each([
    ["without an end", { kind: "endless" }],
    ["on another host", { kind: "redirect", location: "http://192.0.2.1/" }],
  ] as const)("does not follow an answer %s", async (_name, fault) => {
    const { ctx, server: asked } = await start({ faults: [{ path: IMDS, ...fault }] });
    expect((await azure.find(ctx)).found).toBe(false);
    expect(asked.requests).toHaveLength(1);
  });

  test("gives up when max_wait is over", async () => {
    const {
      ctx,
      scripted,
      server: asked,
    } = await start(
      { faults: [{ path: IMDS, kind: "status", status: 500 }] },
      { config: { max_wait: 20 } },
    );
    const before = scripted.system.clock.monotonicMs();
    expect((await azure.find(ctx)).found).toBe(false);
    const waitedMs = scripted.system.clock.monotonicMs() - before;
    expect(waitedMs).toBeGreaterThanOrEqual(18_000);
    expect(waitedMs).toBeLessThanOrEqual(21_000);
    expect(asked.requests.length).toBeLessThanOrEqual(21);
  });

  test("counts as absent after eleven tries that nobody answers", async () => {
    const { ctx, server: asked } = await start({ faults: [{ path: /./u, kind: "reset" }] });
    expect((await azure.find(ctx)).found).toBe(false);
    expect(asked.requests.length).toBeGreaterThanOrEqual(11);
    expect(asked.requests.length).toBeLessThanOrEqual(22);
  });

  test("nobody is asked where nothing says that this is Azure", async () => {
    const { ctx, server: asked } = await start();
    const answer = await azure.find({ ...ctx, config: {} });
    expect(answer).toMatchObject({ found: false });
    expect(asked.requests).toEqual([]);
  });
});

describe("Azure's wireserver", () => {
  test("is told once per instance that the machine is ready, after it was stored", async () => {
    const { ctx, scripted, server: asked } = await start();
    const answer = await azure.find(ctx);
    expect(scripted.changes).toEqual([]);
    await report(answer);
    expect(pathsOf(asked).slice(1)).toEqual([`GET ${GOAL_STATE}`, `POST ${HEALTH}`]);
    expect(asked.requests.at(-1)).toMatchObject({
      headers: { "content-type": "text/xml; charset=utf-8" },
      body: [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<Health xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">',
        "  <GoalStateIncarnation>7</GoalStateIncarnation>",
        "  <Container>",
        "    <ContainerId>c-&lt;1&gt;</ContainerId>",
        "    <RoleInstanceList><Role><InstanceId>i._vm01</InstanceId>",
        "      <Health><State>Ready</State></Health></Role></RoleInstanceList>",
        "  </Container>",
        "</Health>",
        "",
      ].join("\n"),
    });
    expect(readText(scripted.system.fs, MARKER)).toBe(`${ID}\n`);
    const again = await azure.find(ctx);
    expect(again.found && again.afterStored).toBeUndefined();
  });

  test("is asked until it answers", async () => {
    const {
      ctx,
      log,
      server: asked,
    } = await start({
      faults: [
        { path: GOAL_STATE, kind: "status", status: 503, times: 2 },
        { path: GOAL_STATE, kind: "reset", times: 1 },
        { path: HEALTH, kind: "status", status: 500, times: 2 },
        { path: HEALTH, kind: "reset", times: 1 },
      ],
    });
    await report(await azure.find(ctx));
    expect(log.warnings()).toEqual([]);
    expect(asked.requests.filter(({ path }) => path === HEALTH).length).toBeGreaterThanOrEqual(4);
  });

  test.each([
    ["lacks ContainerId", goalState(""), "Missing ContainerId in GoalState XML"],
    ["has a document type", `<!DOCTYPE x>${goalState().slice(38)}`, "DOCTYPE"],
    ["is none", "hello", "Cannot read the goal state"],
  ])("whose goal state %s is a warning", async (_name, text, expected) => {
    const { ctx, log, scripted } = await start({ goalState: text });
    await report(await azure.find(ctx));
    expect(log.warnings()).toEqual([expect.stringContaining(expected)]);
    expect(exists(scripted.system.fs, MARKER)).toBe(false);
  });

  test("that never takes the report costs two minutes, and a warning", async () => {
    const { ctx, log, scripted } = await start({
      faults: [{ path: HEALTH, kind: "status", status: 503 }],
    });
    const answer = await azure.find(ctx);
    const before = scripted.system.clock.monotonicMs();
    await report(answer);
    expect(scripted.system.clock.monotonicMs() - before).toBeLessThanOrEqual(121_000);
    expect(log.warnings()[0]).toContain("Cannot report to Azure that this machine is ready");
  });

  test("is told nothing where the configuration says so, or nobody may be asked", async () => {
    for (const config of [{ report_ready: false }, { experimental_skip_ready_report: true }]) {
      const { ctx } = await start({}, { config });
      const answer = await azure.find(ctx);
      expect(answer.found && answer.afterStored).toBeUndefined();
      await server?.close();
    }
  });

  test.each([
    [{ imds_url: 7 }, "imds_url"],
    [{ imds_url: "file:///etc/passwd" }, "imds_url"],
    [{ wireserver: "host/path" }, "wireserver"],
    [{ data_dir: "relative" }, "data_dir"],
  ])("settings that cannot be used are told: %o", async (config, key) => {
    const { ctx } = createLoopbackContext({ config });
    expect(azure.find(ctx)).rejects.toThrow(`Cannot use "datasource.Azure.${key}"`);
  });
});
