import { expect, test } from "bun:test";
import { parseMacAddress } from "../../src/network/mac-address.ts";

test("every spelling of a hardware address gives one form", () => {
  const spellings = [
    "FA:16:3E:00:0A:01",
    "fa-16-3e-00-0a-01",
    "FA163E000A01",
    "fa.16.3e.0.a.1",
    "fa:16:3e:0:a:1",
    "fa16.3e00.0a01",
    " fa:16:3e:00:0a:01 ",
  ];
  for (const text of spellings) {
    expect(parseMacAddress(text)).toBe("fa:16:3e:00:0a:01");
  }
});

test("what no adapter has is no hardware address", () => {
  const refused = [
    "",
    "random",
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "01:00:5e:00:00:01",
    "fa:16:3e:00:00",
    "fa:16:3e:00:00:01:02",
    "fa:16-3e:00:00:01",
    "fg:16:3e:00:00:01",
    "C05076000123ABCD",
  ];
  for (const text of refused) {
    expect(parseMacAddress(text)).toBeUndefined();
  }
});
