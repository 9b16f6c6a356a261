import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { DatasourceAnswer } from "../../src/datasources/datasource.ts";
import { openNebula } from "../../src/datasources/open-nebula.ts";
import { buildOpenNebulaNetwork } from "../../src/datasources/open-nebula/network.ts";
import type { AdapterInfo } from "../../src/distros/distro.ts";
import {
  instanceFromJson,
  instanceToJson,
  isSafeInstanceId,
} from "../../src/instance/instance-json.ts";
import { createLinuxStorage } from "../../src/distros/linux/storage.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { errorMessage } from "../../src/text/error-message.ts";
import { buildIso } from "../support/build-iso.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { createDatasourceDistro, createTestPaths } from "../support/datasource-contract.ts";
import { createRecordingLog, type RecordingLog } from "../support/recording-log.ts";

const SEED = "/opt/freeware/var/lib/cloud/seed/opennebula/context.sh";
const ADAPTERS: readonly AdapterInfo[] = [
  { name: "en0", macAddress: "02:00:c0:00:02:0a" },
  { name: "en1", macAddress: "02:00:c0:00:02:0b" },
];

type Answer = DatasourceAnswer | { readonly error: string };

async function find(
  files: Readonly<Record<string, string | Uint8Array>>,
  config: Readonly<Record<string, unknown>> = {},
): Promise<{
  readonly answer: Answer;
  readonly log: RecordingLog;
  readonly commands: readonly (readonly string[])[];
  readonly changeCount: number;
}> {
  const drives = Object.keys(files)
    .filter((path) => path.startsWith("/dev/cd"))
    .map((path) => `${path.slice(5)}:Available\n`);
  // Whatever else was run would throw.
  const scripted = createScriptedSystem({
    platform: "aix",
    files,
    commands: { "/usr/sbin/lsdev": drives.join("") },
  });
  const { system: sys, commands, changes } = scripted;
  const log = createRecordingLog();
  const answer = await openNebula
    .find({
      sys,
      distro: createDatasourceDistro({ sys, log, systemInfo: {} }, ADAPTERS),
      paths: createTestPaths(),
      config,
      log,
    })
    .catch((error: unknown) => ({ error: errorMessage(error) }));
  return { answer, log, commands, changeCount: changes.length };
}

function disc(context: string, label = ""): Uint8Array {
  return buildIso({ files: { "context.sh": context }, label });
}

function hostnameOf(answer: Answer): string | undefined {
  return "found" in answer && answer.found ? answer.instance.localHostname : undefined;
}

describe("OpenNebula", () => {
  test("takes the seed directory, then a disc labelled CONTEXT, then CDROM, then any", async () => {
    const discs = {
      "/dev/cd0": disc("HOSTNAME=any"),
      "/dev/cd1": disc("HOSTNAME=cdrom", "cdrom"),
      "/dev/cd2": disc("HOSTNAME=context", "CONTEXT"),
    };
    const { "/dev/cd2": _context, ...others } = discs;
    const { "/dev/cd1": _cdrom, ...anyDisc } = others;
    expect(hostnameOf((await find({ ...discs, [SEED]: "HOSTNAME=seed" })).answer)).toBe("seed");
    expect(hostnameOf((await find(discs)).answer)).toBe("context");
    expect(hostnameOf((await find(others)).answer)).toBe("cdrom");
    expect(hostnameOf((await find(anyDisc)).answer)).toBe("any");
  });

  test("warns of a context that cannot be used, and takes the next", async () => {
    const { answer, log } = await find({
      "/dev/cd0": disc("HOSTNAME=$(id)", "CONTEXT"),
      "/dev/cd1": disc("HOSTNAME=second"),
    });
    expect(hostnameOf(answer)).toBe("second");
    expect(log.warnings()).toEqual([
      "cd0: Error processing context.sh: line 1: expected a constant, found a command substitution",
    ]);
  });

  test.each([
    ["SET_HOSTNAME=a\nHOSTNAME=b", "a"],
    ["SET_HOSTNAME=\nHOSTNAME=b", "b"],
    ["HOSTNAME=''\nPUBLIC_IP=192.0.2.1\nETH0_IP=192.0.2.2", "192.0.2.1"],
    ["IP_PUBLIC=192.0.2.3\nETH0_IP=192.0.2.2", "192.0.2.3"],
    ["ETH0_IP=192.0.2.2", "192.0.2.2"],
    ["HOSTNAME='\"quoted\"'", "quoted"],
    ["HOSTNAME='\"\"'", undefined],
    ["hostname=lower", undefined],
  ])("of %j is named %p", async (context, hostname) => {
    expect(hostnameOf((await find({ [SEED]: context })).answer)).toBe(hostname);
  });

  test.each([
    ["DSMODE=local", undefined, "local"],
    ["DSMODE=LOCAL", undefined, "local"],
    ["A=1", "local", "local"],
    ["A=1", undefined, "net"],
    ["DSMODE=net", "local", "net"],
    ["DSMODE=never", "local", "local"],
  ])("with %j and dsmode %p in the configuration is %s", async (context, dsmode, expected) => {
    const { answer } = await find({ [SEED]: context }, { dsmode });
    expect(answer).toMatchObject({ found: true, instance: { dsmode: expected } });
  });

  test("whose VMID is asked for is another instance than the next machine", async () => {
    const idOf = async (context: string, id_from_vmid: unknown): Promise<unknown> => {
      const { answer } = await find({ [SEED]: context }, { id_from_vmid });
      return "found" in answer && answer.found ? answer.instance.id : answer;
    };
    expect(await idOf("VMID=42", undefined)).toBe("iid-dsopennebula");
    expect(await idOf("VMID=42", true)).toBe("42");
    expect(await idOf("VMID=' '", true)).toBe("iid-dsopennebula");
    expect(await idOf("VMID=..", "yes")).toBe("iid-dsopennebula");
  });

  test("of any context runs nothing, changes nothing and gives what can be kept", async () => {
    const names = fc.constantFrom(
      ..."HOSTNAME SET_HOSTNAME SSH_KEY USER_DATA USERDATA_ENCODING DSMODE VMID".split(" "),
      ..."ETH0_IP ETH0_MAC ETH0_MASK ETH0_GATEWAY ETH0_ROUTES ETH0_MTU ETH1_IP6 DNS".split(" "),
    );
    const value = fc.oneof(
      fc.constantFrom("", "local", "base64", "192.0.2.9", "2001:db8::9", "'", "..", "\u001b[0m"),
      fc.constantFrom("02:00:c0:00:02:0a", "/", "$(touch /tmp/x)", "`reboot`", "x; reboot"),
      fc.constantFrom("198.51.100.0/24 via 192.0.2.1, x", "255.255.0.0", "1500"),
      fc.string(),
    );
    const quoted = value.map((text) => `'${text.replaceAll("'", "'\\''")}'`);
    const line = fc.oneof(
      { weight: 8, arbitrary: fc.tuple(names, quoted).map(([name, text]) => `${name}=${text}\n`) },
      { weight: 1, arbitrary: fc.tuple(names, value).map(([name, text]) => `${name}=${text}\n`) },
      { weight: 1, arbitrary: fc.constantFrom("reboot\n", ". /x\n", "A=1 id\n", "rm -rf / &\n") },
    );
    let foundCount = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.array(line, { maxLength: 8 }).map((lines) => new TextEncoder().encode(lines.join(""))),
          fc.uint8Array(),
        ),
        async (context) => {
          const { answer, commands, changeCount } = await find(
            { [SEED]: context },
            { id_from_vmid: true },
          );
          expect(commands.every(([program]) => program === "/usr/sbin/lsdev")).toBeTrue();
          expect(changeCount).toBe(0);
          if (!("found" in answer) || !answer.found) {
            return;
          }
          foundCount += 1;
          const { instance } = answer;
          const { userData: _, ...kept } = instance;
          expect(isSafeInstanceId(instance.id)).toBeTrue();
          expect(instanceFromJson(instanceToJson(instance))).toEqual(kept);
          for (const key of instance.publicKeys) {
            expect(key.replaceAll("\t", "")).not.toMatch(/\p{Cc}/u);
          }
        },
      ),
      { numRuns: 800 },
    );
    expect(foundCount).toBeGreaterThan(50);
  });
});

test.each([
  ["EFI", "/dev/sda1", false],
  ["CONTEXT", "/dev/sda1", true],
  ["EFI", "/dev/sr0", true],
])("on Linux a FAT disc labelled %s at %s: %p", async (label, device, isFound) => {
  const files = { "context.sh": "SSH_KEY='ssh-ed25519 AAAA ops@example.com'\n" };
  const { system: sys } = createScriptedSystem({
    files: { [device]: buildVfat({ label, files }) },
  });
  const log = createRecordingLog();
  const storage = createLinuxStorage({ sys, log, systemInfo: {} });
  const distro = createDatasourceDistro({ sys, log, systemInfo: {} }, ADAPTERS, storage);
  const answer = await openNebula.find({
    sys,
    distro: { ...distro, family: "debian" },
    paths: createTestPaths(),
    config: {},
    log,
  });
  expect(answer.found).toBe(isFound);
});

describe("the network of a context", () => {
  const build = (
    variables: Readonly<Record<string, string>>,
    adapters = ADAPTERS,
  ): ReturnType<typeof buildOpenNebulaNetwork> =>
    buildOpenNebulaNetwork(new Map(Object.entries(variables)), adapters);
  const addressesOf = (built: ReturnType<typeof build>): readonly string[] =>
    built.config.interfaces.map(
      ({ name, addresses }) =>
        `${name} ${addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(" ")}`,
    );

  test("finds adapters by hardware address, in whatever order", () => {
    const built = build({
      ETH0_IP: "192.0.2.21",
      ETH0_MAC: "02:00:C0:00:02:0B",
      ETH1_IP: "192.0.2.20",
      ETH1_MAC: "02:00:c0:00:02:0a",
    });
    expect(addressesOf(built)).toEqual(["en1 192.0.2.21/24", "en0 192.0.2.20/24"]);
    expect(built.problems).toEqual([]);
  });

  test("finds them by name or number where the context has no hardware address", () => {
    expect(addressesOf(build({ ETH1_IP: "192.0.2.21" }))).toEqual(["en1 192.0.2.21/24"]);
    const linux = [{ name: "eth1" }, { name: "eth0" }];
    expect(addressesOf(build({ ETH0_IP: "192.0.2.20" }, linux))).toEqual(["eth0 192.0.2.20/24"]);
  });

  test("leaves the adapter of one card to it, and an adapter that is not described alone", () => {
    const built = build({ ETH0_IP: "192.0.2.1", ETH1_IP: "192.0.2.20", ETH1_MAC: "0200c000020a" });
    expect(addressesOf(built)).toEqual(["en0 192.0.2.20/24"]);
    expect(built.problems.map(({ message }) => message)).toEqual([
      "Cannot use the settings of ETH0: expected adapter number 0 of this machine, but there is none that is free",
    ]);
  });

  test("makes an address of the hardware address where the context has none", () => {
    const both = build({ ETH0_NETWORK: "x", ETH1_IP: "", ETH1_IP6: "2001:db8::1" });
    expect(addressesOf(both)).toEqual(["en0 192.0.2.10/24", "en1 192.0.2.11/24 2001:db8::1/64"]);
    const alone = build({ ETH0_IP6: "2001:db8::1", ETH1_IP6_ULA: "fd00::1" });
    expect(addressesOf(alone)).toEqual(["en0 2001:db8::1/64", "en1 fd00::1/64"]);
    const foreign = [{ name: "en0", macAddress: "fa:16:3e:12:34:56" }];
    expect(build({ ETH0_IP: "" }, foreign).config.interfaces).toEqual([]);
    const odd = [{ name: "en0", macAddress: "02:00:00:00:00:01" }];
    expect(build({ ETH0_IP: "" }, odd).config.interfaces).toEqual([]);
  });

  test("has older names of the IPv6 gateway, and the newer one first", () => {
    const gatewayOf = (variables: Readonly<Record<string, string>>): string | undefined =>
      build({ ETH0_IP6: "2001:db8::9", ...variables }).config.interfaces[0]?.routes[0]?.gateway;
    expect(gatewayOf({ ETH0_GATEWAY6: "2001:db8::2" })).toBe("2001:db8::2");
    expect(gatewayOf({ ETH0_GATEWAY6: "2001:db8::2", ETH0_IP6_GATEWAY: "2001:db8::1" })).toBe(
      "2001:db8::1",
    );
  });

  test("takes routes to networks and hosts, and says which one it cannot use", () => {
    const { config, problems } = build({
      ETH0_IP: "192.0.2.9",
      ETH0_ROUTES:
        "198.51.100.0/255.255.255.0 via 192.0.2.1, 203.0.113.7 via 192.0.2.2, x via y,, 2001:db8::/32 via 192.0.2.1",
    });
    expect(
      config.interfaces[0]?.routes.map((route) => `${route.destination}/${route.prefixLength}`),
    ).toEqual(["198.51.100.0/24", "203.0.113.7/32"]);
    expect(problems).toHaveLength(2);
    expect(problems[0]?.message).toContain("which route 3 is not");
  });

  test("of any variables bears being built", () => {
    const key = fc.constantFrom(
      ..."IP MAC MASK GATEWAY GATEWAY6 IP6 IP6_ULA IP6_PREFIX_LENGTH MTU DNS ROUTES SEARCH_DOMAIN".split(
        " ",
      ),
    );
    const name = fc.tuple(fc.constantFrom("0", "1", "00", "7"), key);
    const value = fc.oneof(
      fc.constantFrom("192.0.2.9", "2001:db8::9", "02:00:c0:00:02:0b", "64", "-1", "99999", ""),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (given) => {
        const variables = new Map(
          given.map(([[index, of], text]) => [`ETH${index}_${of}`, text] as const),
        );
        const { config, problems } = buildOpenNebulaNetwork(variables, ADAPTERS);
        expect(new Set(config.interfaces.map((link) => link.name)).size).toBe(
          config.interfaces.length,
        );
        for (const link of config.interfaces) {
          // One that another interface has already is left out, and that is told.
          const isTold = problems.some(({ message }) =>
            message.includes(`of ${link.name} is left out: `),
          );
          expect(link.addresses.length > 0 || isTold).toBe(true);
        }
      }),
      {
        numRuns: 500,
        examples: [
          [
            [
              [["0", "IP6_ULA"], "2001:db8::9"],
              [["1", "IP6_ULA"], "2001:db8::9"],
            ],
          ],
        ],
      },
    );
  });
});
