import { describe, expect, test } from "bun:test";
import {
  type ChosenNetwork,
  chooseNetwork,
  type NetworkSource,
} from "../../src/datasources/choose-network.ts";

const MAC1 = "fa:16:3e:00:00:01";
const MAC2 = "fa:16:3e:00:00:02";
const TEXT = "auto eth0\niface eth0 inet static\n  address 192.0.2.9\n  netmask 255.255.255.0\n";
const link = (id: string, mac: string): Record<string, unknown> => ({
  id,
  type: "phy",
  ethernet_mac_address: mac,
});
const address = (on: string): Record<string, unknown> => ({
  link: on,
  type: "ipv4",
  ip_address: "192.0.2.5",
  netmask: "255.255.255.0",
});

async function choose(
  data: unknown,
  options: {
    readonly text?: string;
    readonly preference?: NetworkSource;
    readonly adapters?: readonly string[] | "unknown";
  } = {},
): Promise<ChosenNetwork> {
  const { text, preference = "auto", adapters = [MAC1] } = options;
  return chooseNetwork(
    {
      ...(data === undefined ? {} : { networkData: { source: "network_data.json", data } }),
      ...(text === undefined ? {} : { interfaces: { source: "content/0000", text } }),
    },
    preference,
    async () => {
      if (adapters === "unknown") {
        throw new Error("lsdev failed");
      }
      return adapters.map((macAddress, index) => ({ name: `en${index}`, macAddress }));
    },
  );
}

const ONE = { links: [link("a", MAC1)], networks: [address("a")] };

describe("chooseNetwork", () => {
  test("takes network_data.json where each of its links is an adapter", async () => {
    const chosen = await choose(ONE, { text: TEXT, adapters: [MAC2, MAC1.toUpperCase()] });
    expect(chosen.network?.source).toBe("network_data.json");
    expect(chosen.problems).toEqual([]);
    expect(chosen.notes).toEqual([]);
  });

  test("takes the interfaces text where one of them is not, and says which", async () => {
    const chosen = await choose(ONE, { text: TEXT, adapters: [MAC2] });
    expect(chosen.network?.source).toBe("content/0000");
    expect(chosen.problems).toEqual([]);
    expect(chosen.notes).toEqual([
      `Settings in "network_data.json" are not used: no adapter of this machine is its link "a" with the MAC "${MAC1}"; "content/0000" is used instead`,
    ]);
  });

  test("takes nothing where there is no text either, which is a problem", async () => {
    const chosen = await choose(ONE, { adapters: [] });
    expect(chosen.network).toBeUndefined();
    expect(chosen.problems.map(({ message }) => message)).toEqual([
      `Settings in "network_data.json" are not used: no adapter of this machine is its link "a" with the MAC "${MAC1}"`,
    ]);
  });

  test("does not ask for adapters where network_data.json has no address", async () => {
    const data = { links: [link("a", MAC1)], networks: [] };
    const chosen = await choose(data, { text: TEXT, adapters: "unknown" });
    expect(chosen.network?.source).toBe("content/0000");
    expect(chosen.notes[0]).toContain("no link in it has an address");
  });

  test("does not mind links without an address that are no adapter", async () => {
    const data = { links: [link("a", MAC1), link("b", MAC2)], networks: [address("a")] };
    expect((await choose(data, { text: TEXT })).network?.source).toBe("network_data.json");
  });

  test("looks below bonds and VLANs for the adapters", async () => {
    const data = {
      links: [
        link("a", MAC1),
        link("b", MAC2),
        { id: "bond", type: "bond", bond_links: ["a", "b"], bond_mode: "active-backup" },
        { id: "vlan", type: "vlan", vlan_link: "bond", vlan_id: 7, vlan_mac_address: MAC1 },
      ],
      networks: [address("vlan")],
    };
    const both = await choose(data, { text: TEXT, adapters: [MAC1, MAC2] });
    expect(both.network?.source).toBe("network_data.json");
    const one = await choose(data, { text: TEXT, adapters: [MAC1] });
    expect(one.network?.source).toBe("content/0000");
  });

  test("takes the text where the adapters cannot be told", async () => {
    const chosen = await choose(ONE, { text: TEXT, adapters: "unknown" });
    expect(chosen.network?.source).toBe("content/0000");
    expect(chosen.notes[0]).toContain("the adapters of this machine cannot be told (lsdev failed)");
  });

  test("does as it is told, without asking for adapters", async () => {
    const told = { text: TEXT, adapters: "unknown" } as const;
    const data = await choose(ONE, { ...told, preference: "network_data" });
    expect(data.network?.source).toBe("network_data.json");
    const eni = await choose(ONE, { ...told, preference: "eni" });
    expect(eni.network?.source).toBe("content/0000");
    const none = await choose(undefined, { text: TEXT, preference: "network_data" });
    expect(none.network).toBeUndefined();
  });

  test("takes nothing where there is nothing, or nothing in it", async () => {
    expect(await choose(undefined)).toEqual({ problems: [], notes: [], details: [] });
    const onlyLoopback = await choose(undefined, { text: "auto lo\niface lo inet loopback\n" });
    expect(onlyLoopback.network).toBeUndefined();
  });

  test("hands on what is wrong in the settings it takes", async () => {
    const data = { ...ONE, networks: [address("a"), address("missing")] };
    const chosen = await choose(data);
    expect(chosen.network?.source).toBe("network_data.json");
    expect(chosen.problems.length).toBeGreaterThan(0);
    expect((await choose("no object")).problems.length).toBeGreaterThan(0);
  });
});
