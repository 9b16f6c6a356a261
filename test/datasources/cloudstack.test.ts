import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { cloudStack } from "../../src/datasources/cloudstack.ts";
import { createLoopbackContext } from "../support/loopback-context.ts";
import {
  type MetadataReply,
  type MetadataServer,
  type ReceivedRequest,
  startMetadataServer,
} from "../support/metadata-server.ts";

const ROUTER = join(import.meta.dir, "../fixtures/metadata/cloudstack/router");
const servers: MetadataServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(
  options: Parameters<typeof startMetadataServer>[0] = {},
): Promise<MetadataServer> {
  const server = await startMetadataServer(options);
  servers.push(server);
  return server;
}

/** The router's: gives the password once, until it is told that it is saved. */
function passwordHandler(password: string): (request: ReceivedRequest) => MetadataReply {
  let isSaved = false;
  return ({ headers }) => {
    switch (headers["domu_request"]) {
      case "send_my_password":
        return isSaved ? "saved_password" : password;
      case "saved_password":
        isSaved = true;
        return "saved_password";
      default:
        return "bad_request";
    }
  };
}

async function withPasswordServer(handle: (request: ReceivedRequest) => MetadataReply): Promise<{
  ask(): Promise<Awaited<ReturnType<typeof cloudStack.find>>>;
  readonly passwords: MetadataServer;
  readonly logged: () => string;
  readonly warnings: () => readonly string[];
}> {
  const [router, passwords] = [await start({ tree: ROUTER }), await start({ handle })];
  const config = {
    metadata_address: `127.0.0.1:${router.port}`,
    password_port: passwords.port,
    fetch_password: true,
  };
  const { ctx, log } = createLoopbackContext({ config });
  return {
    ask: () => cloudStack.find(ctx),
    passwords,
    logged: () => log.lines.join("\n"),
    warnings: () => log.warnings(),
  };
}

const wanted = (server: MetadataServer): readonly (string | undefined)[] =>
  server.requests.map(({ headers }) => headers["domu_request"]);

describe("CloudStack, from a router", () => {
  test("reads the tree and the user-data", async () => {
    const router = await start({ tree: ROUTER });
    const { ctx, log } = createLoopbackContext({
      config: { metadata_address: `127.0.0.1:${router.port}` },
    });
    const answer = await cloudStack.find(ctx);
    expect(answer).toMatchObject({
      found: true,
      instance: {
        id: "01234567-89ab-cdef-0123-456789abcdef",
        localHostname: "aix01",
        availabilityZone: "zone1",
      },
    });
    expect(answer.found && answer.instance.publicKeys).toHaveLength(2);
    expect(router.requests.map(({ path }) => path)).toContain("/latest/meta-data/");
    expect(router.requests.length).toBeLessThanOrEqual(15);
    expect(log.warnings()).toEqual([]);
  });

  test("asks for no password unless it is to", async () => {
    const router = await start({ tree: ROUTER });
    const passwords = await start({ handle: passwordHandler("S3cret") });
    const { ctx } = createLoopbackContext({
      config: { metadata_address: `127.0.0.1:${router.port}`, password_port: passwords.port },
    });
    const answer = await cloudStack.find(ctx);
    expect(answer.found && answer.instance.config).toBeUndefined();
    expect(passwords.requests).toEqual([]);
  });

  test("a key that fails at first is asked for again", async () => {
    const router = await start({
      tree: ROUTER,
      faults: [
        { path: "/latest/meta-data/local-hostname", kind: "status", status: 500, times: 1 },
        { path: "/latest/meta-data/vm-id", kind: "wrong-length", times: 1 },
      ],
    });
    const { ctx } = createLoopbackContext({
      config: { metadata_address: `127.0.0.1:${router.port}` },
    });
    expect(await cloudStack.find(ctx)).toMatchObject({ instance: { localHostname: "aix01" } });
  });

  test("no user-data is no failure", async () => {
    const router = await start({
      tree: ROUTER,
      faults: [{ path: "/latest/user-data", kind: "status", status: 404 }],
    });
    const { ctx } = createLoopbackContext({
      config: { metadata_address: `127.0.0.1:${router.port}` },
    });
    const answer = await cloudStack.find(ctx);
    expect(answer.found && answer.instance.userData).toBeUndefined();
    expect(answer.found).toBeTrue();
  });

  test("a router that is named and gone is no failure", async () => {
    const router = await start();
    await router.close();
    const { ctx } = createLoopbackContext({
      config: { metadata_address: `127.0.0.1:${router.port}`, max_wait: 2 },
    });
    expect(await cloudStack.find(ctx)).toMatchObject({ found: false, isSilent: true });
  });

  test("a router that is named and has no such data is a failure within max_wait", async () => {
    const router = await start();
    const { ctx } = createLoopbackContext({
      config: { metadata_address: `127.0.0.1:${router.port}`, max_wait: 2 },
    });
    await expect(cloudStack.find(ctx)).rejects.toThrow(
      "giving up on waiting for the metadata after 2 seconds",
    );
  });
});

describe("the password server", () => {
  test("forgets the password only once the instance is stored", async () => {
    const machine = await withPasswordServer(passwordHandler("S3cretPassword\r\n"));
    const answer = await machine.ask();
    expect(answer).toMatchObject({
      instance: {
        config: { ssh_pwauth: true, password: "S3cretPassword", chpasswd: { expire: false } },
      },
    });
    expect(wanted(machine.passwords)).toEqual(["send_my_password"]);
    await (answer.found ? answer.afterStored?.() : undefined);
    expect(wanted(machine.passwords)).toEqual(["send_my_password", "saved_password"]);
    const later = await machine.ask();
    expect(later.found && later.instance.config).toBeUndefined();
    expect(later.found && later.afterStored).toBeUndefined();
    expect(machine.logged()).not.toContain("S3cret");
    expect(machine.warnings()).toEqual([]);
  });

  test.each([
    ["does not know the machine", () => "bad_request", "it does not know this machine"],
    ["gives a page", () => "<html>\n<b>S3cret</b>\n", "expected a password of at most 512"],
    ["is not there", () => ({ status: 404 }), "the answer is 404"],
    ["breaks", () => ({ status: 500 }), "the answer is 500"],
    ["gives no end", () => "x".repeat(10_000), "longer than 4096 bytes"],
  ])("that %s costs the password only", async (_name, reply, reason) => {
    const machine = await withPasswordServer(reply);
    const answer = await machine.ask();
    expect(answer).toMatchObject({ found: true });
    expect(answer.found && answer.instance.config).toBeUndefined();
    expect(machine.warnings()).toEqual([
      expect.stringContaining("Failed to fetch password from virtual router 127.0.0.1: "),
    ]);
    expect(machine.warnings()[0]).toContain(reason);
    expect(machine.logged()).not.toContain("S3cret");
  });

  test("that nobody listens at costs the password only", async () => {
    const machine = await withPasswordServer(() => "");
    await machine.passwords.close();
    servers.splice(1);
    const answer = await machine.ask();
    expect(answer.found).toBeTrue();
    expect(machine.warnings()[0]).toContain("connection refused");
  });

  test("that cannot be told is a warning", async () => {
    const machine = await withPasswordServer(passwordHandler("S3cretPassword"));
    const answer = await machine.ask();
    await machine.passwords.close();
    servers.splice(1);
    await (answer.found ? answer.afterStored?.() : undefined);
    expect(machine.warnings()[0]).toContain(
      "Cannot tell the password server that the password is stored",
    );
    expect(machine.logged()).not.toContain("S3cret");
  });
});
