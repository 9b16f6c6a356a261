import { describe, expect, test } from "bun:test";
import { matchAdapters } from "../../../src/distros/aix/match-adapters.ts";
import { parseEni } from "../../../src/network/parse-eni.ts";

const ADAPTERS = [
  { name: "en0", macAddress: "fa:16:3e:00:00:01" },
  { name: "en1", macAddress: "fa:16:3e:00:00:02" },
  { name: "en2" },
];

/** name[=MAC] of interfaces with an address each. */
function match(
  names: readonly string[],
  reserved: readonly string[] = [],
): { readonly names: readonly string[]; readonly problems: readonly string[] } {
  const text = names.map((given, index) => {
    const [name = "", mac] = given.split("=");
    const hardware = mac === undefined ? "" : ` hwaddress ${mac}\n`;
    return `iface ${name} inet static\n address 192.0.2.${index + 1}/24\n dns-nameservers 192.0.2.53\n${hardware}`;
  });
  const { config } = parseEni(text.join(""), "content/0000");
  const matched = matchAdapters(config, ADAPTERS, (name) => reserved.includes(name));
  return {
    names: matched.config.interfaces.map((each) =>
      each.addresses.length === 0 ? `(${each.name})` : each.name,
    ),
    problems: matched.problems.map(({ message }) => message),
  };
}

describe("adapters for interfaces", () => {
  test("a hardware address counts before the name", () => {
    expect(match(["eth0=fa:16:3e:00:00:02", "eth1=fa:16:3e:00:00:01"])).toEqual({
      names: ["en1", "en0"],
      problems: [],
    });
  });

  test("names of Linux and of AIX mean the same adapter, in any order", () => {
    expect(match(["ent2", "eth1", "en0"])).toEqual({ names: ["en2", "en1", "en0"], problems: [] });
  });

  test("an address that is taken by another interface is not given to a namesake", () => {
    const { names, problems } = match(["eth1=fa:16:3e:00:00:01", "eth0=fa:16:3e:00:00:01"]);
    expect(names).toEqual(["en0", "(eth0)"]);
    expect(problems).toEqual([
      'Cannot find an adapter for "eth0" with hardware address fa:16:3e:00:00:01: this machine has en0 (fa:16:3e:00:00:01) for "eth1", en1 (fa:16:3e:00:00:02), en2; the interface is left out',
    ]);
  });

  test("an unknown hardware address falls back to the name, never to a guess or to the management path", () => {
    expect(match(["eth1=fa:16:3e:00:00:99"])).toEqual({
      names: ["en1"],
      problems: [
        'No adapter has the hardware address fa:16:3e:00:00:99 of "eth1": en1 with fa:16:3e:00:00:02 is used, by its name',
      ],
    });
    expect(match(["eth1=fa:16:3e:00:00:99"], ["en1"]).names).toEqual(["(eth1)"]);
    expect(match(["tap0=fa:16:3e:00:00:99"]).names).toEqual(["(tap0)"]);
  });

  test("without either, the next free adapter is used, and that is said", () => {
    const { names, problems } = match(["eth7", "eth0", "eth8", "eth9"], ["en1"]);
    expect(names).toEqual(["en2", "en0", "(eth8)", "(eth9)"]);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toContain('"eth7" has no adapter of its name: en2, the next free one');
  });

  test("many that have none give few problems", () => {
    const many = Array.from(
      { length: 200 },
      (_, index) => `eth${index + 10}=fa:16:3e:00:01:${(index % 256).toString(16)}`,
    );
    const { problems } = match(many);
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toContain("180 further interfaces");
  });

  test("one that is left out keeps its DNS servers", () => {
    const { config } = parseEni(
      "iface tap0 inet static\n hwaddress fa:16:3e:00:00:99\n address 192.0.2.1/24\n gateway 192.0.2.254\n mtu 1400\n dns-nameservers 192.0.2.53\n",
      "content/0000",
    );
    const [iface] = matchAdapters(config, ADAPTERS, () => false).config.interfaces;
    expect(iface).toMatchObject({ addresses: [], routes: [], nameservers: ["192.0.2.53"] });
    expect(iface).not.toHaveProperty("mtuBytes");
  });
});
