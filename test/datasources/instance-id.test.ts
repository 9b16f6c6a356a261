import { expect, test } from "bun:test";
import { parseInstanceId } from "../../src/datasources/instance-id.ts";

test("an id has no character that ends a line, leads elsewhere or hides in a terminal", () => {
  for (const character of ["/", "\n", "\u001B", "\u007F", "\u009B", "\u2028", "\u2029", "\u202E"]) {
    expect(parseInstanceId(`i-${character}1`)).toBe("i-_1");
  }
  expect(parseInstanceId("i-zero\u200Bwidth")).toBe("i-zero_width");
  expect(parseInstanceId(" Größe-1 ")).toBe("Größe-1");
});
