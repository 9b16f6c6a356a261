import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { ovf } from "../../src/datasources/ovf.ts";
import { parseOvfEnvironment } from "../../src/datasources/ovf/parse-environment.ts";
import { readOvfSettings } from "../../src/datasources/ovf/read-settings.ts";
import { readVsae } from "../../src/datasources/ovf/vsae.ts";
import { buildVsaeNetwork } from "../../src/datasources/ovf/vsae-network.ts";
import type { AdapterInfo } from "../../src/distros/distro.ts";
import { createLinuxStorage } from "../../src/distros/linux/storage.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../src/simulator/scripted-system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { parseXml } from "../../src/text/parse-xml.ts";
import { buildIso } from "../support/build-iso.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createLoopbackContext } from "../support/loopback-context.ts";
import { startMetadataServer } from "../support/metadata-server.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";

const OE = "http://schemas.dmtf.org/ovf/environment/1";
const SEED = "/opt/freeware/var/lib/cloud/seed";

function environment(properties: Readonly<Record<string, string>>, prefix = "oe:"): string {
  const rows = Object.entries(properties).map(
    ([key, value]) => `<Property ${prefix}key="${key}" ${prefix}value="${value}"/>`,
  );
  return `<Environment xmlns="${OE}" xmlns:oe="${OE}"><PropertySection>${rows.join("")}</PropertySection></Environment>`;
}

function disc(files: Readonly<Record<string, string>>, label = ""): Uint8Array {
  return buildIso({ files, label });
}

type Answer = DatasourceAnswer | { readonly error: string };

async function find(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: ScriptedSystemOptions & { readonly config?: Readonly<Record<string, unknown>> } = {},
): Promise<{
  readonly answer: Answer;
  readonly log: RecordingLog;
  readonly commands: readonly (readonly string[])[];
}> {
  const { config = {}, ...rest } = options;
  const devices = Object.keys(files)
    .filter((path) => path.startsWith("/dev/cd"))
    .map((path) => `${path.slice(5)}:Available\n`);
  const { system, commands } = createScriptedSystem({
    platform: "aix",
    ...rest,
    files,
    commands: { "/usr/sbin/lsdev": devices.join(""), ...rest.commands },
  });
  const log = createRecordingLog();
  const ctx = { sys: system, log, systemInfo: {} };
  const storage = rest.platform === "linux" ? createLinuxStorage(ctx) : undefined;
  const answer = await ovf
    .find({
      sys: system,
      distro: createDatasourceDistro(ctx, [], storage),
      paths: createTestPaths(),
      config,
      log,
    })
    .catch((error: unknown) => ({ error: errorMessage(error) }));
  return { answer, log, commands };
}

function idOf(answer: Answer): string | undefined {
  return "found" in answer && answer.found ? answer.instance.id : undefined;
}

const withId = (id: string): string => environment({ "instance-id": id });

describe("OVF", () => {
  test("takes seed/ovf before the seed root, and both before discs in their order", async () => {
    const inSeed = { [`${SEED}/ovf/ovf_env.xml`]: withId("seed") };
    const inRoot = { [`${SEED}/ovf-env.xml`]: withId("root") };
    const discs = {
      "/dev/cd0": disc({ readme: "x" }),
      "/dev/cd1": disc({ "ovf-env.xml": withId("disc") }),
    };
    expect(idOf((await find({ ...inSeed, ...inRoot, ...discs })).answer)).toBe("seed");
    expect(idOf((await find({ ...inRoot, ...discs })).answer)).toBe("root");
    expect(idOf((await find(discs)).answer)).toBe("disc");
  });

  test("knows four names of the file, in this order", async () => {
    const names = ["ovf-env.xml", "ovf_env.xml", "OVF_ENV.XML", "OVF-ENV.XML"];
    for (const [index, name] of names.entries()) {
      const files = Object.fromEntries(
        names.slice(index).map((each) => [`${SEED}/ovf/${each}`, withId(each.replace(".", "-"))]),
      );
      expect(idOf((await find(files)).answer)).toBe(name.replace(".", "-"));
    }
  });

  test("reads a FAT disc too", async () => {
    const image = buildVfat({ files: { "ovf-env.xml": withId("fat") }, label: "OVF" });
    expect(idOf((await find({ "/dev/cd0": image })).answer)).toBe("fat");
  });

  test("warns of a broken document and takes the next disc", async () => {
    const { answer, log } = await find({
      "/dev/cd0": disc({ "ovf-env.xml": withId("first").slice(0, -5) }),
      "/dev/cd1": disc({ "ovf-env.xml": withId("second") }),
    });
    expect(idOf(answer)).toBe("second");
    expect(log.warnings()).toHaveLength(1);
    expect(log.warnings()[0]).toStartWith(
      "Broken OVF environment: cd0: Cannot read the OVF environment: expected XML, but at line 1",
    );
  });

  test.each([
    ["a disc of NoCloud", { "meta-data": "", "user-data": "" }, ""],
    ["a config drive", { "openstack/latest/meta_data.json": "{}" }, ""],
    ["a disc labelled cidata", {}, "cidata"],
    ["a disc labelled as Azure's", {}, "rd_rdfe_stable.260102"],
  ])("leaves %s alone, with a line at DEBUG", async (_name, files, label) => {
    const { answer, log } = await find({
      "/dev/cd0": disc({ "ovf-env.xml": withId("foreign"), ...files }, label),
    });
    expect(answer).toMatchObject({ found: false });
    expect(log.warnings()).toEqual([]);
    expect(log.lines.join("\n")).toContain("DEBUG: cd0 is no seed for OVF");
  });

  test("a disc that is damaged and names no such file is no matter of OVF's", async () => {
    const image = buildIso({ files: { readme: "x" }, label: "OTHER" });
    // The root directory's record in the volume descriptor (ECMA-119 §8.4.18) leads past the end.
    new DataView(image.buffer).setUint32(16 * 2048 + 156 + 2, 0x7fffffff, true);
    const { answer, log } = await find({ "/dev/cd0": image });
    expect(answer).toMatchObject({ found: false });
    expect(log.warnings()).toEqual([]);
  });

  test("a template of AIX's Activation Engine is named at DEBUG and not read", async () => {
    const { answer, log } = await find({ "/dev/cd0": disc({ "ae_template.xml": "<template>" }) });
    expect(answer).toMatchObject({ found: false });
    expect(log.lines.filter((line) => line.includes("ae_template.xml"))).toEqual([
      'DEBUG: cd0 is no seed: "ae_template.xml" in it is for AIX\'s Activation Engine (/usr/sbin/ae)',
    ]);
  });

  test("does not count properties without the namespace", async () => {
    const text = environment({ "instance-id": "bare" }, "");
    const { answer, log } = await find({ "/dev/cd0": disc({ "ovf-env.xml": text }) });
    expect(answer).toMatchObject({ found: false });
    expect(log.lines.join("\n")).toContain("1 properties have no key in the namespace");
  });

  test("a password is in the configuration alone", async () => {
    const text = environment({ password: "S3cret-1", "com.ibm.vsae.x.password": "S3cret-2" });
    const { answer, log } = await find({ "/dev/cd0": disc({ "ovf-env.xml": text }) });
    expect(answer).toMatchObject({ found: true, instance: { config: { password: "S3cret-1" } } });
    const { config: _, ...rest } = "found" in answer && answer.found ? answer.instance : {};
    expect(JSON.stringify([rest, log.lines])).not.toContain("S3cret");
  });

  test("asks VMware's tools on Linux: the second where the first knows nothing", async () => {
    const tools = { "/usr/bin/vmware-rpctool": "", "/usr/bin/vmtoolsd": "" };
    const asked = "info-get guestinfo.ovfEnv";
    const { answer, commands } = await find(tools, {
      platform: "linux",
      commands: {
        [`/usr/bin/vmware-rpctool ${asked}`]: { exitCode: 1, stderr: "No value found" },
        [`/usr/bin/vmtoolsd --cmd ${asked}`]: withId("guest"),
      },
    });
    expect(answer).toMatchObject({
      instance: { id: "guest", description: "DataSourceOVF [seed=com.vmware.guestInfo]" },
    });
    expect(commands).toEqual([
      ["/usr/bin/vmware-rpctool", asked],
      ["/usr/bin/vmtoolsd", "--cmd", asked],
    ]);
    expect((await find({}, { platform: "linux" })).commands).toEqual([]);
  });

  test("fetches what seedfrom names from a real server; its own values win", async () => {
    const server = await startMetadataServer({
      tree: {
        "s/meta-data": "instance-id: i-web\nlocal-hostname: web01\n",
        "s/user-data": "#cloud-config\n{}\n",
      },
      faults: [{ path: "/s/user-data", kind: "status", status: 503, times: 1 }],
    });
    try {
      const text = environment({ hostname: "own01", seedfrom: `${server.origin}/s/` });
      const { ctx } = createLoopbackContext({ files: { [`${SEED}/ovf/ovf-env.xml`]: text } });
      const sys = { ...ctx.sys, exec: { ...ctx.sys.exec } };
      expect(await ovf.find({ ...ctx, sys })).toMatchObject({
        found: true,
        instance: { id: "i-web", localHostname: "own01" },
      });
      expect(server.requests.map(({ path }) => path)).toEqual([
        "/s/meta-data",
        "/s/user-data",
        "/s/user-data",
        "/s/vendor-data",
      ]);
    } finally {
      await server.close();
    }
  });
});

const ADAPTERS: readonly AdapterInfo[] = [
  { name: "en0", macAddress: "fa:16:3e:5c:1a:01" },
  { name: "en1", macAddress: "fa:16:3e:5c:1a:02" },
];

describe("properties for IBM's Virtual Solutions Activation Engine", () => {
  const net = "com.ibm.ovf.vmcontrol.adapter.networking.";

  test("a deployment with other values is another instance, whatever their order and passwords", () => {
    const one = { [`${net}ipv4addresses.1`]: "192.0.2.10", "ConfigNET.hostname": "a" };
    const idFor = (properties: Readonly<Record<string, string>>): string | undefined =>
      readVsae(new Map(Object.entries(properties)))?.instanceId;
    const id = idFor(one);
    expect(id).toMatch(/^iid-vsae-[0-9a-f]{16}$/u);
    expect(idFor(Object.fromEntries(Object.entries(one).reverse()))).toBe(id);
    expect(idFor({ ...one, "ConfigPWD_ROOT.password": "S3cret" })).toBe(id);
    expect(idFor({ ...one, [`${net}ipv4addresses.1`]: "192.0.2.11" })).not.toBe(id);
  });

  test("keys are told apart in any case; those of others are not read", () => {
    const settings = readVsae(
      new Map([
        ["COM.IBM.OVF.VMCONTROL.system.networking.HostName", "aix01"],
        ["com.ibm.other.hostname", "other"],
        ["ConfigNETwork.hostname", "other"],
        ["ConfigNET.2.ipaddr", "192.0.2.2"],
        ["ConfigNET.2.mood", "x"],
      ]),
    );
    expect(settings).toMatchObject({
      hostname: "aix01",
      adapters: [{ number: 2, addresses: ["192.0.2.2"] }],
      unknownKeys: ["ConfigNET.2.mood"],
    });
    expect(readVsae(new Map([["com.ibm.vsae.mood", "x"]]))).toBeUndefined();
  });

  test("the gateway is that of the adapter in its network, else the first one's", () => {
    const build = (gateway: string): readonly (readonly string[])[] | undefined => {
      const properties = new Map([
        [`${net}ipv4addresses.1`, "192.0.2.10"],
        [`${net}ipv4netmasks.1`, "255.255.255.0"],
        [`${net}ipv4addresses.2`, "198.51.100.10"],
        [`${net}ipv4netmasks.2`, "255.255.255.0"],
        ["com.ibm.ovf.vmcontrol.system.networking.ipv4defaultgateway", gateway],
      ]);
      const settings = readVsae(properties);
      return (
        settings &&
        buildVsaeNetwork(settings, { adapters: ADAPTERS, slots: new Map() })?.config.interfaces.map(
          ({ routes }) => routes.map((route) => route.gateway),
        )
      );
    };
    expect(build("192.0.2.1")).toEqual([["192.0.2.1"], []]);
    expect(build("198.51.100.1")).toEqual([[], ["198.51.100.1"]]);
  });

  test("nobody takes the adapter that another one names, nor one for a slot that is not there", () => {
    const settings = readVsae(
      new Map([
        [`${net}ipv4addresses.1`, "192.0.2.10"],
        [`${net}ipv4netmasks.1`, "255.255.255.0"],
        [`${net}slotnumber.1`, "30"],
        [`${net}ipv4addresses.2`, "198.51.100.10"],
        [`${net}ipv4netmasks.2`, "255.255.255.0"],
        [`${net}slotnumber.2`, "33"],
      ]),
    );
    const build = (slots: ReadonlyMap<string, number>): ReturnType<typeof buildVsaeNetwork> =>
      settings && buildVsaeNetwork(settings, { adapters: ADAPTERS, slots });
    const shown = (built: ReturnType<typeof build>): readonly string[] =>
      (built?.config.interfaces ?? []).map(
        ({ name, addresses }) => `${name} ${addresses[0]?.address}`,
      );
    const known = build(
      new Map([
        ["en0", 33],
        ["en1", 31],
      ]),
    );
    expect(shown(known)).toEqual(["en0 198.51.100.10"]);
    expect(known?.problems.map(({ message }) => message)).toEqual([
      "Cannot use the address of adapter 1: expected an Ethernet adapter for it, but none is in its slot",
    ]);
    const unknown = build(new Map());
    expect(shown(unknown)).toEqual(["en0 192.0.2.10", "en1 198.51.100.10"]);
    expect(unknown?.notes).toHaveLength(2);
  });

  test("two adapters in one slot are a problem, and the first one has it", () => {
    const settings = readVsae(
      new Map([
        [`${net}usedhcpv4.1`, "TRUE"],
        [`${net}slotnumber.1`, "7"],
        [`${net}usedhcpv4.2`, "true"],
        [`${net}slotnumber.2`, "7"],
      ]),
    );
    const built =
      settings && buildVsaeNetwork(settings, { adapters: ADAPTERS, slots: new Map([["en1", 7]]) });
    expect(built?.config.interfaces).toMatchObject([{ name: "en1", dhcp4: true }]);
    expect(built?.problems).toEqual([
      {
        message:
          'Cannot use the address of adapter 2: expected an Ethernet adapter for it, but "en1" is another one\'s',
        source: "ovf-env.xml",
      },
    ]);
  });
});

test("no document and no properties make the parsers throw", async () => {
  const key = fc.oneof(
    fc.constantFrom(
      ..."instance-id hostname user-data network-config seedfrom public-keys ConfigNET.ipaddr ConfigNET.netmask ConfigNET.gateway ConfigNET.pri_dns".split(
        " ",
      ),
      "com.ibm.ovf.vmcontrol.adapter.networking.ipv4addresses.1",
      "com.ibm.ovf.vmcontrol.adapter.networking.slotnumber.1",
      "com.ibm.ovf.vmcontrol.adapter.networking.usedhcpv4.9999",
      "com.ibm.vsae",
    ),
    fc.string({ maxLength: 40 }),
  );
  const value = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom("192.0.2.1", "192.0.2.1/33", "::", "true", "255.255.255.0", "-1", "1e999"),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 20 }), (entries) => {
      const properties = new Map(entries);
      readOvfSettings(properties);
      const settings = readVsae(properties);
      if (settings !== undefined) {
        buildVsaeNetwork(settings, { adapters: ADAPTERS, slots: new Map([["en0", 2]]) });
      }
    }),
  );
  const piece = fc.constantFrom(
    "Environment",
    "PropertySection",
    "Property",
    "ProvisioningSection",
    "Entity",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (names) => {
      const text = `${names.map((name) => `<${name} xmlns:o="${OE}" o:key="k">`).join("")}${[
        ...names,
      ]
        .reverse()
        .map((name) => `</${name}>`)
        .join("")}`;
      const parsed = await parseXml(new TextEncoder().encode(text));
      if ("root" in parsed) {
        parseOvfEnvironment(parsed.root);
      }
    }),
  );
});
