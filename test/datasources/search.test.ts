import { describe, expect, test } from "bun:test";
import {
  type DatasourceSearch,
  findDatasource,
  type SearchStage,
} from "../../src/datasources/find-datasource.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest, HttpResponse } from "../../src/system/system.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";

/** Sources that could ask somebody at a well-known address, or a neighbour. */
const CLOUDS = ["OpenStack", "Ec2", "CloudStack", "GCE", "Azure", "MAAS"];

async function search(
  config: Readonly<Record<string, unknown>>,
  options: {
    readonly stage?: SearchStage;
    readonly platform?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly files?: Readonly<Record<string, string>>;
    readonly answer?: (request: HttpRequest, sleep: (ms: number) => void) => HttpResponse;
  } = {},
): Promise<{
  readonly found: DatasourceSearch;
  readonly asked: readonly string[];
  readonly log: RecordingLog;
  readonly elapsedMs: number;
}> {
  const asked: string[] = [];
  const { platform = "aix", env = {}, files = {} } = options;
  const { system } = createScriptedSystem({
    platform,
    env,
    files,
    commands: { "/usr/sbin/lsdev -Cc cdrom -F name:status": "" },
    http(request) {
      asked.push(request.url);
      if (options.answer === undefined) {
        throw new HttpError(request.method, request.url, "connection refused");
      }
      return options.answer(request, (ms) => void system.clock.sleep(ms));
    },
  });
  const log = createRecordingLog();
  const distro = createDatasourceDistro({ sys: system, log, systemInfo: {} }, [], undefined, {
    gateway: "192.0.2.1",
    names: { "metadata.google.internal": ["192.0.2.9"], "data-server": ["192.0.2.7"] },
  });
  const found = await findDatasource(options.stage ?? "init", config, {
    sys: system,
    distro,
    paths: createTestPaths(),
    log,
  });
  return { found, asked, log, elapsedMs: system.clock.monotonicMs() };
}

function serveOpenStack(request: HttpRequest): HttpResponse {
  const body = request.url.endsWith("/openstack")
    ? "latest"
    : request.url.endsWith("/meta_data.json")
      ? '{"uuid": "i-1"}'
      : undefined;
  return {
    status: body === undefined ? 404 : 200,
    headers: {},
    body: new TextEncoder().encode(body ?? ""),
  };
}

describe("who is asked over the network", () => {
  test("nobody, where several clouds are listed and nothing says which it is", async () => {
    const { found, asked } = await search({ datasource_list: [...CLOUDS, "None"] });
    expect(asked).toEqual([]);
    expect(found.instance?.datasource).toBe("None");
    expect(found.passedOver.map(({ name }) => name)).toEqual(CLOUDS);
    expect(found.passedOver.every(({ hasFailed }) => !hasFailed)).toBe(true);
    for (const { reason } of found.passedOver) {
      expect(reason.length).toBeGreaterThan(10);
    }
  });

  test("the only entry of the list, None aside and however often it is named", async () => {
    const list = { datasource_list: ["openstack", "DataSourceOpenStack", "None"] };
    const { found, asked } = await search(list, { answer: serveOpenStack });
    expect(found.instance?.id).toBe("i-1");
    expect(asked[0]).toBe("http://169.254.169.254/openstack");
  });

  test("whose address is configured, or whose identity is not to be strict", async () => {
    for (const OpenStack of [{ metadata_urls: ["http://192.0.2.5"] }, { strict_id: false }]) {
      const config = { datasource_list: [...CLOUDS], datasource: { OpenStack } };
      const { found, asked } = await search(config, { answer: serveOpenStack });
      expect(found.instance?.id).toBe("i-1");
      expect(new Set(asked.map((url) => new URL(url).host)).size).toBe(1);
    }
  });

  test("nobody, where metadata_urls holds no address: the default one was not asked for", async () => {
    for (const name of ["OpenStack", "Ec2"]) {
      for (const metadata_urls of [[], [null], {}, ["ftp://x"]]) {
        const config = {
          datasource_list: ["ConfigDrive", name],
          datasource: { [name]: { metadata_urls, max_wait: 1 } },
        };
        expect((await search(config, { answer: serveOpenStack })).asked).toEqual([]);
      }
    }
  });

  test("which the firmware or the kernel command line names", async () => {
    const config = { datasource_list: CLOUDS };
    const byFirmware = await search(config, {
      platform: "linux",
      files: { "/sys/class/dmi/id/product_name": "OpenStack Compute\n" },
      answer: serveOpenStack,
    });
    expect(byFirmware.found.instance?.id).toBe("i-1");
    const byKernel = await search(config, {
      platform: "linux",
      env: { DEBUG_PROC_CMDLINE: "root=/dev/vda1 ds=openstack" },
      answer: serveOpenStack,
    });
    expect(byKernel.found.instance?.id).toBe("i-1");
    const onAix = await search(config, {
      files: { "/sys/class/dmi/id/product_name": "OpenStack Compute\n" },
      answer: serveOpenStack,
    });
    expect(onAix.asked).toEqual([]);
  });

  test("nobody in init-local: there is no network yet", async () => {
    const config = { datasource_list: ["OpenStack"] };
    const { found, asked } = await search(config, { stage: "init-local", answer: serveOpenStack });
    expect([found.instance, asked, found.searchedClasses]).toEqual([undefined, [], []]);
    const later = await search(config, { stage: "later", answer: serveOpenStack });
    expect(later.asked).toEqual([]);
  });

  test("the next one after a broken one, in the order of the list", async () => {
    const config = {
      datasource_list: ["Ec2", "OpenStack"],
      datasource: {
        Ec2: { metadata_urls: "http://192.0.2.6", max_wait: 2 },
        OpenStack: { metadata_urls: "http://192.0.2.5" },
      },
    };
    const { found, asked } = await search(config, {
      answer: (request) =>
        request.url.startsWith("http://192.0.2.6/")
          ? { status: 500, headers: {}, body: new Uint8Array() }
          : serveOpenStack(request),
    });
    expect(found.instance?.datasource).toBe("OpenStack");
    expect(found.passedOver.map(({ name }) => name)).toEqual(["Ec2"]);
    expect(asked[0]).toStartWith("http://192.0.2.6/");
  });
});

describe("how long the search takes", () => {
  const clouds = {
    datasource_list: ["Ec2", "OpenStack", "None"],
    datasource: {
      Ec2: { metadata_urls: "http://192.0.2.6", max_wait: 3000 },
      OpenStack: { metadata_urls: "http://192.0.2.5", max_wait: 3000 },
    },
  };
  const hang = (request: HttpRequest, sleep: (ms: number) => void): never => {
    sleep(request.timeoutMs);
    throw new HttpError(request.method, request.url, "no complete answer");
  };

  test("ten minutes at most, with whatever max_wait", async () => {
    const { found, elapsedMs, log } = await search(clouds, { answer: hang });
    expect(elapsedMs / 1000).toBeGreaterThanOrEqual(599);
    expect(elapsedMs / 1000).toBeLessThanOrEqual(601);
    expect(found.instance?.datasource).toBe("None");
    expect(log.lines).toContain(
      "WARNING: DataSourceOpenStack is not asked: the 10m for the search are over (timeouts.datasources)",
    );
  });

  test.each(["OpenStack", "Ec2"])("%s, and shows no password of an address", async (name) => {
    const urls = ["http://user:pa@S3CRETPW@192.0.2.1"];
    for (const answer of [refuse, answerWithNothing]) {
      const { found, log } = await search(
        {
          datasource_list: [name],
          datasource: { [name]: { metadata_urls: urls, max_wait: 2, retries: 0 } },
        },
        { answer },
      );
      expect(found.passedOver.map((passed) => passed.reason).join()).toContain("192.0.2.1");
      expect(JSON.stringify([found, log.lines])).not.toContain("S3CRETPW");
    }
  });

  test("as timeouts.datasources says", async () => {
    const timeouts = { datasources: "20s" };
    const { elapsedMs } = await search({ ...clouds, timeouts }, { answer: hang });
    expect(elapsedMs / 1000).toBeGreaterThanOrEqual(19);
    expect(elapsedMs / 1000).toBeLessThanOrEqual(21);
    const wrong = await search({ ...clouds, timeouts: { datasources: [] } }, { answer: hang });
    expect(wrong.log.warnings()[0]).toContain("Cannot use timeouts.datasources");
  });

  test("without a limit as long as the datasources take", async () => {
    const config = { ...clouds, timeouts: { datasources: "none" } };
    const { elapsedMs } = await search(config, { answer: hang });
    expect(elapsedMs / 1000).toBeGreaterThanOrEqual(5999);
    expect(elapsedMs / 1000).toBeLessThanOrEqual(6001);
  });
});

function refuse(request: HttpRequest): HttpResponse {
  throw new HttpError(request.method, request.url, "connection refused");
}

/** A service that is there, and whose tree is empty. */
function answerWithNothing({ url }: HttpRequest): HttpResponse {
  const isProbe = /openstack$|token$|instance-id$/u.test(url);
  return { status: isProbe ? 200 : 404, headers: {}, body: new TextEncoder().encode("x") };
}
