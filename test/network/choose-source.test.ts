import { expect, test } from "bun:test";
import { chooseNetworkSource, type NetworkCandidate } from "../../src/network/choose-source.ts";
import {
  type NetworkSettings,
  parseNetworkConfig,
} from "../../src/network/parse-network-config.ts";

const DISABLED: NetworkSettings = { kind: "disabled" };
const BROKEN: NetworkSettings = { kind: "none", problems: [{ message: "broken" }] };

function settingsOf(name: string): NetworkSettings {
  return parseNetworkConfig({ version: 2, ethernets: { [name]: {} } }, name);
}

function candidate(source: string, settings: NetworkSettings): NetworkCandidate {
  return { source, read: () => settings };
}

test("the first source with settings counts; those after it are not read", async () => {
  const unread: NetworkCandidate = {
    source: "c",
    read: () => {
      throw new Error("read");
    },
  };
  const chosen = await chooseNetworkSource([
    candidate("a", { kind: "none", problems: [] }),
    candidate("b", settingsOf("eth0")),
    unread,
  ]);
  expect(chosen).toMatchObject({ kind: "settings", source: "b", problems: [] });
});

test("disabled stops the search where it is its turn", async () => {
  const [on, off] = [candidate("on", settingsOf("eth0")), candidate("off", DISABLED)];
  expect(await chooseNetworkSource([off, on])).toMatchObject({ kind: "disabled", source: "off" });
  expect(await chooseNetworkSource([on, off])).toMatchObject({ kind: "settings", source: "on" });
});

test("a broken source is passed over, and its problems are told", async () => {
  const chosen = await chooseNetworkSource([
    candidate("a", BROKEN),
    candidate("b", settingsOf("eth0")),
  ]);
  expect(chosen).toMatchObject({
    kind: "settings",
    source: "b",
    problems: [{ message: "broken" }],
  });
  expect(await chooseNetworkSource([candidate("a", BROKEN)])).toMatchObject({ kind: "none" });
  expect(await chooseNetworkSource([])).toEqual({ kind: "none", problems: [], notes: [] });
});
