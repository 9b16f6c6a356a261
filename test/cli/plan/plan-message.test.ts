import { expect, test } from "bun:test";
import { parsePlanMessage } from "../../../src/cli/plan/plan-message.ts";

const same = (text: string): string => text;
const TEXTS = new Map([["user-data", ["#cloud-config", "", "  passwd: abc", "x".repeat(200)]]]);

test("the place in front of a message is taken off it", () => {
  expect(parsePlanMessage("user-data:1:7: Cannot use it", TEXTS, same)).toEqual({
    message: "Cannot use it",
    place: { source: "user-data", line: 1 },
    text: "#cloud-config",
  });
  expect(parsePlanMessage('user-data part "a.cfg":9: No', TEXTS, same)).toEqual({
    message: "No",
    place: { source: 'user-data part "a.cfg"', line: 9 },
  });
});

test("a message without a place, or with a colon of its own, stays whole", () => {
  for (const message of ["Cannot do it", 'Command "x" ended: 3: no', "Failed: 12: x"]) {
    expect(parsePlanMessage(message, TEXTS, same)).toEqual({ message });
  }
});

test("the line of the source is shown without secrets, not too long, and not where it is empty", () => {
  expect(parsePlanMessage("user-data:3: m", TEXTS, same).text).toBe("  passwd: ***");
  expect(parsePlanMessage("user-data:2: m", TEXTS, same).text).toBeUndefined();
  expect(parsePlanMessage("user-data:4: m", TEXTS, same).text).toBe(`${"x".repeat(120)}…`);
  const masked = parsePlanMessage("user-data:4: xx", TEXTS, (text) => text.replace(/x+/gu, "***"));
  expect(masked).toMatchObject({ message: "***", text: "***" });
});
