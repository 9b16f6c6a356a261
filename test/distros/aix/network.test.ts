import { describe, expect, test } from "bun:test";
import { createAixNetwork } from "../../../src/distros/aix/network.ts";
import type { NetworkOutcome } from "../../../src/distros/distro.ts";
import { parseEni } from "../../../src/network/parse-eni.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { readTextIfExists } from "../../../src/system/files.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import { createTestLogger } from "../../support/module-context.ts";

const ENI = [
  "auto eth0",
  "iface eth0 inet static",
  " hwaddress ether fa:16:3e:00:00:01",
  " address 192.0.2.10",
  " netmask 255.255.255.0",
  " gateway 192.0.2.1",
  " dns-nameservers 192.0.2.53",
  " dns-search example.com",
  "",
].join("\n");

const TWO_NICS = [
  { name: "ent0", mac: "fa:16:3e:00:00:01" },
  { name: "ent1", mac: "fa:16:3e:00:00:02" },
];

/** As captured: en1 has nothing but an fe80:: address. */
const RMC_ON_EN1 = {
  adapters: TWO_NICS,
  firstBoot: "captured",
  faults: { linkLocalOnly: true },
} as const;

/** Applies interfaces text as a stage of its own does: nothing is remembered from before. */
async function apply(
  aix: SimulatedAix,
  eni: string,
): Promise<
  NetworkOutcome & { readonly changes: readonly string[]; readonly log: readonly string[] }
> {
  const { config, problems } = parseEni(eni, "content/0000");
  expect(problems).toEqual([]);
  const log: string[] = [];
  const from = aix.changes.length;
  const network = createAixNetwork({ sys: aix.system, log: createTestLogger(log), systemInfo: {} });
  const outcome = await network.ensure(config);
  const changes = aix.changes
    .slice(from)
    .map((change) =>
      change.kind === "command"
        ? change.argv.join(" ")
        : `${change.kind} ${"path" in change ? change.path : ""}`,
    );
  return { ...outcome, changes, log };
}

/** A second time: nothing is to do, and nothing is done. */
async function expectSettled(aix: SimulatedAix, eni: string): Promise<void> {
  expect(await apply(aix, eni)).toMatchObject({ changed: false, changes: [] });
  expect(aix.gaps).toEqual([]);
}

function storedValues(aix: SimulatedAix, device: string, attribute: string): readonly string[] {
  return aix.machine.attributes
    .filter((row) => row.device === device && row.attribute === attribute)
    .map(({ value }) => value);
}

function kernelDefaults(aix: SimulatedAix): readonly string[] {
  return aix.machine.routes
    .filter(({ prefixLength }) => prefixLength === 0)
    .map(({ gateway }) => gateway);
}

describe("one static interface", () => {
  test("takes two commands that change something, and eight in all", async () => {
    const aix = bootSimulatedAix();
    const outcome = await apply(aix, ENI);
    expect(outcome.problems).toEqual([]);
    expect(outcome.changed).toBe(true);
    expect(outcome.changes).toEqual([
      "/usr/sbin/chdev -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up",
      "/usr/sbin/chdev -l inet0 -a route=net,-hopcount,0,,0,192.0.2.1",
      "write /etc/resolv.conf.cloud-init.orig",
      "write /etc/resolv.conf",
    ]);
    expect(aix.commands).toHaveLength(8);
    expect(kernelDefaults(aix)).toEqual(["192.0.2.1"]);
    expect(readTextIfExists(aix.system.fs, "/etc/resolv.conf")).toBe(
      "nameserver 192.0.2.53\nsearch example.com\n",
    );
    await expectSettled(aix, ENI);
  });

  test.each([
    ["another mask", "192.0.2/24 ", "192.0.2/25 "],
    ["no network of its own", "192.0.2/24 ", "198.51.100/24 "],
    ["a network that is not up", / U {2}/gu, " -  "],
  ])("that the routes show with %s is asked for", async (_, from, to) => {
    const aix = bootSimulatedAix();
    const { query } = aix.system.exec;
    const system = {
      ...aix.system,
      exec: {
        ...aix.system.exec,
        query: async (...args: Parameters<typeof query>) => {
          const result = await query(...args);
          return { ...result, stdout: result.stdout.replaceAll(from, to) };
        },
      },
    };
    const { config } = parseEni(ENI, "content/0000");
    const network = createAixNetwork({ sys: system, log: createTestLogger([]), systemInfo: {} });
    expect((await network.ensure(config)).problems).toEqual([]);
    expect(aix.commands.map((argv) => argv.join(" "))).toContain("/usr/sbin/ifconfig en0");
  });

  test("that was attached before is asked for, since its routes can be older than its state", async () => {
    const aix = bootSimulatedAix();
    await apply(aix, ENI);
    aix.commands.length = 0;
    const outcome = await apply(aix, ENI.replaceAll("192.0.2.", "198.51.100."));
    expect(outcome.problems).toEqual([]);
    expect(aix.commands.map((argv) => argv.join(" "))).toContain("/usr/sbin/ifconfig en0");
  });

  test("that does not come up is a problem, although its route is accepted", async () => {
    const aix = bootSimulatedAix();
    const { run } = aix.system.exec;
    const system = {
      ...aix.system,
      exec: {
        ...aix.system.exec,
        run: async (...args: Parameters<typeof run>) => {
          const result = await run(...args);
          for (const each of args[0].includes("en0") ? aix.machine.interfaces : []) {
            each.isUp = each.name !== "en0";
          }
          return result;
        },
      },
    };
    const { config } = parseEni(ENI, "content/0000");
    const network = createAixNetwork({ sys: system, log: createTestLogger([]), systemInfo: {} });
    const { problems } = await network.ensure(config);
    expect(problems.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(
        /^Cannot configure en0: Command "\S+chdev -l en0 .* did not do its work: en0 is not up: check the adapter/u,
      ),
    );
  });

  test("survives a reboot without anything to do", async () => {
    const aix = bootSimulatedAix();
    await apply(aix, ENI);
    aix.reboot();
    await expectSettled(aix, ENI);
  });

  test("a deploy with a new address replaces address, route and name servers", async () => {
    const aix = bootSimulatedAix();
    await apply(aix, ENI);
    const moved = ENI.replaceAll("192.0.2.", "198.51.100.");
    const outcome = await apply(aix, moved);
    expect(outcome.problems).toEqual([]);
    expect(storedValues(aix, "en0", "netaddr")).toEqual(["198.51.100.10"]);
    expect(storedValues(aix, "inet0", "route")).toEqual(["net,-hopcount,0,,0,198.51.100.1"]);
    expect(kernelDefaults(aix)).toEqual(["198.51.100.1"]);
    await expectSettled(aix, moved);
  });

  test("a locked device database is waited for", async () => {
    const aix = bootSimulatedAix({ faults: { odmLockCalls: 5 } });
    const outcome = await apply(aix, ENI);
    expect(outcome.problems).toEqual([]);
    expect(storedValues(aix, "en0", "netaddr")).toEqual(["192.0.2.10"]);
    await expectSettled(aix, ENI);
  });

  test("an interface that somebody took down comes up again", async () => {
    const aix = bootSimulatedAix();
    await apply(aix, ENI);
    await aix.system.exec.run(["/usr/sbin/ifconfig", "en0", "down"]);
    const outcome = await apply(aix, ENI);
    expect(outcome.problems).toEqual([]);
    expect(outcome.changes).toEqual([
      "/usr/sbin/chdev -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up",
    ]);
    await expectSettled(aix, ENI);
  });
});

describe("a plan", () => {
  test("lists what the run does, and touches nothing", async () => {
    const seed = { firstBoot: "captured", faults: { twoDefaultRoutes: true } } as const;
    const planned = bootSimulatedAix(seed);
    const { config } = parseEni(ENI.replaceAll("192.0.2.", "203.0.113."), "content/0000");
    const plan = planSystem(planned.system);
    const ctx = { sys: plan.system, log: createTestLogger([]), systemInfo: {} };
    expect(await createAixNetwork(ctx).ensure(config)).toEqual({ changed: true, problems: [] });
    expect(planned.changes).toEqual([]);
    const real = bootSimulatedAix(seed);
    await createAixNetwork({ ...ctx, sys: real.system }).ensure(config);
    expect(plan.changes).toEqual(real.changes);
  });
});

describe("what was captured with the image", () => {
  for (const routeForm of ["plain", "static", "padded"] as const) {
    for (const hasTwo of [false, true]) {
      test(`${hasTwo ? "two default routes" : "a default route"} in ${routeForm} form: gone`, async () => {
        const aix = bootSimulatedAix({
          firstBoot: "captured",
          faults: { routeForm, twoDefaultRoutes: hasTwo, addressChangeDropsRoutes: hasTwo },
        });
        const stale = storedValues(aix, "inet0", "route");
        expect(stale.length).toBeGreaterThanOrEqual(hasTwo ? 2 : 1);
        const eni = ENI.replaceAll("192.0.2.", "203.0.113.");
        const outcome = await apply(aix, eni);
        expect(outcome.problems).toEqual([]);
        for (const value of stale) {
          expect(outcome.changes).toContain(`/usr/sbin/chdev -l inet0 -a delroute=${value}`);
        }
        expect(storedValues(aix, "inet0", "route")).toEqual(["net,-hopcount,0,,0,203.0.113.1"]);
        expect(kernelDefaults(aix)).toEqual(["203.0.113.1"]);
        await expectSettled(aix, eni);
      });
    }
  }

  test("a wanted route that a changed address took away is put back", async () => {
    const aix = bootSimulatedAix({ faults: { addressChangeDropsRoutes: true } });
    await apply(aix, ENI);
    const moved = ENI.replace("192.0.2.10", "192.0.2.11");
    const outcome = await apply(aix, moved);
    expect(outcome.problems).toEqual([]);
    expect(outcome.changes).toContain("/usr/sbin/route add default 192.0.2.1");
    expect(kernelDefaults(aix)).toEqual(["192.0.2.1"]);
    expect(storedValues(aix, "inet0", "route")).toHaveLength(1);
    await expectSettled(aix, moved);
  });

  test("resolv.conf is kept once as a copy", async () => {
    const aix = bootSimulatedAix({ files: { "/etc/resolv.conf": "nameserver 203.0.113.53\n" } });
    await apply(aix, ENI);
    await apply(aix, ENI.replace("dns-nameservers 192.0.2.53", "dns-nameservers 192.0.2.54"));
    expect(readTextIfExists(aix.system.fs, "/etc/resolv.conf.cloud-init.orig")).toBe(
      "nameserver 203.0.113.53\n",
    );
    expect(readTextIfExists(aix.system.fs, "/etc/resolv.conf")).toContain("192.0.2.54");
  });
});

describe("several interfaces", () => {
  const second = [
    "iface eth1 inet static",
    " address 198.51.100.20",
    " netmask 255.255.255.192",
    " gateway 198.51.100.1",
    "",
  ].join("\n");

  test("the gateway of en0 is the default route, wherever it stands", async () => {
    const aix = bootSimulatedAix({ adapters: TWO_NICS });
    const eni = second + ENI;
    const outcome = await apply(aix, eni);
    expect(outcome.problems).toEqual([]);
    expect(kernelDefaults(aix)).toEqual(["192.0.2.1"]);
    expect(storedValues(aix, "en1", "netmask")).toEqual(["255.255.255.192"]);
    await expectSettled(aix, eni);
  });

  test("a gateway on the second interface only is used too", async () => {
    const aix = bootSimulatedAix({ adapters: TWO_NICS });
    const eni = ENI.replace(" gateway 192.0.2.1\n", "") + second;
    const outcome = await apply(aix, eni);
    expect(outcome.problems).toEqual([]);
    expect(kernelDefaults(aix)).toEqual(["198.51.100.1"]);
    await expectSettled(aix, eni);
  });

  test("adapters are found by their addresses, not by the numbers in the text", async () => {
    const aix = bootSimulatedAix({
      adapters: [
        { name: "ent0", mac: "fa:16:3e:00:00:02" },
        { name: "ent1", mac: "fa:16:3e:00:00:01" },
      ],
    });
    const outcome = await apply(aix, ENI);
    expect(outcome.problems).toEqual([]);
    expect(storedValues(aix, "en1", "netaddr")).toEqual(["192.0.2.10"]);
    expect(storedValues(aix, "en0", "netaddr")).toEqual([]);
  });

  test("one that fails does not stop the next", async () => {
    const aix = bootSimulatedAix({
      adapters: TWO_NICS,
      faults: { refusedAddresses: ["192.0.2.10"] },
    });
    const outcome = await apply(aix, ENI + second);
    expect(outcome.problems.some(({ message }) => message.includes("Cannot configure en0"))).toBe(
      true,
    );
    expect(storedValues(aix, "en1", "netaddr")).toEqual(["198.51.100.20"]);
  });

  test("one of whose commands fails is looked at all the same: what it lacks is told, too", async () => {
    const aix = bootSimulatedAix({ faults: { refusedAddresses: ["192.0.2.10"] } });
    const alias = "iface eth0 inet static\n address 192.0.2.60\n netmask 255.255.255.0\n";
    const { problems } = await apply(aix, ENI + alias);
    const texts = problems.map(({ message }) => message);
    expect(texts.filter((text) => text.startsWith("Cannot configure en0"))).toEqual([
      expect.stringContaining("-a netaddr=192.0.2.10"),
      expect.stringMatching(/alias4=192\.0\.2\.60.* did not do its work: en0 is .*192\.0\.2\.10/u),
    ]);
  });

  test("further addresses, static routes and an MTU", async () => {
    const aix = bootSimulatedAix();
    const eni = [
      ENI.trimEnd(),
      " mtu 9000",
      " post-up route add -net 198.51.100.0 netmask 255.255.255.0 gw 192.0.2.254",
      " post-up route add -host 203.0.113.7 gw 192.0.2.254",
      "iface eth0:1 inet static",
      " address 192.0.2.11/24",
      "iface eth0:2 inet static",
      " address 192.0.2.12/24",
      "",
    ].join("\n");
    const outcome = await apply(aix, eni);
    expect(outcome.problems).toEqual([]);
    expect(outcome.changes.filter((change) => change.includes("chdev"))).toEqual([
      "/usr/sbin/chdev -l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up",
      "/usr/sbin/chdev -l en0 -a alias4=192.0.2.11,255.255.255.0",
      "/usr/sbin/chdev -l en0 -a alias4=192.0.2.12,255.255.255.0",
      "/usr/sbin/chdev -l en0 -a mtu=9000",
      "/usr/sbin/chdev -l inet0 -a route=net,-hopcount,0,,0,192.0.2.1",
      "/usr/sbin/chdev -l inet0 -a route=net,-hopcount,0,-netmask,255.255.255.0,,,,,198.51.100.0,192.0.2.254",
      "/usr/sbin/chdev -l inet0 -a route=host,-hopcount,0,,,,,,203.0.113.7,192.0.2.254",
    ]);
    await expectSettled(aix, eni);
    aix.reboot();
    await expectSettled(aix, eni);
    await apply(aix, ENI);
    expect(storedValues(aix, "en0", "alias4")).toEqual([]);
  });

  test("both families on one interface", async () => {
    const aix = bootSimulatedAix();
    const eni = `${ENI}iface eth0 inet6 static\n address 2001:db8::10\n netmask 64\n gateway 2001:db8::1\n`;
    const outcome = await apply(aix, eni);
    expect(outcome.problems).toEqual([]);
    expect(storedValues(aix, "en0", "netaddr6")).toEqual(["2001:db8::10"]);
    expect(storedValues(aix, "en0", "netaddr")).toEqual(["192.0.2.10"]);
    expect(storedValues(aix, "inet0", "rout6")).toEqual(["net,-hopcount,0,,,::,2001:db8::1"]);
    expect([...kernelDefaults(aix)].sort()).toEqual(["192.0.2.1", "2001:db8::1"]);
    await expectSettled(aix, eni);
  });
});

describe("what is not touched", () => {
  test("an interface that is not described, with its link-local address for RMC", async () => {
    const aix = bootSimulatedAix(RMC_ON_EN1);
    const before = structuredClone(aix.machine.interfaces.find(({ name }) => name === "en1"));
    expect(before?.addresses[0]?.address).toStartWith("fe80::");
    const outcome = await apply(aix, ENI);
    expect(outcome.problems).toEqual([]);
    expect(outcome.changes.filter((change) => change.includes("en1"))).toEqual([]);
    expect(aix.machine.interfaces.find(({ name }) => name === "en1")).toEqual(before as never);
  });

  test("a guess never takes the adapter with the link-local address", async () => {
    const aix = bootSimulatedAix(RMC_ON_EN1);
    const eni =
      "iface eth7 inet static\n address 192.0.2.10/24\niface eth8 inet static\n address 198.51.100.10/24\n";
    const { problems } = await apply(aix, eni);
    expect(problems.map(({ message }) => message)).toEqual([
      'Interface "eth7" has no adapter of its name: en0 (fa:16:3e:00:00:01), the next free one, is used',
      expect.stringContaining('Cannot find an adapter for "eth8"'),
    ]);
    expect(storedValues(aix, "en0", "netaddr")).toEqual(["192.0.2.10"]);
  });

  test("routes, where no gateway is given", async () => {
    const aix = bootSimulatedAix({ firstBoot: "captured" });
    const before = storedValues(aix, "inet0", "route");
    await apply(aix, ENI.replace(" gateway 192.0.2.1\n", ""));
    expect(storedValues(aix, "inet0", "route")).toEqual(before as string[]);
  });
});

describe("problems", () => {
  test("a hardware address that is not there shows both, and the name decides", async () => {
    const aix = bootSimulatedAix();
    const { problems } = await apply(aix, ENI.replace("00:00:01", "00:00:99"));
    expect(problems).toEqual([
      {
        message:
          'No adapter has the hardware address fa:16:3e:00:00:99 of "eth0": en0 with fa:16:3e:00:00:01 is used, by its name',
        line: 2,
        severity: "warning",
      },
    ]);
    expect(storedValues(aix, "en0", "netaddr")).toEqual(["192.0.2.10"]);
  });

  test("a kernel that refuses a route does not count as done", async () => {
    const aix = bootSimulatedAix({ adapters: TWO_NICS });
    // The gateway's own network never comes up.
    aix.machine.faults.refusedAddresses = ["192.0.2.10"];
    const { problems } = await apply(aix, ENI);
    expect(problems.some(({ message }) => message.includes("Cannot configure inet0"))).toBe(true);
  });
});

test("a route that chdev refuses and route adds is stored for the boots to come", async () => {
  const aix = bootSimulatedAix();
  const { run } = aix.system.exec;
  const exec: typeof aix.system.exec = {
    ...aix.system.exec,
    async run(argv, options) {
      const isRefused = argv.includes("inet0") && !argv.includes("-P");
      aix.machine.faults.refusedDevices = isRefused ? ["inet0"] : [];
      return run(argv, options);
    },
  };
  const { config } = parseEni(ENI, "content/0000");
  const sys = { ...aix.system, exec };
  const network = createAixNetwork({ sys, log: createTestLogger([]), systemInfo: {} });
  await network.ensure(config);
  expect(kernelDefaults(aix)).toEqual(["192.0.2.1"]);
  expect(storedValues(aix, "inet0", "route")).toEqual(["net,-hopcount,0,,0,192.0.2.1"]);
});

describe("reading", () => {
  test("adapters have names and hardware addresses", async () => {
    const aix = bootSimulatedAix({ adapters: TWO_NICS });
    const network = createAixNetwork({
      sys: aix.system,
      log: createTestLogger([]),
      systemInfo: {},
    });
    expect(await network.adapters()).toMatchObject([
      { name: "en0", macAddress: "fa:16:3e:00:00:01" },
      { name: "en1", macAddress: "fa:16:3e:00:00:02" },
    ]);
    await network.adapters();
    expect(aix.commands).toHaveLength(2);
  });

  test("devices and routes for the tables", async () => {
    const aix = bootSimulatedAix();
    await apply(aix, ENI);
    const network = createAixNetwork({
      sys: aix.system,
      log: createTestLogger([]),
      systemInfo: {},
    });
    const state = await network.read();
    expect(state.devices).toContainEqual({
      name: "en0",
      isUp: true,
      address: "192.0.2.10",
      mask: "255.255.255.0",
      macAddress: "fa:16:3e:00:00:01",
    });
    expect(state.routes[0]).toMatchObject({
      destination: "0.0.0.0",
      gateway: "192.0.2.1",
      mask: "0.0.0.0",
      device: "en0",
    });
  });
});

describe("a default route that something else keeps giving", () => {
  const dhcp4 = { address: "10.0.0.9", prefixLength: 24, router: "10.0.0.1" };
  const boot = (): SimulatedAix =>
    bootSimulatedAix({
      firstBoot: "captured",
      adapters: TWO_NICS.map((adapter, index) =>
        Object.assign({}, adapter, index === 0 ? { link: { dhcp4 } } : {}),
      ),
    });
  const STATIC_ON_EN1 = ENI.replaceAll("eth0", "eth1").replace(":00:01", ":00:02");
  const DHCP_ON_EN0 = "iface eth0 inet dhcp\n hwaddress ether fa:16:3e:00:00:01\n";

  test("stays and is told of, where its interface is configured without addresses", async () => {
    const aix = boot();
    await apply(aix, DHCP_ON_EN0);
    await aix.system.clock.sleep(10_000);
    const bare = "iface eth0 inet manual\n hwaddress ether fa:16:3e:00:00:01\n mtu 1400\n";
    for (const _ of ["once", "twice"]) {
      const { changes, problems } = await apply(aix, `${STATIC_ON_EN1}${bare}`);
      expect(changes.filter((line) => line.includes("route delete"))).toEqual([]);
      expect(problems.map(({ severity }) => severity)).toEqual(["warning"]);
      expect(problems[0]?.message).toStartWith(
        "The default route by router 10.0.0.1 stays beside the one by 192.0.2.1: en0",
      );
    }
  });
});
