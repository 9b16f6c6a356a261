import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Datasource } from "../../src/datasources/datasource.ts";
import { createAixStorage } from "../../src/distros/aix/storage.ts";
import { readLinuxGuestInfo } from "../../src/distros/linux/guest-info.ts";
import { createLinuxStorage } from "../../src/distros/linux/storage.ts";
import type { AdapterInfo, Distro, DistroContext } from "../../src/distros/distro.ts";
import {
  instanceFromJson,
  instanceToJson,
  isSafeInstanceId,
} from "../../src/instance/instance-json.ts";
import { createPaths, type Paths } from "../../src/instance/paths.ts";
import { createScriptedSystem, type ScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { HttpError } from "../../src/system/http-error.ts";
import type { HttpRequest, HttpResponse, Serial } from "../../src/system/system.ts";
import { buildIso } from "./build-iso.ts";
import { buildVfat } from "./build-vfat.ts";
import { createImdsTokens, type ImdsTokensOptions } from "./imds-tokens.ts";
import { createTree } from "./metadata-server.ts";
import { createRecordingLog, type RecordingLog } from "./recording-log.ts";

/** case.json of a fixture: the machine that the datasource is asked on. */
interface DatasourceCase {
  /** `datasource.<name>` of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly adapters?: readonly AdapterInfo[];
  /** Where the files in tree/ are: below this directory; absent: on a disc in cd0. */
  readonly directory?: string;
  /** Of the disc. */
  readonly label?: string;
  /** Of the disc. Default "iso9660". */
  readonly fileSystem?: "iso9660" | "vfat";
  readonly rockRidge?: boolean;
  readonly joliet?: boolean;
  /** Default "aix". */
  readonly platform?: string;
  /** Files of the machine beside the tree: path → content. */
  readonly files?: Readonly<Record<string, string>>;
  /** As the search says it: false in init-local. Default true. */
  readonly hasNetwork?: boolean;
  /** As the search says it. Default false. */
  readonly isOnlySource?: boolean;
  readonly defaultUser?: string;
  /** What the machine's network tells. */
  readonly network?: NetworkFacts;
  /** A serial port at whose other end somebody answers with tree/answer, as it is, or with nothing. Absent: there are no ports. */
  readonly serial?: { readonly path: string };
  /** The metadata service of the machine's network. Absent: there is none. */
  readonly service?: {
    /** Below test/fixtures/metadata. */
    readonly tree: string;
    /** Who answers: "192.0.2.1", "192.0.2.1:8080". */
    readonly hosts: readonly string[];
    /** Of each answer. */
    readonly headers?: Readonly<Record<string, string>>;
    /** An Ec2-like one. */
    readonly tokens?: ImdsTokensOptions["mode"];
  };
}

/** What a machine of these tests knows of its network. */
export interface NetworkFacts {
  readonly dhcpServers?: readonly { readonly address: string; readonly source: string }[];
  readonly gateway?: string;
  /** Addresses by name. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
  /** Virtual slots of adapters by the names of their interfaces. */
  readonly slots?: Readonly<Record<string, number>>;
}

/**
 * One suite for every datasource, over the cases in `test/fixtures/datasources/NAME/`: `case.json`,
 * `tree/` (what the cloud serves) and `expected.json` (what the datasource must say of it). With
 * UPDATE_FIXTURES=1 in the environment expected.json is written instead: review the difference.
 */
export function testDatasource(datasource: Datasource): void {
  const base = join(import.meta.dir, "../fixtures/datasources", datasource.name);
  for (const name of readdirSync(base).sort()) {
    describe(`${datasource.name}, ${name}`, () => {
      const directory = join(base, name);

      test("gives what is expected", async () => {
        const { answer } = await askCase(datasource, directory);
        const file = join(directory, "expected.json");
        const text = `${JSON.stringify(answer, showBytes, 2)}\n`;
        if (process.env["UPDATE_FIXTURES"] === "1") {
          await Bun.write(file, text);
        }
        expect(JSON.parse(text)).toEqual(JSON.parse(readFileSync(file, "utf8")));
      });

      test("changes nothing, and says the same when asked again", async () => {
        const first = await askCase(datasource, directory);
        const second = await first.again();
        expect(second).toEqual(first.answer);
        expect(first.scripted.changes).toEqual([]);
      });

      test("gives an instance that can be kept, with an id that can name a directory", async () => {
        const { answer } = await askCase(datasource, directory);
        if (!("instance" in answer)) {
          return;
        }
        const { instance } = answer;
        const { userData: _, vendorData: _vendor, vendorData2: _vendor2, ...kept } = instance;
        expect(isSafeInstanceId(instance.id)).toBe(true);
        expect(instanceFromJson(instanceToJson(instance))).toEqual(kept);
      });

      test("logs no secret", async () => {
        const { log } = await askCase(datasource, directory);
        expect(log.lines.join("\n")).not.toContain("S3cret");
      });
    });
  }
}

/** A distro with AIX's storage and these adapters; whatever else is asked of it throws. */
export function createDatasourceDistro(
  ctx: DistroContext,
  adapters: readonly AdapterInfo[] = [],
  storage: Distro["storage"] = createAixStorage(ctx),
  { dhcpServers = [], gateway, names = {}, slots = {} }: NetworkFacts = {},
): Distro {
  const routes =
    gateway === undefined
      ? []
      : [
          {
            family: 4 as const,
            destination: "0.0.0.0",
            gateway,
            mask: "0.0.0.0",
            device: "en0",
            flags: "UG",
          },
        ];
  const name = ctx.sys.process.platform === "linux" ? "debian" : "aix";
  const given: Pick<
    Distro,
    "name" | "family" | "network" | "storage" | "resolver" | "readFirmware" | "readGuestInfo"
  > = {
    name,
    family: name,
    readFirmware: async (keyword) => FIRMWARE.get(keyword),
    readGuestInfo: async (key) => (name === "aix" ? undefined : readLinuxGuestInfo(ctx.sys, key)),
    network: onlyThese<Distro["network"]>({
      adapters: async () => adapters,
      adapterSlots: async () => new Map(Object.entries(slots)),
      dhcpServers: async () => dhcpServers,
      read: async () => ({ devices: [], routes }),
    }),
    resolver: onlyThese<Distro["resolver"]>({
      findAddresses: async (name) => (Object.hasOwn(names, name) ? (names[name] ?? []) : []),
    }),
    storage,
  };
  return onlyThese<Distro>(given);
}

const FIRMWARE: ReadonlyMap<string, string> = new Map([
  ["system-uuid", "12345678-9abc-4def-8123-456789abcdef"],
  ["system-version", ""],
]);

/** An object that has these members, and throws when asked for any other. */
function onlyThese<T extends object>(members: Partial<T>): T {
  return new Proxy(members as T, {
    get(target, name) {
      if (name in target) {
        return target[name as keyof T];
      }
      throw new TypeError(`A datasource must not ask a distro for "${String(name)}"`);
    },
  });
}

/** The paths that a datasource sees in these tests. */
export function createTestPaths(): Paths {
  return createPaths({
    cloudDir: "/opt/freeware/var/lib/cloud",
    runDir: "/run/cloud-init",
    templatesDir: "/opt/freeware/etc/cloud/templates",
    configFile: "/opt/freeware/etc/cloud/cloud.cfg",
    logDir: "/var/log",
  });
}

type ShownAnswer = (
  | {
      readonly instance: NonNullable<
        Extract<Awaited<ReturnType<Datasource["find"]>>, { found: true }>
      >["instance"];
    }
  | { readonly reason: string }
  | { readonly error: string }
) & {
  readonly warnings: readonly string[];
  /** Absent where there is no metadata service. */
  readonly requests?: readonly string[];
};

async function askCase(
  datasource: Datasource,
  directory: string,
): Promise<{
  readonly answer: ShownAnswer;
  readonly log: RecordingLog;
  readonly scripted: ScriptedSystem;
  again(): Promise<ShownAnswer>;
}> {
  const settings = JSON.parse(readFileSync(join(directory, "case.json"), "utf8")) as DatasourceCase;
  const tree = readTree(join(directory, "tree"));
  const requests: string[] = [];
  const scripted = createScriptedSystem({
    platform: settings.platform ?? "aix",
    files: { ...placeTree(tree, settings), ...settings.files },
    commands: { "/usr/sbin/lsdev -Cc cdrom -F name:status": "cd0:Available\n" },
    http: createService(settings.service, requests),
    ...(settings.serial === undefined ? {} : { serial: createSerial(settings.serial, tree) }),
  });
  const log = createRecordingLog();
  const distroContext = { sys: scripted.system, log, systemInfo: {} };
  const distro = createDatasourceDistro(
    distroContext,
    settings.adapters,
    settings.platform === "linux" ? createLinuxStorage(distroContext) : undefined,
    settings.network,
  );
  const { isOnlySource = false, hasNetwork = true, defaultUser } = settings;
  const ask = async (): Promise<ShownAnswer> => {
    const logged = log.warnings().length;
    const asked = requests.length;
    const found = await datasource
      .find({
        sys: scripted.system,
        distro,
        paths: createTestPaths(),
        config: settings.config ?? {},
        isOnlySource,
        hasNetwork,
        defaultUserName: () => defaultUser,
        log,
      })
      .catch((error: unknown) => ({ error: errorMessage(error) }));
    const told = {
      warnings: log.warnings().slice(logged),
      ...(settings.service === undefined ? {} : { requests: requests.slice(asked) }),
    };
    if ("error" in found) {
      return { error: found.error, ...told };
    }
    return found.found ? { instance: found.instance, ...told } : { reason: found.reason, ...told };
  };
  return { answer: await ask(), log, scripted, again: ask };
}

/** Serves a recorded tree to whoever asks one of its hosts; nobody else answers. */
function createService(
  service: DatasourceCase["service"],
  requests: string[],
): (request: HttpRequest) => HttpResponse {
  const answer = createTree(
    service === undefined ? {} : join(import.meta.dir, "../fixtures/metadata", service.tree),
  );
  const askToken =
    service?.tokens === undefined ? undefined : createImdsTokens({ mode: service.tokens });
  return (request) => {
    requests.push(`${request.method} ${request.url}`);
    const url = new URL(request.url);
    if (service?.hosts.includes(url.host) !== true) {
      throw new HttpError(request.method, request.url, "its host name is not known");
    }
    const { method, headers: sent = {}, body: content = "" } = request;
    const asked = { method, path: `${url.pathname}${url.search}`, headers: sent, body: content };
    const reply = askToken?.(asked) ?? answer(asked);
    const whole =
      typeof reply === "string" || reply instanceof Uint8Array ? { body: reply } : reply;
    const { status = 200, headers = {}, body = "" } = whole;
    return {
      status,
      headers: { ...service.headers, ...headers },
      body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    };
  };
}

/** Answers a request for the whole context, as the host's own ports give it. */
function createSerial(
  port: NonNullable<DatasourceCase["serial"]>,
  tree: Readonly<Record<string, Uint8Array>>,
): Serial {
  return {
    async exchange({ path, request, endByte, skippedBytes }) {
      const answer = tree["answer"];
      expect({ path, request: Buffer.from(request).toString() }).toEqual({
        path: port.path,
        request: "<\n\n>",
      });
      const start = answer?.findIndex((byte) => !skippedBytes.includes(byte)) ?? -1;
      const end = answer?.indexOf(endByte, start) ?? -1;
      if (answer === undefined || start === -1 || end === -1) {
        throw new Error(`Cannot read the answer from "${path}": nothing came within 60 s`);
      }
      return answer.slice(start, end);
    },
  };
}

function placeTree(
  tree: Readonly<Record<string, Uint8Array>>,
  settings: DatasourceCase,
): Readonly<Record<string, string | Uint8Array>> {
  const { directory, label, rockRidge, joliet, serial } = settings;
  if (serial !== undefined) {
    return { [serial.path]: "" };
  }
  if (directory !== undefined) {
    return Object.fromEntries(
      Object.entries(tree).map(([path, content]) => [`${directory}/${path}`, content]),
    );
  }
  const device = settings.platform === "linux" ? "/dev/sr0" : "/dev/cd0";
  if (settings.fileSystem === "vfat") {
    return { [device]: buildVfat({ files: tree, ...(label === undefined ? {} : { label }) }) };
  }
  const iso = buildIso({
    files: tree,
    ...(label === undefined ? {} : { label }),
    ...(rockRidge === undefined ? {} : { rockRidge }),
    ...(joliet === undefined ? {} : { joliet }),
  });
  return { [device]: iso };
}

function readTree(directory: string, prefix = ""): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const name of statSync(directory, { throwIfNoEntry: false }) === undefined
    ? []
    : readdirSync(directory).sort()) {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) {
      Object.assign(files, readTree(path, `${prefix}${name}/`));
    } else {
      files[`${prefix}${name}`] = new Uint8Array(readFileSync(path));
    }
  }
  return files;
}

function showBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { text: Buffer.from(value).toString("latin1") } : value;
}
