import { describe, expect, test } from "bun:test";
import { readDmi } from "../../src/datasources/dmi.ts";
import { mayProbe } from "../../src/datasources/may-probe.ts";
import { numberSetting } from "../../src/datasources/number-setting.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { createRecordingLog } from "../support/recording-log.ts";

function ask(
  given: { config?: Record<string, unknown>; isOnlySource?: boolean; cmdline?: string },
  platformFact?: string,
): ReturnType<typeof mayProbe> {
  const { system } = createScriptedSystem({
    files: given.cmdline === undefined ? {} : { "/proc/cmdline": given.cmdline },
  });
  return mayProbe(
    { sys: system, config: given.config ?? {}, isOnlySource: given.isOnlySource ?? false },
    {
      name: "GCE",
      addressKeys: ["metadata_url"],
      ...(platformFact === undefined ? {} : { platformFact }),
    },
  );
}

describe("a metadata service", () => {
  test.each([
    ["nothing speaks for it", {}],
    ["strict_id is true", { config: { strict_id: true } }],
    ["strict_id only warns", { config: { strict_id: "warn" } }],
    ["its address is empty", { config: { metadata_url: "" } }],
    ["the kernel command line names another", { cmdline: "ro ds=gce ds=nocloud;s=/x quiet" }],
    ["the kernel command line names one that begins so", { cmdline: "ds=gce2" }],
  ])("is not asked where %s", (_name, given) => {
    expect(ask(given)).toMatchObject({ isAllowed: false });
  });

  test.each([
    ["it is the only entry", { isOnlySource: true }, "only entry"],
    [
      "its address is configured",
      { config: { metadata_url: "http://192.0.2.1/" } },
      "metadata_url",
    ],
    ["strict_id is false", { config: { strict_id: "no" } }, "strict_id"],
    ["the kernel command line names it", { cmdline: "ro ds=GCE;x=y quiet\n" }, "command line"],
    ["the kernel command line names it in the old way", { cmdline: "ci.datasource=gce" }, "line"],
  ])("is asked where %s", (_name, given, why) => {
    expect(ask(given)).toEqual({ isAllowed: true, why: expect.stringContaining(why) });
  });

  test("is asked where the firmware says so", () => {
    const answer = ask({}, 'product name is "Google"');
    expect(answer).toEqual({ isAllowed: true, why: 'the firmware\'s product name is "Google"' });
  });

  test("is named with what would allow it, where it may not be asked", () => {
    const answer = ask({});
    expect(JSON.stringify(answer)).toContain("datasource.GCE.metadata_url");
  });
});

describe("metadata_urls", () => {
  const { system } = createScriptedSystem();
  const isAllowed = (metadata_urls: unknown): boolean =>
    mayProbe(
      { sys: system, config: { metadata_urls } },
      { name: "OpenStack", addressKeys: ["metadata_urls"] },
    ).isAllowed;

  test.each([[[]], [[null]], [{}], [["ftp://192.0.2.1"]], [""], [true], [["", 7]]])(
    "of %j name nobody who may be asked",
    (urls) => {
      expect(isAllowed(urls)).toBeFalse();
    },
  );

  test.each([["192.0.2.1"], [["http://192.0.2.1"]], [["ftp://192.0.2.1", "http://[2001:db8::1]"]]])(
    "of %j name somebody",
    (urls) => {
      expect(isAllowed(urls)).toBeTrue();
    },
  );
});

describe("readDmi", () => {
  const path = "/sys/class/dmi/id/product_name";

  test("gives the text without its line end", () => {
    const { system } = createScriptedSystem({ files: { [path]: "Google Compute Engine\n" } });
    expect(readDmi(system, "product_name")).toBe("Google Compute Engine");
    expect(readDmi(system, "product_serial")).toBeUndefined();
  });

  test("knows nothing on AIX, whatever files there are", () => {
    const { system } = createScriptedSystem({ platform: "aix", files: { [path]: "Google\n" } });
    expect(readDmi(system, "product_name")).toBeUndefined();
  });

  test("takes what cannot be read for what is not there", () => {
    const { system } = createScriptedSystem({ files: { [`${path}/x`]: "" } });
    expect(readDmi(system, "product_name")).toBeUndefined();
  });
});

describe("numberSetting", () => {
  test.each([
    [undefined, 7, []],
    [null, 7, []],
    [3, 3, []],
    ["30", 30, []],
    [1e12, 86_400, []],
    [-50, -1, []],
    [
      "soon",
      7,
      ['Cannot use "datasource.X.max_wait", 7 is used: expected a whole number, found text'],
    ],
    [
      [1],
      7,
      ['Cannot use "datasource.X.max_wait", 7 is used: expected a whole number, found a list'],
    ],
  ])("reads %p as %p", (value, expected, warnings) => {
    const log = createRecordingLog();
    expect(numberSetting({ config: { max_wait: value }, log }, "X", "max_wait", 7)).toBe(expected);
    expect(log.warnings()).toEqual(warnings);
  });
});
