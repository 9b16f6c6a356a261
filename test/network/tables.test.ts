import { expect, test } from "bun:test";
import { renderFailedNetworkTables, renderNetworkTables } from "../../src/network/tables.ts";

test("boxed tables of devices and routes, each line after ci-info", () => {
  const text = renderNetworkTables({
    devices: [
      {
        name: "en0",
        isUp: true,
        address: "192.0.2.10",
        mask: "255.255.255.0",
        macAddress: "fa:16:3e:00:00:01",
      },
      { name: "lo0", isUp: false, address: "", mask: "", macAddress: "" },
    ],
    routes: [
      {
        family: 4,
        destination: "0.0.0.0",
        gateway: "192.0.2.1",
        mask: "0.0.0.0",
        device: "en0",
        flags: "UG",
      },
    ],
  });
  expect(text).toBe(
    [
      "ci-info: ++++++++++++++++++++++++++Net device info++++++++++++++++++++++++++",
      "ci-info: +--------+-------+------------+---------------+-------------------+",
      "ci-info: | Device |   Up  |  Address   |      Mask     |     Hw-Address    |",
      "ci-info: +--------+-------+------------+---------------+-------------------+",
      "ci-info: |  en0   |  True | 192.0.2.10 | 255.255.255.0 | fa:16:3e:00:00:01 |",
      "ci-info: |  lo0   | False |     .      |       .       |         .         |",
      "ci-info: +--------+-------+------------+---------------+-------------------+",
      "ci-info: +++++++++++++++++++++++++Route IPv4 info+++++++++++++++++++++++++",
      "ci-info: +-------+-------------+-----------+---------+-----------+-------+",
      "ci-info: | Route | Destination |  Gateway  | Genmask | Interface | Flags |",
      "ci-info: +-------+-------------+-----------+---------+-----------+-------+",
      "ci-info: |   0   |   0.0.0.0   | 192.0.2.1 | 0.0.0.0 |    en0    |   UG  |",
      "ci-info: +-------+-------------+-----------+---------+-----------+-------+",
      "",
    ].join("\n"),
  );
});

test("a table of IPv6 routes where there are some; empty tables keep their header", () => {
  const route = { destination: "::/0", gateway: "fe80::1", mask: "", device: "en0", flags: "UG" };
  const text = renderNetworkTables({ devices: [], routes: [{ family: 6, ...route }] });
  expect(text.split("\n").filter((line) => line.includes("info+"))).toHaveLength(3);
  expect(text).toContain("fe80::1");
  expect(renderNetworkTables({ devices: [], routes: [] })).not.toContain("IPv6");
});

test("what cannot be read is said in the tables' place, in 80 columns of exclamation marks", () => {
  const side = "!".repeat(29);
  const [devices, routes, end] = renderFailedNetworkTables().split("\n");
  expect(devices).toBe(`ci-info: ${side}Net device info failed${side}`);
  expect(routes).toBe(`ci-info: ${"!".repeat(31)}Route info failed${"!".repeat(32)}`);
  expect(end).toBe("");
});
