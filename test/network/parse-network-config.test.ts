import { expect, test } from "bun:test";
import { parseNetworkConfig } from "../../src/network/parse-network-config.ts";

const V1 = { version: 1, config: [{ type: "physical", name: "eth0" }] };
const V2 = { version: 2, ethernets: { eth0: {} } };

test.each([
  ["version 1", V1],
  ["version 2", V2],
  ["version as text", { ...V2, version: "2" }],
  ["a list without a version", { config: V1.config }],
  ["below the key network", { network: V1 }],
])("%s is read", (_, data) => {
  const settings = parseNetworkConfig(data, "cloud.cfg");
  expect(settings).toMatchObject({
    kind: "settings",
    problems: [],
    config: { interfaces: [{ name: "eth0" }] },
  });
});

test("config: disabled switches the network off, with a version and without", () => {
  expect(parseNetworkConfig({ config: "disabled" }, "x")).toEqual({ kind: "disabled" });
  const data = { network: { version: 1, config: "disabled" } };
  expect(parseNetworkConfig(data, "x")).toEqual({ kind: "disabled" });
});

test("what says nothing is no problem", () => {
  const empty = [undefined, null, {}, { network: {} }, { version: 1, config: [] }, { version: 2 }];
  for (const data of empty) {
    expect(parseNetworkConfig(data, "x")).toEqual({ kind: "none", problems: [] });
  }
});

test.each([
  ["a number", 7, "x: Cannot read network settings: expected a mapping"],
  ["a list", { network: [] }, "x: network: Cannot read network settings: expected a mapping"],
  [
    "version 3",
    { network: { version: 3 } },
    'x: network.version: Cannot read network settings: expected version 1 or 2, found "3"',
  ],
  [
    "no version",
    { ethernets: {} },
    "x: Cannot read network settings: expected version 1 or 2, found none",
  ],
])("%s is one problem", (_, data, message) => {
  const settings = parseNetworkConfig(data, "x");
  expect(settings.kind).toBe("none");
  const problems = settings.kind === "none" ? settings.problems : [];
  expect(problems.map((problem) => `${problem.source}: ${problem.message}`)).toEqual([message]);
});
