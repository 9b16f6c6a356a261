// Whole boots where the instance comes from a metadata service: GCE, CloudStack, MAAS.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest, HttpResponse, System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { failDisk } from "../support/failing-disk.ts";
import { createTree, type MetadataReply } from "../support/metadata-server.ts";
import { CLOUD_DIR, createMachine } from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const TREES = join(import.meta.dir, "../fixtures/metadata");

/** A machine of either system, and what its network was asked. */
interface Machine {
  readonly system: System;
  readonly gaps: readonly string[];
  readonly requests: string[];
  reboot(): void;
  readonly cloudDir: string;
  /** Whose keys the cloud's are. */
  readonly keysFile: string;
}

type Service = (request: HttpRequest) => MetadataReply | undefined;

interface Given {
  readonly config: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly service: Service;
}

function createAix({ config, files = {}, service }: Given): Machine {
  const requests: string[] = [];
  const aix = createMachine({
    config: `${JSON.stringify(config)}\n`,
    files,
    http: serve(service, requests),
  });
  return {
    system: aix.system,
    gaps: aix.gaps,
    requests,
    reboot: () => aix.reboot(),
    cloudDir: CLOUD_DIR,
    keysFile: "/.ssh/authorized_keys",
  };
}

function createLinux({ config, files = {}, service }: Given): Machine {
  const requests: string[] = [];
  const shipped = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const linux = bootSimulatedLinux({
    http: serve(service, requests),
    files: {
      ...Object.fromEntries(shipped),
      "/etc/cloud/cloud.cfg.d/99_test.cfg": `${JSON.stringify(config)}\n`,
      ...files,
    },
  });
  return {
    system: linux.system,
    gaps: linux.gaps,
    requests,
    reboot: () => expect(linux.reboot()).toBeUndefined(),
    cloudDir: "/var/lib/cloud",
    keysFile: "/home/debian/.ssh/authorized_keys",
  };
}

function serve(service: Service, requests: string[]): (request: HttpRequest) => HttpResponse {
  return (request) => {
    requests.push(`${request.method} ${request.url}`);
    const reply = service(request);
    if (reply === undefined) {
      throw new HttpError(request.method, request.url, "its host name is not known");
    }
    const whole =
      typeof reply === "string" || reply instanceof Uint8Array ? { body: reply } : reply;
    const { status = 200, headers = {}, body = "" } = whole;
    return {
      status,
      headers,
      body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    };
  };
}

/** Serves a recorded tree on one host. */
function tree(host: string, name: string, headers: Readonly<Record<string, string>> = {}): Service {
  const answer = createTree(join(TREES, name));
  return ({ method, url }) => {
    const { host: asked, pathname, search } = new URL(url);
    if (asked !== host) {
      return undefined;
    }
    const reply = answer({ method, path: `${pathname}${search}` });
    return typeof reply === "string" || reply instanceof Uint8Array
      ? { headers, body: reply }
      : { headers, ...reply };
  };
}

function logOf(machine: Machine): string {
  return readTextIfExists(machine.system.fs, "/var/log/cloud-init.log") ?? "";
}

function idOf(machine: Machine): string {
  return readText(machine.system.fs, `${machine.cloudDir}/data/instance-id`).trim();
}

describe.each([
  ["AIX", createAix],
  ["Linux", createLinux],
])("%s", (name, create) => {
  test("on GCE gets its name, its user's keys and its user-data, and stays the same instance", async () => {
    const machine = create({
      config: { datasource_list: ["GCE", "None"] },
      service: tree("metadata.google.internal", "gce/base64", { "metadata-flavor": "Google" }),
    });
    expect(await runBoot(machine)).toEqual(CLEAN);
    expect(idOf(machine)).toBe("1234567890123456789");
    const keys = readText(machine.system.fs, machine.keysFile);
    expect(keys).toContain("AAAAC3NzaC1lZDI1NTE5AAAAIGNsb3VkaW5pdA");
    expect(keys).not.toContain("AAAAB3NzaOps");
    expect(keys).not.toContain("AAAAB3NzaPast");
    expect(keys.includes("AAAAB3NzaFuture")).toBe(name === "AIX");
    expect(logOf(machine)).toContain("Running command ");
    expect(machine.requests).toHaveLength(5);
    machine.reboot();
    expect(await runBoot(machine)).toEqual(CLEAN);
    expect(idOf(machine)).toBe("1234567890123456789");
    expect(machine.gaps).toEqual([]);
  });

  test("asks nobody where GCE and CloudStack are only two of several, and says so", async () => {
    const machine = create({
      config: { datasource_list: ["GCE", "CloudStack", "MAAS", "None"] },
      files: { "/etc/hosts": "127.0.0.1 localhost loopback\n192.0.2.1 data-server\n" },
      service: () => "anything",
    });
    await runBoot(machine);
    expect(machine.requests).toEqual([]);
    expect(idOf(machine)).toBe("iid-datasource-none");
    const log = logOf(machine);
    expect(log).toContain("DataSourceGCE has no instance: nothing says that this machine is in");
    expect(log).toContain("DataSourceCloudStack has no instance: nothing says");
    expect(log).toContain("DataSourceMAAS has no instance: no seed in");
  });

  test("on CloudStack finds the router by its name, and takes the password once", async () => {
    const router = tree("192.0.2.1", "cloudstack/router");
    let isSaved = false;
    const said: string[] = [];
    const machine = create({
      config: {
        datasource_list: ["CloudStack"],
        datasource: { CloudStack: { fetch_password: true } },
      },
      files: { "/etc/hosts": "127.0.0.1 localhost loopback\n192.0.2.1 data-server\n" },
      service(request) {
        if (new URL(request.url).port !== "8080") {
          return router(request);
        }
        const wanted = request.headers?.["DomU_Request"] ?? "";
        said.push(wanted);
        if (wanted === "saved_password") {
          const kept = readText(
            machine.system.fs,
            `${machine.cloudDir}/instances/01234567-89ab-cdef-0123-456789abcdef/obj.pkl`,
          );
          expect(kept).toContain("MARKrouter-1");
          isSaved = true;
        }
        return isSaved ? "saved_password" : "MARKrouter-1\n";
      },
    });
    expect(await runBoot(machine)).toEqual(CLEAN);
    expect(idOf(machine)).toBe("01234567-89ab-cdef-0123-456789abcdef");
    expect(said).toEqual(["send_my_password", "saved_password"]);
    const passwords = name === "AIX" ? "/etc/security/passwd" : "/etc/shadow";
    const before = readText(machine.system.fs, passwords);
    expect(logOf(machine)).not.toContain("MARKrouter");
    machine.reboot();
    expect(await runBoot(machine)).toEqual(CLEAN);
    expect(said).toEqual(["send_my_password", "saved_password", "send_my_password"]);
    expect(readText(machine.system.fs, passwords)).toBe(before);
    expect(machine.gaps).toEqual([]);
  });

  test("on CloudStack gets its password although the boot that fetched it was cut", async () => {
    const router = tree("192.0.2.9", "cloudstack/password");
    let state = "MARKrouter-1\n";
    const machine = create({
      config: {
        datasource_list: ["CloudStack"],
        cloud_init_modules: ["users-groups"],
        cloud_config_modules: ["set-passwords"],
        datasource: { CloudStack: { metadata_address: "192.0.2.9", fetch_password: true } },
      },
      service(request) {
        if (new URL(request.url).port !== "8080") {
          return router(request);
        }
        const answer = state;
        if (request.headers?.["DomU_Request"] === "saved_password") {
          state = "saved_password";
        }
        return answer;
      },
    });
    const cache = `${machine.cloudDir}/instances/i-pw/obj.pkl`;
    const options = { configFiles: [], force: false, debug: false };
    await runStage("init-local", machine.system, options);
    await runStage("init", machine.system, options);
    expect(state).toBe("saved_password");
    const passwords = name === "AIX" ? "/etc/security/passwd" : "/etc/shadow";
    const before = readText(machine.system.fs, passwords);
    machine.reboot();
    expect(await runBoot(machine)).toEqual(CLEAN);
    expect(readText(machine.system.fs, passwords)).not.toBe(before);
    expect(readText(machine.system.fs, cache)).toContain("MARKrouter-1");
    // Once it is set, an owner's own password is not to be undone, however often the module runs.
    machine.reboot();
    expect(await runBoot(machine)).toEqual(CLEAN);
    expect(readText(machine.system.fs, cache)).not.toContain("MARKrouter-1");
    expect(logOf(machine)).not.toContain("MARKrouter");
  });

  test("on CloudStack lets no router forget a password that cannot be stored", async () => {
    const router = tree("192.0.2.9", "cloudstack/password");
    const said: string[] = [];
    const machine = create({
      config: {
        datasource_list: ["CloudStack"],
        datasource: { CloudStack: { metadata_address: "192.0.2.9", fetch_password: true } },
      },
      service(request) {
        if (new URL(request.url).port !== "8080") {
          return router(request);
        }
        said.push(request.headers?.["DomU_Request"] ?? "");
        return "MARKrouter-1\n";
      },
    });
    const isKept = (path: string): boolean => path.endsWith("/instances/i-pw/obj.pkl");
    const full = failDisk(machine.system, { code: "ENOSPC", fails: isKept });
    await runBoot({ system: full.system });
    expect(full.failures).toHaveLength(1);
    expect(said).toEqual(["send_my_password"]);
    expect(logOf(machine)).not.toContain("MARKrouter");
    machine.reboot();
    await runBoot(machine);
    expect(said.slice(1)).toEqual(["send_my_password", "saved_password"]);
  });

  test("of MAAS is configured with its clock an hour behind", async () => {
    const documents = tree("192.0.2.10:5240", "maas/full");
    const machine = create({
      config: {
        datasource_list: ["MAAS"],
        datasource: {
          MAAS: {
            metadata_url: "http://192.0.2.10:5240/MAAS/metadata",
            consumer_key: "MARKconsumer-1",
            token_key: "MARKtoken-1",
            token_secret: "MARKsigned-1",
          },
        },
      },
      service(request) {
        const text = request.headers?.["Authorization"] ?? "";
        const stamp = Number(/oauth_timestamp="(\d+)"/u.exec(text)?.[1]);
        const there = new Date(machine.system.clock.now().getTime() + 3_600_000);
        return Math.abs(stamp - there.getTime() / 1000) <= 300
          ? documents(request)
          : { status: 401, headers: { date: there.toUTCString() } };
      },
    });
    expect(await runBoot(machine)).toEqual(CLEAN);
    expect(idOf(machine)).toBe("4y3h7n");
    expect(readText(machine.system.fs, `${machine.cloudDir}/instance/datasource`)).toBe(
      "DataSourceMAAS: DataSourceMAAS [http://192.0.2.10:5240/MAAS/metadata]\n",
    );
    expect(logOf(machine)).toContain("Setting oauth clockskew for 192.0.2.10:5240 to 3600");
    expect(logOf(machine)).not.toMatch(/MARK|OAuth/u);
    expect(machine.gaps).toEqual([]);
  });

  test.each([
    [
      "MAAS",
      { metadata_url: "http://192.0.2.10:5240/MAAS/metadata", max_wait: 5 },
      tree("192.0.2.10:5240", "maas/full"),
    ],
    [
      "GCE",
      { metadata_url: "http://192.0.2.11/computeMetadata/v1/", max_wait: 5 },
      tree("192.0.2.11", "gce/base64"),
    ],
    [
      "CloudStack",
      { metadata_address: "192.0.2.1", max_wait: 5 },
      tree("192.0.2.1", "cloudstack/router"),
    ],
    [
      "NoCloud",
      { seedfrom: "http://192.0.2.12/", fs_label: null },
      ({ url }: HttpRequest) =>
        ({
          "http://192.0.2.12/meta-data": "instance-id: i-seed\n",
          "http://192.0.2.12/user-data": "#cloud-config\n{}\n",
        })[url] ?? { status: 404 },
    ],
  ] as const)(
    "of %s stays the instance that it is where its server is gone, and tells of one that is broken",
    async (source, settings, documents) => {
      let state: "there" | "gone" | "broken" = "there";
      const machine = create({
        config: { datasource_list: [source, "None"], datasource: { [source]: settings } },
        service: (request) =>
          state === "broken" ? { status: 503 } : state === "there" ? documents(request) : undefined,
      });
      expect(await runBoot(machine)).toEqual(CLEAN);
      const id = idOf(machine);
      state = "gone";
      machine.reboot();
      expect(await runBoot(machine)).toEqual(CLEAN);
      expect(idOf(machine)).toBe(id);
      const said = logOf(machine).split("No datasource answers, and this is still the machine");
      expect(said).toHaveLength(2);
      state = "broken";
      machine.reboot();
      expect((await runBoot(machine)).init).toBe(1);
      expect(idOf(machine)).toBe(id);
    },
  );

  test("whose server is silent at its first boot is told why it is None's", async () => {
    const machine = create({
      config: {
        datasource_list: ["MAAS", "None"],
        datasource: { MAAS: { metadata_url: "http://192.0.2.10:5240/MAAS", max_wait: 5 } },
      },
      service: () => undefined,
    });
    await runBoot(machine);
    expect(idOf(machine)).toBe("iid-datasource-none");
    expect(logOf(machine)).toMatch(/\[WARNING\]: .*MAAS.*Giving up on metadata from/u);
  });
});
