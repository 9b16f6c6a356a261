import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import type {
  InterfaceConfig,
  NetworkConfig,
  ParsedNetwork,
} from "../../src/network/network-config.ts";
import { isInterfaceName, PROBLEM_COUNT_MAX } from "../../src/network/network-draft.ts";
import { parseEni } from "../../src/network/parse-eni.ts";
import { parseNetworkConfig } from "../../src/network/parse-network-config.ts";
import { parseOpenStackNetwork } from "../../src/network/parse-openstack.ts";
import { parseNetworkV1 } from "../../src/network/parse-v1.ts";
import { parseNetworkV2 } from "../../src/network/parse-v2.ts";
import { renderNetworkV1 } from "../../src/network/render-v1.ts";
import { parseYaml } from "../../src/text/yaml.ts";
import { arbitraryNetwork } from "../support/network-render/arbitrary-network.ts";
import { renderEni } from "../support/network-render/render-eni.ts";
import { renderOpenStack } from "../support/network-render/render-openstack.ts";
import { renderNetworkV2 } from "../support/network-render/render-v2.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);

function readFixture(name: string): string {
  return readFileSync(new URL(name, FIXTURES), "utf8");
}

/** The configuration that was read, without the lines that only text has; problems would be thrown. */
function modelOf({ config, problems }: ParsedNetwork): NetworkConfig {
  if (problems.length > 0) {
    throw new Error(problems.map(({ message }) => message).join("\n"));
  }
  return { ...config, interfaces: config.interfaces.map(withoutLine) };
}

function withoutLine(iface: InterfaceConfig): InterfaceConfig {
  const { line: _line, ...rest } = iface;
  return rest;
}

describe("what one format can say, the others say equally", () => {
  test("each reads back what was written", () => {
    fc.assert(
      fc.property(arbitraryNetwork, fc.constantFrom("prefix", "dotted"), (network, masks) => {
        expect(modelOf(parseEni(renderEni(network, masks), "eni"))).toEqual(network);
        const json: unknown = JSON.parse(JSON.stringify(renderOpenStack(network)));
        expect(modelOf(parseOpenStackNetwork(json, "json"))).toEqual(network);
        expect(modelOf(parseNetworkV1(renderNetworkV1(network), "v1"))).toEqual(network);
        expect(modelOf(parseNetworkV2(renderNetworkV2(network), "v2"))).toEqual(network);
      }),
      { numRuns: 300 },
    );
  });

  test("DHCPv6 for the settings only, and DNS of the machine, where a format has words for them", () => {
    const withStateless = arbitraryNetwork.map(({ interfaces, searchDomains }): NetworkConfig => ({
      interfaces: interfaces.map(makeStateless),
      nameservers: ["203.0.113.53"],
      searchDomains,
    }));
    fc.assert(
      fc.property(withStateless, (network) => {
        const local = { ...network, nameservers: [] };
        expect(modelOf(parseEni(renderEni(local, "prefix"), "eni"))).toEqual(local);
        expect(modelOf(parseOpenStackNetwork(renderOpenStack(network), "json"))).toEqual(network);
        const everything = { ...network, searchDomains: ["example.org"] };
        expect(modelOf(parseNetworkV1(renderNetworkV1(everything), "v1"))).toEqual(everything);
      }),
      { numRuns: 100 },
    );
  });
});

function makeStateless(iface: InterfaceConfig): InterfaceConfig {
  return iface.slaac ? { ...iface, dhcp6: "stateless" } : iface;
}

/** What any of the parsers may give, whatever it was given. */
function checkHarmless({ config, problems, notes = [] }: ParsedNetwork): void {
  const names = new Set<string>();
  for (const iface of config.interfaces) {
    expect(isInterfaceName(iface.name)).toBe(true);
    expect(names.has(iface.name)).toBe(false);
    names.add(iface.name);
    if (iface.macAddress !== undefined) {
      expect(iface.macAddress).toMatch(/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/u);
    }
    if (iface.mtuBytes !== undefined) {
      expect(iface.mtuBytes >= 68 && iface.mtuBytes <= 65_535).toBe(true);
    }
    for (const { address } of iface.addresses) {
      expect(address).toMatch(/^[0-9a-f.:]+$/u);
    }
    for (const { destination, gateway } of iface.routes) {
      expect(`${destination} ${gateway}`).toMatch(/^[0-9a-f.:]+ [0-9a-f.:]+$/u);
    }
    checkLink(iface);
  }
  const dns = [config, ...config.interfaces];
  for (const text of dns.flatMap((each) => each.nameservers.concat(each.searchDomains))) {
    expect(text).toMatch(/^[A-Za-z0-9_:][A-Za-z0-9._:-]*$/u);
  }
  expect(problems.length).toBeLessThanOrEqual(PROBLEM_COUNT_MAX + 1);
  for (const text of [...problems.map(({ message }) => message), ...notes]) {
    expect(text).not.toMatch(/\n/u);
  }
}

function checkLink({ name, link }: InterfaceConfig): void {
  if (link.kind === "bond") {
    expect(link.members.length).toBeGreaterThan(0);
    expect(link.members.every(isInterfaceName)).toBe(true);
    expect(link.members).not.toContain(name);
    for (const [key, value] of Object.entries(link.parameters)) {
      expect(key).toMatch(/^[a-z][a-z0-9-]*$/u);
      expect(value).toMatch(/^[A-Za-z0-9][A-Za-z0-9_.:+,/ -]*$/u);
    }
  } else if (link.kind === "vlan") {
    expect(isInterfaceName(link.parent)).toBe(true);
    expect(link.parent).not.toBe(name);
    expect(link.id >= 1 && link.id <= 4094).toBe(true);
  }
}

/** Pieces that mean something to some reader of network settings. */
const pieces = fc.constantFrom(
  ..."-a -- ' \" ` $(x) ; , { } [ ] : # \0 \n \r\n \t \\ /33 /0 255.0.255.0 0.0.0.0 ::/0 fe80::1 99999 -1 0 null true default eth0 lo bond0 version config static 1e309 __proto__ constructor".split(
    " ",
  ),
  "\n",
  " ",
  "\u{FFFF}",
  "ü",
  "9".repeat(400),
);

/** A text with a few places cut out, doubled or replaced. */
function mutationsOf(text: string): fc.Arbitrary<string> {
  const cut = fc.record({
    at: fc.nat(text.length),
    length: fc.oneof(fc.nat(3), fc.nat(60)),
    added: fc.oneof(pieces, fc.string({ maxLength: 8 }), fc.constant("")),
  });
  return fc
    .array(cut, { minLength: 1, maxLength: 5 })
    .map((cuts) =>
      cuts.reduce(
        (current, { at, length, added }) =>
          current.slice(0, at) + added + current.slice(Math.min(current.length, at + length)),
        text,
      ),
    );
}

/** A value with some of its parts replaced by others. */
function damage(value: unknown, parts: readonly unknown[], seed: number): unknown {
  let count = seed;
  const walk = (current: unknown): unknown => {
    count = (count * 1_103_515_245 + 12_345) % 2_147_483_648;
    if (count % 23 === 0) {
      return parts[count % parts.length];
    }
    if (Array.isArray(current)) {
      return current.map(walk);
    }
    return typeof current === "object" && current !== null
      ? Object.fromEntries(Object.entries(current).map(([key, each]) => [key, walk(each)]))
      : current;
  };
  return walk(value);
}

const PARTS: readonly unknown[] = [
  null,
  "",
  0,
  -1,
  true,
  [],
  {},
  [[]],
  "-a",
  "a\nb",
  "192.0.2.1/33",
  "255.0.255.0",
  ["x", null],
  { a: { b: [] } },
  Number.NaN,
  1e308,
  new Date(0),
  new Uint8Array([0, 255]),
];

const REAL = {
  eni: readFixture("sample-drive/openstack/content/0000"),
  json: readFixture("network/network_data.json"),
  v1: readFixture("network/v1.yaml"),
  v2: readFixture("network/v2.yaml"),
} as const;

describe("mutated real files", () => {
  test("the files themselves are read without a problem", () => {
    expect(modelOf(parseEni(REAL.eni, "eni")).interfaces).not.toEqual([]);
    const json: unknown = JSON.parse(REAL.json);
    expect(modelOf(parseOpenStackNetwork(json, "json")).interfaces).toHaveLength(4);
    for (const text of [REAL.v1, REAL.v2]) {
      const yaml = parseYaml(text, "yaml");
      const settings = parseNetworkConfig(yaml.ok ? yaml.value : undefined, "yaml");
      expect(settings.kind).toBe("settings");
      const problems = settings.kind === "settings" ? settings.problems : undefined;
      expect(problems).toEqual([]);
    }
  });

  test("interfaces text: nothing is thrown, and what is read is harmless", () => {
    fc.assert(
      fc.property(mutationsOf(REAL.eni), (text) => checkHarmless(parseEni(text, "eni"))),
      { numRuns: 400 },
    );
  });

  test.each(["json", "v1", "v2"] as const)("%s text: nothing is thrown", (format) => {
    fc.assert(
      fc.property(mutationsOf(REAL[format]), (text) => {
        const yaml = parseYaml(text, format);
        checkHarmless(parseAny(format, yaml.ok ? yaml.value : undefined));
      }),
      { numRuns: 250 },
    );
  });

  test.each(["json", "v1", "v2"] as const)("%s values: nothing is thrown", (format) => {
    const yaml = parseYaml(REAL[format], format);
    const value = yaml.ok ? yaml.value : undefined;
    fc.assert(
      fc.property(fc.nat(2_000_000_000), (seed) => {
        checkHarmless(parseAny(format, damage(value, PARTS, seed)));
      }),
      { numRuns: 400 },
    );
  });
});

function parseAny(format: "json" | "v1" | "v2", value: unknown): ParsedNetwork {
  if (format === "json") {
    return parseOpenStackNetwork(value, format);
  }
  const settings = parseNetworkConfig(value, format);
  const config = { interfaces: [], nameservers: [], searchDomains: [] };
  switch (settings.kind) {
    case "settings":
      return settings;
    case "none":
      return { config, problems: settings.problems };
    case "disabled":
      return { config, problems: [] };
  }
}
