import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compareNatural } from "../../src/text/natural-order.ts";

const device = fc
  .tuple(
    fc.constantFrom("eth", "en", "sd", "nvme", "vd"),
    fc.nat(300),
    fc.constantFrom("", "p1", "p10", "n1"),
  )
  .map((parts) => parts.join(""));

describe("natural order", () => {
  test("takes numbers by value", () => {
    expect(["eth10", "eth2", "eth", "eth1a", "eth1", "en3"].sort(compareNatural)).toEqual([
      "en3",
      "eth",
      "eth1",
      "eth1a",
      "eth2",
      "eth10",
    ]);
    expect(["d99999999999999999999", "d100000000000000000000"].sort(compareNatural)[0]).toBe(
      "d99999999999999999999",
    );
  });

  test("is that of Intl for names of devices", () => {
    fc.assert(
      fc.property(device, device, (a, b) => {
        expect(Math.sign(compareNatural(a, b))).toBe(
          Math.sign(a.localeCompare(b, "en", { numeric: true })),
        );
      }),
    );
  });

  test("is an order: of two names one comes first, wherever they stood", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
        expect(Math.sign(compareNatural(a, b))).toBe(-Math.sign(compareNatural(b, a)) + 0);
        expect(compareNatural(a, b) === 0).toBe(a === b);
        if (compareNatural(a, b) <= 0 && compareNatural(b, c) <= 0) {
          expect(compareNatural(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
    expect(["a01", "a1"].sort(compareNatural)).toEqual(["a1", "a01"].sort(compareNatural));
  });
});
