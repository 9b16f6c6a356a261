import { describe, expect, test } from "bun:test";
import type {
  InterfaceConfig,
  NetworkConfig,
  RouteConfig,
} from "../../../src/network/network-config.ts";
import { type AixNetworkState, renderAix } from "../../../src/network/renderers/aix.ts";
import { renderMissingAixRoutes } from "../../../src/network/renderers/aix-routes.ts";
import type { RenderedNetwork } from "../../../src/network/renderers/renderer.ts";

const EMPTY: AixNetworkState = {
  interfaces: new Map(),
  storedRoutes: [],
  storedRoutes6: [],
  kernelRoutes: [],
  otherAddresses: [],
  resolvConf: { text: undefined, hasCopy: false },
  rcTcpip: undefined,
  dhcpcdIni: undefined,
  dhcpc6Cnf: undefined,
  hasDhcpcd6: true,
  active: new Set(),
  allInterfaces: ["en0", "en1"],
};

function iface(name: string, given: Partial<InterfaceConfig> = {}): InterfaceConfig {
  return {
    name,
    link: { kind: "physical" },
    dhcp4: false,
    dhcp6: "no",
    slaac: false,
    addresses: [],
    routes: [],
    nameservers: [],
    searchDomains: [],
    ...given,
  };
}

function network(...interfaces: readonly InterfaceConfig[]): NetworkConfig {
  return { interfaces, nameservers: [], searchDomains: [] };
}

function defaultRoute(gateway: string): RouteConfig {
  return { family: 4, destination: "0.0.0.0", prefixLength: 0, gateway };
}

function commands(rendered: RenderedNetwork): readonly string[] {
  return rendered.steps
    .flatMap((step) => step.changes)
    .map((change) => (change.kind === "command" ? change.argv.slice(1).join(" ") : change.kind));
}

describe("default routes", () => {
  test("each unwanted one is deleted by its stored text, before the wanted one is added", () => {
    const stored = [
      "net,-hopcount,0,,0,192.0.2.254",
      "net,-hopcount,0,,,,,,-static,0,203.0.113.1",
      "net,-hopcount,0,-if,en0,,,,,,default,198.51.100.1,1",
      "net,-hopcount,0,-netmask,255.255.255.0,,,10.11.12.0,192.0.2.2",
      "no route at all",
    ];
    const config = network(iface("en0", { routes: [defaultRoute("192.0.2.1")] }));
    expect(commands(renderAix(config, { ...EMPTY, storedRoutes: stored }))).toEqual([
      "-l inet0 -a delroute=net,-hopcount,0,,0,192.0.2.254",
      "-l inet0 -a delroute=net,-hopcount,0,,,,,,-static,0,203.0.113.1",
      "-l inet0 -a delroute=net,-hopcount,0,-if,en0,,,,,,default,198.51.100.1,1",
      "-l inet0 -a route=net,-hopcount,0,,0,192.0.2.1",
    ]);
  });

  test("a wanted one stays in whatever spelling it is stored", () => {
    const config = network(iface("en0", { routes: [defaultRoute("192.0.2.1")] }));
    const kernelRoutes = [{ ...defaultRoute("192.0.2.1"), device: "en0" }];
    for (const stored of [
      "net,-hopcount,0,,0,192.0.2.1",
      "net,-hopcount,0,,,,,,-static,0,192.0.2.1",
    ]) {
      const state = { ...EMPTY, kernelRoutes, storedRoutes: [stored, ""] };
      expect(renderAix(config, state).steps).toEqual([]);
    }
  });

  test("en0's counts, else the first; those of both families", () => {
    const v6: RouteConfig = { family: 6, destination: "::", prefixLength: 0, gateway: "fe80::1" };
    const config = network(
      iface("en2", { routes: [defaultRoute("203.0.113.1"), v6] }),
      iface("en0", { routes: [defaultRoute("192.0.2.1")] }),
    );
    expect(commands(renderAix(config, EMPTY))).toEqual([
      "-l inet0 -a route=net,-hopcount,0,,0,192.0.2.1",
      "-l inet0 -a rout6=net,-hopcount,0,,,::,fe80::1",
    ]);
  });

  test("a stored IPv6 route is compared without its zone", () => {
    const v6: RouteConfig = { family: 6, destination: "::", prefixLength: 0, gateway: "fe80::1" };
    const config = network(iface("en0", { routes: [v6] }));
    const storedRoutes6 = ["net,-hopcount,0,,,::,FE80:0::1%en0"];
    const kernelRoutes = [{ ...v6, device: "en0" }];
    expect(renderAix(config, { ...EMPTY, storedRoutes6, kernelRoutes }).steps).toEqual([]);
  });
});

describe("static routes", () => {
  const wanted: RouteConfig = {
    family: 4,
    destination: "198.51.100.0",
    prefixLength: 24,
    gateway: "192.0.2.2",
  };

  test("another way to the same network goes; other networks stay", () => {
    const stored = [
      "net,-hopcount,0,-netmask,255.255.255.0,,,198.51.100.0,192.0.2.9",
      "net,-hopcount,255.255.255.0,,,,,198.51.100.0,192.0.2.8",
      "net,-hopcount,0,-netmask,255.255.255.128,,,198.51.100.0,192.0.2.7",
      "host,-hopcount,0,,,,,,198.51.100.0,192.0.2.6",
    ];
    const config = network(iface("en0", { routes: [wanted] }));
    expect(commands(renderAix(config, { ...EMPTY, storedRoutes: stored }))).toEqual([
      `-l inet0 -a delroute=${stored[0]}`,
      `-l inet0 -a delroute=${stored[1]}`,
      "-l inet0 -a route=net,-hopcount,0,-netmask,255.255.255.0,,,,,198.51.100.0,192.0.2.2",
    ]);
  });

  test("IPv6 ones have a prefix length, and a kernel command where AIX does not store them", () => {
    const v6: RouteConfig = {
      family: 6,
      destination: "2001:db8:1::",
      prefixLength: 48,
      gateway: "2001:db8::1",
    };
    const config = network(iface("en0", { routes: [v6] }));
    const { steps } = renderAix(config, EMPTY);
    expect(commands({ steps, problems: [] })).toEqual([
      "-l inet0 -a rout6=net,-hopcount,0,-prefixlen,48,,2001:db8:1::,2001:db8::1",
    ]);
    expect([...(steps[0]?.alternatives?.values() ?? [])]).toMatchObject([
      {
        argv: [
          "/usr/sbin/route",
          "add",
          "-inet6",
          "-net",
          "2001:db8:1::",
          "-prefixlen",
          "48",
          "2001:db8::1",
        ],
      },
    ]);
    const kept = {
      ...EMPTY,
      storedRoutes6: ["net,-hopcount,0,-prefixlen,48,,2001:db8:1::,2001:db8::1"],
      kernelRoutes: [{ ...v6, device: "en0" }],
    };
    expect(renderAix(config, kept).steps).toEqual([]);
  });

  test("what only the kernel lacks is added to the kernel only", () => {
    const host: RouteConfig = { ...wanted, destination: "203.0.113.7", prefixLength: 32 };
    const v6: RouteConfig = { family: 6, destination: "::", prefixLength: 0, gateway: "fe80::1" };
    const routes = [wanted, host, defaultRoute("192.0.2.1"), v6];
    const found = renderMissingAixRoutes(routes, [{ ...wanted, device: "en0" }]);
    expect(found.map((change) => (change.kind === "command" ? change.argv.join(" ") : ""))).toEqual(
      [
        "/usr/sbin/route add -host 203.0.113.7 192.0.2.2",
        "/usr/sbin/route add default 192.0.2.1",
        "/usr/sbin/route add -inet6 default fe80::1",
      ],
    );
  });
});

describe("interfaces", () => {
  function withState(
    attributes: Readonly<Record<string, readonly string[]>>,
    given: { readonly addresses?: readonly string[]; readonly isVirtual?: boolean } = {},
  ): AixNetworkState {
    const state = {
      attributes: new Map(Object.entries(attributes)),
      kernel: { isUp: true, addresses: given.addresses ?? [] },
      isVirtual: given.isVirtual ?? true,
    };
    return { ...EMPTY, interfaces: new Map([["en0", state]]) };
  }
  const address = (text: string) => ({ family: 4, address: text, prefixLength: 24 }) as const;

  test("captured aliases go, wanted ones stay or come", () => {
    const config = network(
      iface("en0", { addresses: ["192.0.2.10", "192.0.2.11", "192.0.2.12"].map(address) }),
    );
    const state = withState(
      {
        netaddr: ["192.0.2.10"],
        netmask: ["255.255.255.0"],
        state: ["up"],
        alias4: ["192.0.2.99,255.255.255.0", "192.0.2.11,255.255.255.0"],
      },
      { addresses: ["192.0.2.10"] },
    );
    expect(commands(renderAix(config, state))).toEqual([
      "-l en0 -a delalias4=192.0.2.99,255.255.255.0",
      "en0 alias 192.0.2.11 netmask 255.255.255.0",
      "-l en0 -a alias4=192.0.2.12,255.255.255.0",
    ]);
  });

  test("an MTU is set only where it differs", () => {
    const render = (mtuBytes: number, isVirtual: boolean): RenderedNetwork =>
      renderAix(network(iface("en0", { mtuBytes })), withState({ mtu: ["1500"] }, { isVirtual }));
    expect(commands(render(1500, true))).toEqual([]);
    expect(commands(render(1400, false))).toEqual(["-l en0 -a mtu=1400"]);
    expect(commands(render(9000, true))).toEqual(["-l en0 -a mtu=9000"]);
    expect(render(65_535, true)).toMatchObject({
      steps: [],
      problems: [{ message: expect.stringContaining("65390 at most") }],
    });
  });

  test("an adapter is detached only for jumbo frames that it knows and has not on", () => {
    const render = (jumbo: readonly string[] | undefined): readonly string[] => {
      const state = withState(
        { mtu: ["1500"], netaddr: ["192.0.2.10"], netmask: ["255.255.255.0"], state: ["up"] },
        { addresses: ["192.0.2.10"], isVirtual: false },
      );
      const known = state.interfaces.get("en0");
      const adapter = {
        name: "ent0",
        attributes: new Map(jumbo === undefined ? [] : [["jumbo_frames", jumbo] as const]),
        settings: new Map([["jumbo_frames", "yes"]]),
      };
      const interfaces = new Map(known === undefined ? [] : [["en0", { ...known, adapter }]]);
      const config = network(iface("en0", { mtuBytes: 9000, addresses: [address("192.0.2.10")] }));
      return commands(renderAix(config, { ...state, interfaces }));
    };
    expect(render(undefined)).toEqual(["-l en0 -a mtu=9000"]);
    expect(render(["yes"])).toEqual(["-l en0 -a mtu=9000"]);
    expect(render(["no"])).toEqual([
      "en0 down detach",
      "-l ent0 -a jumbo_frames=yes",
      "-l en0 -a netaddr=192.0.2.10 -a netmask=255.255.255.0 -a state=up",
      "-l en0 -a mtu=9000",
    ]);
  });

  test("a link-local address alone does not touch the IPv4 settings", () => {
    const config = network(
      iface("en0", { addresses: [{ family: 6, address: "fe80::10", prefixLength: 64 }] }),
    );
    expect(commands(renderAix(config, withState({ netaddr: ["192.0.2.10"] })))).toEqual([
      "-l en0 -a netaddr6=fe80::10 -a prefixlen=64 -a state=up",
    ]);
  });
});

test("DHCP overrides, which dhcpcd does not take, are one warning for all interfaces that use DHCP", () => {
  const dhcp4Overrides = { routeMetric: 100 };
  const config = network(
    iface("en0", { dhcp4: true, dhcp4Overrides }),
    iface("en1", { dhcp6: "stateful", dhcp6Overrides: { useDns: false } }),
    iface("en2", { dhcp4Overrides }),
  );
  expect(renderAix(config, EMPTY).problems).toEqual([
    {
      message:
        'DHCP overrides of "en0", "en1" are not used: route metrics and name servers of DHCP are as its client sets them',
      severity: "warning",
    },
  ]);
  expect(renderAix(network(iface("en0", { dhcp4: true })), EMPTY).problems).toEqual([]);
});
