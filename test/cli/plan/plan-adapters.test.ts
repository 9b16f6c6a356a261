import { expect, test } from "bun:test";
import { createDriveTree } from "../../../src/cli/plan/drive-files.ts";
import { findAdapters } from "../../../src/cli/plan/plan-adapters.ts";

function drive(files: Readonly<Record<string, unknown>>): ReturnType<typeof createDriveTree> {
  const encode = (content: unknown): Uint8Array =>
    new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content));
  return createDriveTree(
    Object.fromEntries(Object.entries(files).map(([path, content]) => [path, encode(content)])),
  );
}

const META = { uuid: "i-1", network_config: { content_path: "/content/0000" } };
const link = (id: string, mac: string) => ({ id, type: "phy", ethernet_mac_address: mac });

test("adapters come in the order of network_data.json, then of the text, each MAC once", async () => {
  const tree = drive({
    "openstack/latest/meta_data.json": META,
    "openstack/latest/network_data.json": {
      links: [link("b", "FA:16:3E:00:00:02"), link("a", "fa:16:3e:00:00:01")],
      networks: [],
    },
    "openstack/content/0000": [
      "iface eth0 inet static",
      "  hwaddress ether fa:16:3e:00:00:02",
      "  address 192.0.2.2/24",
      "iface eth1 inet static",
      "  hwaddress ether fa:16:3e:00:00:03",
      "  address 192.0.2.3/24",
      "",
    ].join("\n"),
  });
  expect(await findAdapters(tree)).toEqual([
    { name: "b", macAddress: "fa:16:3e:00:00:02" },
    { name: "a", macAddress: "fa:16:3e:00:00:01" },
    { name: "eth1", macAddress: "fa:16:3e:00:00:03" },
  ]);
});

test("a bond is no adapter, its members are", async () => {
  const tree = drive({
    "openstack/latest/meta_data.json": { uuid: "i-1" },
    "openstack/latest/network_data.json": {
      links: [
        link("m0", "fa:16:3e:00:00:01"),
        link("m1", "fa:16:3e:00:00:02"),
        {
          id: "bond0",
          type: "bond",
          bond_links: ["m0", "m1"],
          ethernet_mac_address: "fa:16:3e:00:00:09",
        },
      ],
      networks: [],
    },
  });
  expect((await findAdapters(tree)).map(({ name }) => name)).toEqual(["m0", "m1"]);
});

test("interfaces without a MAC get one that no maker gives", async () => {
  const tree = drive({
    "openstack/latest/meta_data.json": META,
    "openstack/content/0000":
      "iface eth0 inet static\n  address 192.0.2.2/24\niface eth1 inet static\n  address 192.0.2.130/25\n",
  });
  expect(await findAdapters(tree)).toEqual([
    { name: "eth0", macAddress: "02:00:00:00:00:01" },
    { name: "eth1", macAddress: "02:00:00:00:00:02" },
  ]);
});

test("a drive that tells nothing, or cannot be read, has one adapter", async () => {
  const one = [{ name: "eth0", macAddress: "02:00:00:00:00:01" }];
  expect(await findAdapters(undefined)).toEqual(one);
  expect(await findAdapters(drive({}))).toEqual(one);
  expect(await findAdapters(drive({ "openstack/latest/meta_data.json": "{" }))).toEqual(one);
});
