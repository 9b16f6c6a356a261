import { describe, expect, test } from "bun:test";
import {
  type AixPseudoAdapter,
  findEtherChannel,
  findVlan,
  planEtherChannel,
  renderEtherChannel,
  renderVlan,
} from "../../../src/network/renderers/aix-links.ts";

const ADAPTERS = ["ent0", "ent1"];

function planOf(
  mode: string,
  parameters: Readonly<Record<string, string>> = {},
  adapters: readonly string[] = ADAPTERS,
  primary?: string,
): { readonly line: string; readonly notes: readonly string[] } {
  const plan = planEtherChannel({ kind: "bond", members: [], mode, parameters }, adapters, {
    hasJumboFrames: false,
    ...(primary === undefined ? {} : { primary }),
  });
  const line = renderEtherChannel(plan).slice(7).join(" ").replaceAll("-a ", "");
  return { line, notes: plan.notes };
}

describe("an EtherChannel for a bond", () => {
  test.each([
    ["802.3ad", {}, "adapter_names=ent0,ent1 mode=8023ad"],
    [
      "802.3ad",
      { "lacp-rate": "fast", "xmit-hash-policy": "layer3+4" },
      "adapter_names=ent0,ent1 mode=8023ad interval=short hash_mode=src_dst_port",
    ],
    ["balance-rr", {}, "adapter_names=ent0,ent1 mode=round_robin"],
    ["balance-xor", { "xmit-hash-policy": "layer2" }, "adapter_names=ent0,ent1 mode=standard"],
    ["active-backup", {}, "adapter_names=ent0 backup_adapter=ent1 mode=standard"],
    [
      "active-backup",
      { "arp-ip-target": "192.0.2.1,192.0.2.2" },
      "adapter_names=ent0 backup_adapter=ent1 mode=standard netaddr=192.0.2.1",
    ],
    [
      "active-backup",
      { "arp-ip-target": "$(reboot)" },
      "adapter_names=ent0 backup_adapter=ent1 mode=standard",
    ],
  ])("of mode %s with %p is %s", (mode, parameters, line) => {
    expect(planOf(mode, parameters as Record<string, string>)).toEqual({ line, notes: [] });
  });

  test("takes the primary adapter first, and one backup", () => {
    const plan = planOf("active-backup", {}, ["ent0", "ent1", "ent2"], "ent2");
    expect(plan.line).toBe("adapter_names=ent2 backup_adapter=ent0 mode=standard");
    expect(plan.notes).toEqual(["an EtherChannel has one backup adapter, ent1 left out"]);
  });

  test("stands for modes that AIX does not have, and that is said", () => {
    for (const mode of ["balance-tlb", "balance-alb", "broadcast"]) {
      const { line, notes } = planOf(mode);
      expect(line).toBe("adapter_names=ent0 backup_adapter=ent1 mode=standard");
      expect(notes).toEqual([
        `AIX has no bond mode "${mode}": one adapter with one backup is made`,
      ]);
    }
  });
});

describe("what is there already", () => {
  const known: readonly AixPseudoAdapter[] = [
    {
      name: "ent2",
      kind: "etherchannel",
      attributes: new Map([
        ["adapter_names", ["ent1"]],
        ["backup_adapter", ["ent0"]],
      ]),
    },
    {
      name: "ent3",
      kind: "vlan",
      attributes: new Map([
        ["base_adapter", ["ent2"]],
        ["vlan_tag_id", ["100"]],
      ]),
    },
  ];

  test("is found by its members in any roles, or by base and number", () => {
    expect(findEtherChannel(known, { main: ["ent0", "ent1"] })?.name).toBe("ent2");
    expect(findEtherChannel(known, { main: ["ent0"] })).toBeUndefined();
    expect(findVlan(known, "ent2", 100)?.name).toBe("ent3");
    expect(findVlan(known, "ent2", 101)).toBeUndefined();
    expect(renderVlan("ent2", 101).join(" ")).toBe(
      "/usr/sbin/mkdev -c adapter -s vlan -t eth -a base_adapter=ent2 -a vlan_tag_id=101",
    );
  });
});
