import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseGrowfs, parseGrowthSize } from "../../src/modules/growfs-list.ts";

const GIB = 2 ** 30;

describe("a size of growfs", () => {
  test("is at least so much, so much more, or a share of what is free", () => {
    expect(parseGrowthSize("4G")).toEqual({ kind: "at-least", bytes: 4 * GIB });
    expect(parseGrowthSize(GIB)).toEqual({ kind: "at-least", bytes: GIB });
    expect(parseGrowthSize("+ 512M")).toEqual({ kind: "more", bytes: GIB / 2 });
    expect(parseGrowthSize("100%FREE")).toEqual({ kind: "share", percent: 100 });
    expect(parseGrowthSize("+50 %free")).toEqual({ kind: "share", percent: 50 });
  });

  test("that is none is told with what was expected", () => {
    for (const [value, said] of [
      ["lots", 'got "lots"'],
      ["-5G", "only grow"],
      ["0", 'got "0"'],
      ["0%FREE", "from 1%FREE to 100%FREE"],
      ["101%FREE", "from 1%FREE to 100%FREE"],
      ["50%", 'got "50%"'],
      ["9999999999999999T", "expected a size"],
      [-5, "only grow"],
      [Number.NaN, 'got "NaN"'],
      [null, "got nothing"],
      [["4G"], "got a list"],
      [true, "got a boolean"],
    ] as const) {
      const size = parseGrowthSize(value);
      expect(typeof size === "string" ? size : JSON.stringify(size)).toContain(said);
    }
  });
});

describe("growfs", () => {
  test("keeps the order, and takes a slash at the end away", () => {
    const { wishes, problems } = parseGrowfs({ "/": "100%FREE", "/opt/": "+2G" });
    expect(problems).toEqual([]);
    expect(wishes.map(({ mountPoint, text }) => [mountPoint, text])).toEqual([
      ["/", "100%FREE"],
      ["/opt", "+2G"],
    ]);
  });

  test("judges each entry on its own, and names its place", () => {
    const { wishes, problems } = parseGrowfs({
      "/opt": "lots",
      opt: "1G",
      "/a/../b": "1G",
      "/a\nb": "1G",
      "LABEL=data": "1G",
      "/home": "1G",
      "/home/": "2G",
    });
    expect(wishes.map(({ text }) => text)).toEqual(["1G"]);
    expect(problems.map(({ path }) => path?.at(-1))).toEqual([
      "/opt",
      "opt",
      "/a/../b",
      "/a\nb",
      "LABEL=data",
      "/home/",
    ]);
    expect(problems.every(({ message }) => !message.includes("\n"))).toBe(true);
    expect(parseGrowfs(undefined)).toEqual({ wishes: [], problems: [] });
    expect(parseGrowfs(["/opt"]).problems[0]?.message).toContain("expected a mapping");
  });

  test("any value gives wishes or problems, and never throws", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (value) => {
        const { wishes, problems } = parseGrowfs(value);
        expect(wishes.length + problems.length).toBe(Object.keys(value).length);
      }),
    );
    const many = Object.fromEntries(Array.from({ length: 300 }, (_each, n) => [`/fs${n}`, "1G"]));
    const { wishes, problems } = parseGrowfs(many);
    expect([wishes.length, problems.length]).toEqual([256, 1]);
  });
});
