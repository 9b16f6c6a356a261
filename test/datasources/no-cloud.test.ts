import { afterEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { noCloud } from "../../src/datasources/no-cloud.ts";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { buildIso } from "../support/build-iso.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createLoopbackContext } from "../support/loopback-context.ts";
import { type MetadataServer, startMetadataServer } from "../support/metadata-server.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";

const SEED = "/opt/freeware/var/lib/cloud/seed/nocloud";
const LINE = "/opt/freeware/etc/cloud/line-config";

async function find(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly modes?: Readonly<Record<string, { mode?: number; owner?: string }>>;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<{
  readonly answer: DatasourceAnswer | { readonly error: string };
  readonly log: RecordingLog;
  readonly commands: readonly (readonly string[])[];
}> {
  const devices = Object.keys(files).filter((path) => path.startsWith("/dev/cd"));
  const { system, commands } = createScriptedSystem({
    platform: "aix",
    files,
    env: options.env ?? {},
    commands: {
      "/usr/sbin/lsdev": devices.map((path) => `${path.slice(5)}:Available\n`).join(""),
    },
  });
  for (const [path, attributes] of Object.entries(options.modes ?? {})) {
    system.fs.setAttributes(path, attributes);
  }
  const log = createRecordingLog();
  const distro = createDatasourceDistro({ sys: system, log, systemInfo: {} });
  const answer = await noCloud
    .find({ sys: system, distro, paths: createTestPaths(), config: options.config ?? {}, log })
    .catch((error: unknown) => ({ error: errorMessage(error) }));
  return { answer, log, commands };
}

function idOf(answer: DatasourceAnswer | { readonly error: string }): string | undefined {
  return "found" in answer && answer.found ? answer.instance.id : undefined;
}

function seedFiles(id: string, directory = SEED): Record<string, string> {
  return { [`${directory}/meta-data`]: `instance-id: ${id}\n`, [`${directory}/user-data`]: "" };
}

function seedDisc(id: string, label: string): Uint8Array {
  return buildVfat({ label, files: { "meta-data": `instance-id: ${id}\n`, "user-data": "" } });
}

describe("NoCloud", () => {
  test("takes the first seed directory that is whole", async () => {
    const both = await find({ ...seedFiles("one"), ...seedFiles("two", `${SEED}-net`) });
    expect(idOf(both.answer)).toBe("one");
    const half = await find({
      [`${SEED}/meta-data`]: "instance-id: one\n",
      ...seedFiles("two", `${SEED}-net`),
    });
    expect(idOf(half.answer)).toBe("two");
    expect(half.log.warnings()).toEqual([]);
  });

  test("takes the disc with its label before those with another one or none", async () => {
    const files = {
      "/dev/cd0": seedDisc("other", "OTHER"),
      "/dev/cd1": seedDisc("none", ""),
      "/dev/cd2": buildIso({ files: { readme: "x" }, label: "cidata" }),
      "/dev/cd3": seedDisc("mine", "CIDATA"),
    };
    const { answer, log } = await find(files);
    expect(idOf(answer)).toBe("mine");
    expect(log.warnings()).toEqual(["device cd2 with label=cidata not a valid seed."]);
    const { "/dev/cd3": _mine, "/dev/cd2": _damaged, ...others } = files;
    expect(idOf((await find(others)).answer)).toBe("none");
  });

  test("passes over a disc that is broken, and says so where it finds nothing else", async () => {
    const broken = buildVfat({ files: { "meta-data": "a: [", "user-data": "" } });
    const { answer } = await find({ "/dev/cd0": broken });
    expect(answer).toEqual({
      error: expect.stringMatching(/^Broken seed: cd0: meta-data:\d+:\d+: Cannot read YAML/u),
    });
    const next = await find({ "/dev/cd0": broken, "/dev/cd1": seedDisc("good", "cidata") });
    expect(idOf(next.answer)).toBe("good");
    expect(next.log.warnings()[0]).toStartWith("Broken seed: cd0: ");
  });

  test("looks at no disc where fs_label is null or no text", async () => {
    for (const label of [null, false, "", 7]) {
      const { answer, commands } = await find(
        { "/dev/cd0": seedDisc("disc", "cidata") },
        { config: { fs_label: label } },
      );
      expect(answer).toMatchObject({ found: false });
      expect(commands).toEqual([]);
    }
  });

  test("believes a line in line-config only of root", async () => {
    const file = { [LINE]: "# a comment\n ds=nocloud;i=line \nds=nocloud;i=second\n" };
    expect(idOf((await find(file)).answer)).toBe("line");
    for (const attributes of [{ owner: "1000:0" }, { mode: 0o664 }, { mode: 0o602 }]) {
      const { answer, log } = await find(file, { modes: { [LINE]: attributes } });
      expect(answer).toMatchObject({ found: false });
      expect(log.warnings()[0]).toStartWith(
        `"${LINE}" is not used: it must belong to root and be writable by root alone, found `,
      );
    }
  });

  test("takes the line that stands for the kernel's in tests before that file", async () => {
    const { answer } = await find(
      { [LINE]: "ds=nocloud;i=file\n" },
      { env: { DEBUG_PROC_CMDLINE: "root=/dev/x ds=nocloud-net;i=line;h=a.example.com quiet" } },
    );
    expect(answer).toMatchObject({
      found: true,
      instance: {
        id: "line",
        dsmode: "net",
        localHostname: "a.example.com",
        description: "DataSourceNoCloud [seed=cmdline]",
      },
    });
  });

  test("reads a local seedfrom by path, by file:// and by name", async () => {
    const files = {
      ...seedFiles("below", "/srv/a"),
      "/srv/meta-data.x": "{}",
      "/srv/user-data.x": "",
    };
    for (const [seedfrom, id] of [
      ["/srv/a", "below"],
      ["/srv/a/", "below"],
      ["file:///srv/a", "below"],
      ["/srv/%s.x", "nocloud"],
    ] as const) {
      expect(idOf((await find(files, { config: { seedfrom } })).answer)).toBe(id);
    }
    expect((await find(files, { config: { seedfrom: "/srv/no" } })).answer).toEqual({
      error: 'Cannot read the seed "/srv/no": there is no "meta-data"',
    });
  });

  test("says what seedfrom must be where it is something else", async () => {
    for (const [seedfrom, found] of [
      ["ftp://192.0.2.1/", '"ftp://192.0.2.1/"'],
      ["relative/path", '"relative/path"'],
      ["", "empty text"],
      [["x"], "a list"],
    ] as const) {
      const { answer, log } = await find({}, { config: { seedfrom } });
      const reason = `Cannot use "seedfrom": expected a path, or an address with file://, http:// or https://, found ${found}`;
      expect(answer).toEqual({ found: false, reason });
      expect(log.warnings()).toEqual([reason]);
    }
  });

  test("leaves a firmware word that nobody knows as it is, with a warning", async () => {
    const { answer, log } = await find({}, { config: { seedfrom: "/srv/__dmi.shoe-size__/" } });
    expect(answer).toEqual({
      error: 'Cannot read the seed "/srv/__dmi.shoe-size__/": there is no "meta-data"',
    });
    expect(log.warnings()).toEqual([
      'Cannot replace "__dmi.shoe-size__" in "seedfrom": the firmware has no such word',
    ]);
  });

  test("lets the network-interfaces of meta-data count only where network-config cannot", async () => {
    const text = "iface en0 inet static\n  address 192.0.2.9/24\n";
    const metaData = JSON.stringify({ "network-interfaces": text });
    const sourceOf = async (networkConfig?: string): Promise<string | undefined> => {
      const { answer } = await find({
        [`${SEED}/meta-data`]: metaData,
        [`${SEED}/user-data`]: "",
        ...(networkConfig === undefined ? {} : { [`${SEED}/network-config`]: networkConfig }),
      });
      return "found" in answer && answer.found ? answer.instance.network?.source : "not found";
    };
    expect(await sourceOf()).toBe("network-interfaces in meta-data");
    expect(await sourceOf("version: 2\nethernets: {en0: {dhcp4: true}}\n")).toBe("network-config");
    expect(await sourceOf("version: 7\n")).toBe("network-interfaces in meta-data");
    expect(await sourceOf("{}")).toBe("network-interfaces in meta-data");
    expect(await sourceOf("config: disabled\n")).toBeUndefined();
  });
});

describe("NoCloud, from a server", () => {
  let server: MetadataServer | undefined;
  const tree = join(import.meta.dir, "../fixtures/metadata/nocloud/whole");

  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function ask(
    path: string,
    options: Parameters<typeof startMetadataServer>[0],
  ): Promise<{ answer: unknown; paths: readonly string[]; log: RecordingLog; sleptMs: number }> {
    server = await startMetadataServer(options);
    const { ctx, log, scripted } = createLoopbackContext({
      config: { seedfrom: `${server.origin}${path}`, fs_label: null },
    });
    const began = scripted.system.clock.monotonicMs();
    const answer: unknown = await noCloud
      .find(ctx)
      .catch((error: unknown) => ({ error: errorMessage(error) }));
    const sleptMs = scripted.system.clock.monotonicMs() - began;
    return { answer, paths: server.requests.map((request) => request.path), log, sleptMs };
  }

  test("asks for the four files in their order", async () => {
    const { answer, paths } = await ask("/c", { tree });
    expect(answer).toMatchObject({ found: true, instance: { id: "iid-server" } });
    expect(paths).toEqual(["/c/network-config", "/c/meta-data", "/c/user-data", "/c/vendor-data"]);
  });

  test("puts names into the query", async () => {
    const bodies: Readonly<Record<string, string>> = {
      "/get?f=meta-data": "instance-id: by-query\n",
      "/get?f=user-data": "",
    };
    const { answer, paths } = await ask("/get?f=%s", {
      handle: ({ path }) => bodies[path] ?? { status: 404 },
    });
    expect(answer).toMatchObject({ found: true, instance: { id: "by-query" } });
    expect(paths).toHaveLength(4);
    const appended = await ask("/get?f=", {
      handle: ({ path }) => bodies[path] ?? { status: 404 },
    });
    expect(appended.answer).toMatchObject({ found: true, instance: { id: "by-query" } });
  });

  test("does not wait for optional files that are not there", async () => {
    const { answer, sleptMs, paths } = await ask("/", {
      tree: { "meta-data": "instance-id: least\n", "user-data": "" },
    });
    expect(answer).toMatchObject({ found: true, instance: { id: "least" } });
    expect(sleptMs).toBeLessThan(500);
    expect(paths).toHaveLength(4);
  });

  test("asks again where the server is not ready, and where a body is cut", async () => {
    for (const fault of [
      { kind: "status", status: 503 },
      { kind: "reset" },
      { kind: "cut" },
    ] as const) {
      const { answer, paths } = await ask("/c/", {
        tree,
        faults: [{ path: "/c/meta-data", times: 2, ...fault }],
      });
      expect(answer).toMatchObject({ found: true, instance: { id: "iid-server" } });
      expect(paths.filter((path) => path === "/c/meta-data")).toHaveLength(3);
      await server?.close();
    }
  });

  test("counts a server that nobody answers for as silent", async () => {
    const { answer } = await ask("/c/", { tree, faults: [{ path: /./u, kind: "reset" }] });
    expect(answer).toEqual({
      found: false,
      reason: expect.stringMatching(/^nobody answers for the seed "http:/u),
      isSilent: true,
    });
  });

  test("says what is missing or refused, and follows nobody elsewhere", async () => {
    const missing = await ask("/c/", { tree: { "c/meta-data": "{}" } });
    expect(missing.answer).toEqual({
      error: expect.stringMatching(
        /^Cannot read the seed "http:\/\/127\.0\.0\.1:\d+\/c\/": there is no "user-data"$/u,
      ),
    });
    await server?.close();
    const refused = await ask("/c/", {
      tree,
      faults: [{ path: "/c/meta-data", kind: "status", status: 403 }],
    });
    expect(refused.answer).toEqual({ error: expect.stringContaining("the answer is 403") });
    await server?.close();
    const away = await ask("/c/", {
      tree,
      faults: [{ path: "/c/meta-data", kind: "redirect", location: "http://127.0.0.2:9/" }],
    });
    expect(away.answer).toEqual({ error: expect.stringContaining("/c/meta-data failed: ") });
  });

  test("shows no password of an address", async () => {
    server = await startMetadataServer({ tree });
    const seedfrom = server.origin.replace("://", "://user:S3cret@");
    const { ctx, log } = createLoopbackContext({ config: { seedfrom, fs_label: null } });
    const answer: unknown = await noCloud
      .find(ctx)
      .catch((error: unknown) => ({ error: errorMessage(error) }));
    expect(JSON.stringify(answer)).not.toContain("S3cret");
    expect(log.lines.join("\n")).not.toContain("S3cret");
  });
});
