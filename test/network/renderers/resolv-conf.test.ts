import { describe, expect, test } from "bun:test";
import type { NetworkConfig } from "../../../src/network/network-config.ts";
import {
  renderResolvConf,
  renderResolvConfStep,
} from "../../../src/network/renderers/resolv-conf.ts";

function config(nameservers: readonly string[], searchDomains: readonly string[]): NetworkConfig {
  return { interfaces: [], nameservers, searchDomains };
}

describe("resolv.conf", () => {
  test("three servers at most; the others are problems", () => {
    const servers = ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3", "192.0.2.4"];
    const { text, problems } = renderResolvConf(config(servers, ["example.com", "example.org"]));
    expect(text).toBe(
      "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nsearch example.com example.org\n",
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain('"192.0.2.4"');
  });

  test("domains without servers are written too, and a resolver's limits kept", () => {
    expect(renderResolvConf(config([], ["example.com"])).text).toBe("search example.com\n");
    const many = Array.from({ length: 8 }, (_, index) => `d${index}.example.com`);
    expect(renderResolvConf(config([], many)).problems).toHaveLength(2);
    const long = ["a".repeat(60), "b".repeat(60), "c".repeat(60), "d".repeat(60), "e".repeat(60)];
    expect(renderResolvConf(config([], long)).problems).toHaveLength(1);
  });

  test("without any setting there is no text", () => {
    expect(renderResolvConf(config([], [])).text).toBeUndefined();
  });
});

describe("the captured file", () => {
  const kinds = (...args: Parameters<typeof renderResolvConfStep>): readonly string[] =>
    renderResolvConfStep(...args)?.changes.map(
      (change) => `${change.kind} ${"path" in change ? change.path : ""}`,
    ) ?? [];
  const copy = "write /etc/resolv.conf.cloud-init.orig";

  test("is copied once and replaced", () => {
    expect(kinds("new", { text: "old", hasCopy: false }, true)).toEqual([
      copy,
      "write /etc/resolv.conf",
    ]);
    expect(kinds("new", { text: "old", hasCopy: true }, true)).toEqual(["write /etc/resolv.conf"]);
    expect(kinds("new", { text: undefined, hasCopy: false }, true)).toEqual([
      "write /etc/resolv.conf",
    ]);
    expect(kinds("new", { text: "new", hasCopy: false }, true)).toEqual([]);
  });

  test("is taken away the first time, where addresses are static and no server is given", () => {
    expect(kinds(undefined, { text: "old", hasCopy: false }, true)).toEqual([
      copy,
      "remove /etc/resolv.conf",
    ]);
    expect(kinds(undefined, { text: "old", hasCopy: true }, true)).toEqual([]);
    expect(kinds(undefined, { text: "old", hasCopy: false }, false)).toEqual([]);
    expect(kinds(undefined, { text: undefined, hasCopy: false }, true)).toEqual([]);
  });
});
