import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { chooseName, isHostName, resolveNames } from "../../src/instance/hostname.ts";

function resolve(
  config: Readonly<Record<string, unknown>>,
  localHostname?: string,
): readonly [hostname: string | undefined, fqdn: string | undefined, problemCount: number] {
  const names = resolveNames({
    config,
    instance: localHostname === undefined ? {} : { localHostname },
  });
  return [names.hostname, names.fqdn, names.problems.length];
}

describe("which names", () => {
  test("fqdn wins, and gives the host name where there is none", () => {
    expect(resolve({ fqdn: "vm1.example.com" }, "x.example.org")).toEqual([
      "vm1",
      "vm1.example.com",
      0,
    ]);
    expect(resolve({ fqdn: "vm1.example.com", hostname: "web" })).toEqual([
      "web",
      "vm1.example.com",
      0,
    ]);
  });

  test("a dotted hostname counts as the FQDN", () => {
    expect(resolve({ hostname: "vm1.example.com" }, "x")).toEqual(["vm1", "vm1.example.com", 0]);
  });

  test("a plain hostname goes with the datasource's full name", () => {
    expect(resolve({ hostname: "web" }, "vm1.example.com")).toEqual(["web", "vm1.example.com", 0]);
    expect(resolve({ hostname: "web" })).toEqual(["web", "web", 0]);
  });

  test("the datasource's name alone", () => {
    expect(resolve({}, "vm1.example.com")).toEqual(["vm1", "vm1.example.com", 0]);
    expect(resolve({}, "vm1")).toEqual(["vm1", "vm1", 0]);
    expect(resolve({}, "192.0.2.7")).toEqual(["ip-192-0-2-7", "ip-192-0-2-7", 0]);
  });

  test("nothing, null and empty text are no name", () => {
    for (const nothing of [undefined, null, "", "  "]) {
      expect(resolve({ hostname: nothing, fqdn: nothing })).toEqual([undefined, undefined, 0]);
    }
  });
});

describe("what YAML makes of names", () => {
  test("numbers and dates are text again; blanks and a dot at the end do not count", () => {
    expect(resolve({ hostname: 123 })[0]).toBe("123");
    expect(resolve({ hostname: new Date("2026-01-02T00:00:00Z") })[0]).toBe("2026-01-02");
    expect(resolve({ fqdn: " vm1.example.com. " })).toEqual(["vm1", "vm1.example.com", 0]);
  });

  test("lists, mappings and booleans are problems with their key", () => {
    for (const wrong of [["vm1"], { name: "vm1" }, true]) {
      const { problems } = resolveNames({ config: { hostname: wrong }, instance: {} });
      expect(problems).toMatchObject([{ path: ["hostname"] }]);
    }
  });
});

describe("names that cannot be used", () => {
  test("count as not given: the next source is asked", () => {
    const refused = [
      "-a",
      "vm 1",
      "vm1\nx",
      "a..b",
      "ä",
      "a".repeat(64),
      `${"a.".repeat(130)}b`,
      "vm1;reboot",
      "vm1-",
    ];
    for (const hostname of refused) {
      expect(resolve({ hostname }, "vm1")).toEqual(["vm1", "vm1", 1]);
    }
    expect(resolve({}, "bad name")).toEqual([undefined, undefined, 1]);
  });

  test("an underscore is a warning", () => {
    const names = resolveNames({ config: { hostname: "vm_1" }, instance: {} });
    expect(names).toMatchObject({ hostname: "vm_1", problems: [] });
    expect(names.warnings).toHaveLength(1);
  });

  test("no value makes it throw, and every name that comes out is one", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.string(), (hostname, fqdn, localHostname) => {
        const names = resolveNames({ config: { hostname, fqdn }, instance: { localHostname } });
        for (const name of [names.hostname, names.fqdn]) {
          expect(name === undefined || isHostName(name)).toBe(true);
        }
      }),
    );
  });
});

describe("which one the machine gets", () => {
  const names = { hostname: "vm1", fqdn: "vm1.example.com" };

  test("the short one, unless the full one is preferred", () => {
    expect(chooseName(names, { family: "aix" })).toBe("vm1");
    expect(chooseName(names, { family: "debian" })).toBe("vm1");
    expect(chooseName(names, { family: "redhat" })).toBe("vm1.example.com");
    expect(chooseName(names, { family: "redhat", prefersFqdn: false })).toBe("vm1");
    expect(chooseName(names, { family: "aix", prefersFqdn: true })).toBe("vm1.example.com");
  });

  test("whichever there is", () => {
    expect(chooseName({ fqdn: "vm1" }, { family: "aix" })).toBe("vm1");
    expect(chooseName({ hostname: "vm1" }, { family: "aix", prefersFqdn: true })).toBe("vm1");
    expect(chooseName({}, { family: "aix" })).toBeUndefined();
  });
});
