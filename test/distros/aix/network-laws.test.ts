// Whatever a configuration says: nothing is thrown, a plan lists what the run does, and a second
// application changes nothing. On machines of many kinds, with everything that AIX leaves open.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { createAixNetwork } from "../../../src/distros/aix/network.ts";
import type {
  AddressConfig,
  InterfaceConfig,
  NetworkConfig,
  RouteConfig,
} from "../../../src/network/network-config.ts";
import { settleNetwork } from "../../../src/simulator/aix/network-services.ts";
import type { SeedFaults } from "../../../src/simulator/aix/seed.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { planSystem } from "../../../src/system/planned-system.ts";
import { formatChange } from "../../support/machine-state.ts";
import { createTestLogger } from "../../support/module-context.ts";

/** Of each law; a thousand found nothing more when this was written. */
const RUNS = 60;

const MACS = ["fa:16:3e:00:00:01", "fa:16:3e:00:00:02", "fa:16:3e:00:00:03"];

const address4 = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 10, max: 99 }))
  .map(([net, host]): AddressConfig => {
    const network = ["192.0.2", "198.51.100", "203.0.113"][net] ?? "192.0.2";
    return { family: 4, address: `${network}.${host}`, prefixLength: 24 };
  });

const address6 = fc
  .tuple(fc.constantFrom("2001:db8::", "2001:db8:5::", "fe80::"), fc.integer({ min: 16, max: 99 }))
  .map(([network, host]): AddressConfig => {
    return { family: 6, address: `${network}${host}`, prefixLength: 64 };
  });

/** Routes by a gateway in one of the interface's networks. */
function routesFor(addresses: readonly AddressConfig[]): fc.Arbitrary<readonly RouteConfig[]> {
  const gateways = addresses.map(({ family, address }): RouteConfig => {
    const gateway = family === 4 ? address.replace(/\d+$/u, "1") : address.replace(/\d+$/u, "1");
    const destination = family === 4 ? "0.0.0.0" : "::";
    return { family, destination, prefixLength: 0, gateway };
  });
  const networks = gateways.map((route): RouteConfig => {
    return route.family === 4
      ? { ...route, destination: "10.1.0.0", prefixLength: 16 }
      : { ...route, destination: "2001:db8:77::", prefixLength: 48 };
  });
  return fc.subarray([...gateways, ...networks]);
}

const settings = fc
  .record({
    own4: fc.uniqueArray(address4, { maxLength: 2, selector: ({ address }) => address }),
    own6: fc.uniqueArray(address6, { maxLength: 2, selector: ({ address }) => address }),
    dhcp4: fc.boolean(),
    dhcp6: fc.constantFrom("no", "no", "stateful", "stateless"),
    slaac: fc.boolean(),
    mtuBytes: fc.option(fc.constantFrom(1400, 1500, 9000), { nil: undefined }),
  })
  .chain(({ own4, own6, mtuBytes, ...rest }) => {
    const addresses = [...own4, ...own6];
    const mtu = mtuBytes === undefined ? {} : { mtuBytes };
    return routesFor(addresses).map((routes) => Object.assign({ addresses, routes }, rest, mtu));
  });

/** One to three NICs, or some of them in an EtherChannel, perhaps with a VLAN. No address twice. */
const network = fc
  .record({
    all: fc.array(settings, { minLength: 3, maxLength: 3 }),
    kind: fc.constantFrom("nics", "nics", "bond", "vlan"),
    count: fc.integer({ min: 1, max: 3 }),
    mode: fc.constantFrom("802.3ad", "active-backup", "balance-rr", "balance-tlb", "broadcast"),
  })
  .map(({ all, kind, count, mode }): NetworkConfig => {
    const seen = new Set<string>();
    const make = (index: number, name: string, more: Partial<InterfaceConfig>): InterfaceConfig => {
      const own = all[index % 3];
      const addresses = (own?.addresses ?? []).filter(({ address }) => !seen.has(address));
      for (const { address } of addresses) {
        seen.add(address);
      }
      return {
        name,
        link: { kind: "physical" },
        dhcp4: false,
        dhcp6: "no",
        slaac: false,
        nameservers: [],
        searchDomains: [],
        ...own,
        addresses,
        routes: addresses.length === own?.addresses.length ? own.routes : [],
        ...more,
      };
    };
    const bare = (index: number): InterfaceConfig => ({
      name: `eth${index}`,
      link: { kind: "physical" },
      macAddress: MACS[index] ?? "",
      dhcp4: false,
      dhcp6: "no",
      slaac: false,
      addresses: [],
      routes: [],
      nameservers: [],
      searchDomains: [],
    });
    const interfaces =
      kind === "nics"
        ? MACS.slice(0, count).map((macAddress, index) =>
            make(index, `eth${index}`, { macAddress }),
          )
        : [
            ...MACS.slice(0, count).map((_, index) => bare(index)),
            make(0, "bond0", {
              link: {
                kind: "bond",
                members: MACS.slice(0, count).map((_, index) => `eth${index}`),
                mode,
                parameters: {},
              },
            }),
            ...(kind === "vlan"
              ? [make(1, "bond0.7", { link: { kind: "vlan", parent: "bond0", id: 7 } })]
              : []),
          ];
    return { interfaces, nameservers: ["192.0.2.53"], searchDomains: [] };
  });

const machine = fc.record({
  firstBoot: fc.constantFrom("captured", "clouddev"),
  isPhysical: fc.boolean(),
  hasRouter: fc.boolean(),
  hasServer: fc.boolean(),
  faults: fc.record({
    addressChangeDropsRoutes: fc.boolean(),
    refusedRouteIsKept: fc.boolean(),
    interfaceTakesMs: fc.constantFrom(0, 0, 3_000),
    ipv6LostAtBoot: fc.boolean(),
    linkLocalOnly: fc.boolean(),
    twoDefaultRoutes: fc.boolean(),
    alias6Separator: fc.constantFrom("both", "slash", "comma"),
    routeForm: fc.constantFrom("plain", "static", "padded"),
  }),
});

function boot(
  seed: typeof machine extends fc.Arbitrary<infer T> ? T : never,
  faults: SeedFaults = {},
): SimulatedAix {
  const { firstBoot, isPhysical, hasRouter, hasServer } = seed;
  return bootSimulatedAix({
    firstBoot,
    faults: { ...seed.faults, ...faults },
    adapters: MACS.map((mac, index) => ({
      name: `ent${index}`,
      mac,
      isPhysical,
      link: {
        ...(hasRouter
          ? { router6: { address: `fe80::${index + 1}`, prefix: `2001:db8:${index + 20}::` } }
          : {}),
        ...(hasServer
          ? {
              dhcp4: { address: `10.${index}.0.9`, prefixLength: 24, router: `10.${index}.0.1` },
              dhcp6: { address: `2001:db8:9${index}::9`, prefixLength: 64 },
            }
          : {}),
      },
    })),
  });
}

async function ensure(aix: SimulatedAix, config: NetworkConfig): Promise<readonly string[]> {
  const from = aix.changes.length;
  const ctx = { sys: aix.system, log: createTestLogger([]), systemInfo: {} };
  await createAixNetwork(ctx).ensure(config);
  return aix.changes.slice(from).map(formatChange);
}

/** By then every server and router has answered. */
const ANSWERED_MS = 10_000;

/** Nothing is changed; what could not be done is tried again, and leaves the machine as it was. */
async function expectSettled(aix: SimulatedAix, config: NetworkConfig): Promise<void> {
  const from = aix.changes.length;
  const before = stateOf(aix);
  const ctx = { sys: aix.system, log: createTestLogger([]), systemInfo: {} };
  const { problems } = await createAixNetwork(ctx).ensure(config);
  if (problems.every(({ severity }) => severity === "warning")) {
    expect(aix.changes.slice(from).map(formatChange)).toEqual([]);
  }
  expect(stateOf(aix)).toEqual(before);
}

function stateOf(aix: SimulatedAix): unknown {
  settleNetwork(aix.machine, aix.system.clock.now().getTime() + ANSWERED_MS);
  const { attributes, interfaces, routes, devices } = structuredClone(aix.machine);
  return {
    attributes: attributes.map((row) => JSON.stringify(row)).sort(),
    interfaces: interfaces.map(({ name, isUp, mtuBytes, addresses }) => {
      const texts = addresses.map(({ address }) => address).sort();
      return [name, isUp, mtuBytes, ...texts].join(" ");
    }),
    routes: routes.map(({ gateway, destination }) => `${destination} ${gateway}`).sort(),
    devices: devices.map(({ name }) => name),
  };
}

test("a second application changes nothing, nor does one after a boot", async () => {
  await fc.assert(
    fc.asyncProperty(network, machine, async (config, seed) => {
      const aix = boot(seed);
      await ensure(aix, config);
      await expectSettled(aix, config);
      aix.reboot();
      await expectSettled(aix, config);
      expect(aix.gaps).toEqual([]);
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test("from one configuration to another and back leaves the first as it was", async () => {
  await fc.assert(
    fc.asyncProperty(network, network, machine, async (first, second, seed) => {
      const aix = boot(seed);
      await ensure(aix, first);
      await ensure(aix, second);
      await expectSettled(aix, second);
      await ensure(aix, first);
      await expectSettled(aix, first);
      expect(aix.gaps).toEqual([]);
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test("a plan lists what the run does, where AIX does what it is expected to", async () => {
  await fc.assert(
    fc.asyncProperty(network, machine, async (config, seed) => {
      const usual: SeedFaults = {
        addressChangeDropsRoutes: false,
        alias6Separator: "both",
        interfaceTakesMs: 0,
      };
      const planned = boot(seed, usual);
      const plan = planSystem(planned.system);
      const ctx = { sys: plan.system, log: createTestLogger([]), systemInfo: {} };
      await createAixNetwork(ctx).ensure(config);
      expect(planned.changes).toEqual([]);
      const real = boot(seed, usual);
      expect(plan.changes.map(formatChange)).toEqual([...(await ensure(real, config))]);
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test("what is wanted is there where nothing is said to have failed, and nothing else is touched", async () => {
  await fc.assert(
    fc.asyncProperty(network, machine, async (config, seed) => {
      const aix = boot(seed);
      const before = undescribed(aix, config);
      const ctx = { sys: aix.system, log: createTestLogger([]), systemInfo: {} };
      const { problems } = await createAixNetwork(ctx).ensure(config);
      expect(undescribed(aix, config)).toEqual(before);
      if (problems.some(({ severity }) => severity !== "warning")) {
        return;
      }
      const live = aix.machine.interfaces.flatMap(({ addresses, isUp }) =>
        isUp ? addresses.map(({ address }) => address) : [],
      );
      for (const { address } of config.interfaces.flatMap(({ addresses }) => addresses)) {
        expect(live).toContain(address);
      }
      const targets = aix.machine.routes.map(
        ({ destination, prefixLength }) => `${destination}/${prefixLength}`,
      );
      for (const route of config.interfaces.flatMap(({ routes }) => routes)) {
        expect(targets).toContain(`${route.destination}/${route.prefixLength}`);
      }
      const defaults = aix.machine.routes.filter(
        ({ family, prefixLength }) => family === 4 && prefixLength === 0,
      );
      const hasGateway = config.interfaces.some(({ routes }) =>
        routes.some(({ family, prefixLength }) => family === 4 && prefixLength === 0),
      );
      expect(defaults.length).toBeLessThanOrEqual(hasGateway ? 1 : 2);
    }),
    { numRuns: RUNS },
  );
}, 120_000);

/** The interfaces that the configuration does not name, in the device database and in the kernel. */
function undescribed(aix: SimulatedAix, config: NetworkConfig): unknown {
  const named = new Set(config.interfaces.map(({ name }) => name.replace("eth", "en")));
  const { attributes, interfaces } = structuredClone(aix.machine);
  const isOther = (name: string): boolean => /^en[0-2]$/u.test(name) && !named.has(name);
  // ndpd-host hears the routers of every link with IPv6.
  return {
    attributes: attributes.filter(({ device }) => isOther(device)),
    interfaces: interfaces
      .filter(({ name }) => isOther(name))
      .map(({ name, isUp, mtuBytes, addresses }) => ({
        name,
        isUp,
        mtuBytes,
        addresses: addresses.filter(({ origin }) => origin !== "router"),
      })),
  };
}
