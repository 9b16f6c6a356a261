import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { gce } from "../../src/datasources/gce.ts";
import { createLoopbackContext } from "../support/loopback-context.ts";
import {
  type MetadataReply,
  type MetadataServer,
  type MetadataServerOptions,
  type ReceivedRequest,
  createTree,
  startMetadataServer,
} from "../support/metadata-server.ts";

const TREES = join(import.meta.dir, "../fixtures/metadata/gce");
const FLAVOR = { "Metadata-Flavor": "Google" };

/** As Google's server: refuses who does not say the header, and says it itself. */
function google(tree: string): (request: ReceivedRequest) => MetadataReply {
  const answer = createTree(join(TREES, tree));
  return (request) => {
    if (request.headers["metadata-flavor"] !== "Google" || "x-forwarded-for" in request.headers) {
      return { status: 403, headers: FLAVOR, body: "Missing Metadata-Flavor:Google header" };
    }
    const reply = answer(request);
    return typeof reply === "string" || reply instanceof Uint8Array
      ? { headers: FLAVOR, body: reply }
      : { ...reply, headers: FLAVOR };
  };
}

let server: MetadataServer | undefined;

async function start(options: MetadataServerOptions): Promise<string> {
  server = await startMetadataServer(options);
  return `${server.origin}/computeMetadata/v1/`;
}

afterEach(async () => {
  await server?.close();
  server = undefined;
});

describe("GCE, from a server", () => {
  test("reads the instance with five requests", async () => {
    const url = await start({ handle: google("base64") });
    const { ctx, log } = createLoopbackContext({
      config: { metadata_url: url },
      defaultUser: "root",
    });
    const answer = await gce.find(ctx);
    expect(answer).toMatchObject({
      found: true,
      instance: {
        id: "1234567890123456789",
        localHostname: "aix01",
        availabilityZone: "us-central1-a",
      },
    });
    expect(server?.requests.map(({ path }) => path)).toEqual([
      "/computeMetadata/v1/instance/id",
      "/computeMetadata/v1/instance/zone",
      "/computeMetadata/v1/instance/hostname",
      "/computeMetadata/v1/instance/attributes/?recursive=True",
      "/computeMetadata/v1/project/attributes/?recursive=True",
    ]);
    expect(log.warnings()).toEqual([]);
  });

  test("asks again after a failure of the server", async () => {
    const url = await start({
      handle: google("base64"),
      faults: [
        { path: /instance\/id$/u, kind: "status", status: 503, times: 2 },
        { path: /instance\/zone$/u, kind: "reset", times: 1 },
        { path: /instance\/attributes/u, kind: "cut", times: 2 },
      ],
    });
    const { ctx } = createLoopbackContext({ config: { metadata_url: url } });
    const answer = await gce.find(ctx);
    expect(answer.found && answer.instance.userData).toBeTruthy();
    expect(server?.requests).toHaveLength(10);
  });

  test("attributes that cannot be read are a problem, the rest is used", async () => {
    const url = await start({
      handle: google("base64"),
      faults: [{ path: /instance\/attributes/u, kind: "status", status: 400 }],
    });
    const { ctx, log } = createLoopbackContext({ config: { metadata_url: url } });
    const answer = await gce.find(ctx);
    expect(answer).toMatchObject({ found: true, instance: { id: "1234567890123456789" } });
    expect(answer.found && answer.problems).toHaveLength(1);
    expect(log.warnings()[0]).toContain("Cannot read the attributes, they are left out");
  });

  test("a server that asks for more headers than it gets is not Google's, at once", async () => {
    const url = await start({ handle: () => ({ status: 403 }) });
    const { ctx } = createLoopbackContext({ config: { metadata_url: url } });
    await expect(gce.find(ctx)).rejects.toThrow(
      "required key instance/id returned nothing (403). not GCE",
    );
    expect(server?.requests).toHaveLength(1);
  });

  test("a required key that is empty is named", async () => {
    const url = await start({
      handle: google("base64"),
      faults: [{ path: /instance\/hostname$/u, kind: "body", body: " \n" }],
    });
    const { ctx } = createLoopbackContext({ config: { metadata_url: url } });
    await expect(gce.find(ctx)).rejects.toThrow(
      "required key instance/hostname returned nothing. not GCE",
    );
  });

  test("that is configured and answers nothing is no failure, unlike one that answers uselessly", async () => {
    for (const [kind, outcome] of [
      ["reset", { found: false, isSilent: true }],
      ["status", { error: expect.stringContaining("the answer is 503") }],
    ] as const) {
      const url = await start({
        faults: [kind === "reset" ? { path: /./u, kind } : { path: /./u, kind, status: 503 }],
      });
      const { ctx } = createLoopbackContext({ config: { metadata_url: url, max_wait: 2 } });
      const answer: unknown = await gce
        .find(ctx)
        .catch((error: unknown) => ({ error: String(error) }));
      expect(answer).toMatchObject(outcome);
      await server?.close();
    }
  });

  test("is asked by nobody where nothing says that this is its machine", async () => {
    await start({ handle: google("base64") });
    const { ctx } = createLoopbackContext();
    expect(await gce.find(ctx)).toMatchObject({ found: false });
    expect(server?.requests).toEqual([]);
  });

  test("does not follow it to another host", async () => {
    const url = await start({
      handle: google("base64"),
      faults: [{ path: /instance\/id$/u, kind: "redirect", location: "http://192.0.2.1/" }],
    });
    const { ctx } = createLoopbackContext({ config: { metadata_url: url, max_wait: 1 } });
    await expect(gce.find(ctx)).rejects.toThrow("instance/id");
  });
});
