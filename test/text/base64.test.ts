import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { decodeBase64 } from "../../src/text/base64.ts";

test("what was encoded comes back, with line ends in it as well", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 80 }), (bytes, width) => {
      const text = Buffer.from(bytes).toString("base64");
      const folded = text.replace(new RegExp(`.{${width}}`, "gu"), "$&\r\n");
      expect(decodeBase64(folded)).toEqual(Buffer.from(bytes));
    }),
  );
});

test("text that is cut short or has foreign characters is none", () => {
  for (const text of ["aGVsbG8", "aGVsbG8==", "a", "aGVs_G8=", "aGVs!G8=", "=aGV"]) {
    expect(decodeBase64(text)).toBeUndefined();
  }
});
