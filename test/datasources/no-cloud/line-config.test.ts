import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseLineConfig } from "../../../src/datasources/no-cloud/line-config.ts";

describe("parseLineConfig", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["quiet ro", undefined],
    ["ds=nocloudx", undefined],
    ["xds=nocloud", undefined],
    ["ds=nocloud", { dsmode: "local" }],
    ["a ds=nocloud b", { dsmode: "local" }],
    ["ds=NoCloud", { dsmode: "local" }],
    ["ds=nocloud-net", { dsmode: "net" }],
    ["ds=nocloud;s=/seed/", { seedfrom: "/seed/", dsmode: "local" }],
    ["ds=nocloud-net;s=file:///seed/", { seedfrom: "file:///seed/", dsmode: "local" }],
    ["ds=nocloud;s=http://192.0.2.5/c/", { seedfrom: "http://192.0.2.5/c/", dsmode: "net" }],
    ["ds=nocloud;s=https://x?a=b&c", { seedfrom: "https://x?a=b&c", dsmode: "net" }],
    ["ds=nocloud;s=http://x/;dsmode=local", { seedfrom: "http://x/", dsmode: "local" }],
    [
      "ds=nocloud;h=aix01;i=iid-1;;other=1;flag;=x",
      {
        "local-hostname": "aix01",
        "instance-id": "iid-1",
        other: "1",
        flag: null,
        dsmode: "local",
      },
    ],
    [
      "ds=nocloud;instance-id=a;seedfrom=/b",
      { "instance-id": "a", seedfrom: "/b", dsmode: "local" },
    ],
    ['"ds=nocloud;i=quoted"', { "instance-id": "quoted", dsmode: "local" }],
    ['ds="nocloud;i=quoted" ro', { "instance-id": "quoted", dsmode: "local" }],
    ["ds=nocloud;i=first ds=nocloud;i=second", { "instance-id": "first", dsmode: "local" }],
  ];
  for (const [line, expected] of cases) {
    test(JSON.stringify(line), () => {
      expect(parseLineConfig(line)).toEqual(expected as Record<string, unknown>);
    });
  }

  test("never throws, and gives no key of an object's own", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const metadata = parseLineConfig(`ds=nocloud;${text}`) ?? {};
        expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
      }),
    );
    expect(Object.keys(parseLineConfig("ds=nocloud;__proto__=x") ?? {})).toContain("__proto__");
  });
});
