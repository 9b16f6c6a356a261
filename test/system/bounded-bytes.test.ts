import { expect, test } from "bun:test";
import fc from "fast-check";
import { createBoundedBytes } from "../../src/system/bounded-bytes.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a stream that fits is kept as it is", () => {
  const kept = createBoundedBytes(10);
  kept.add(bytes("01234"));
  kept.add(bytes("56789"));
  expect(kept.text()).toBe("0123456789");
  expect(createBoundedBytes(10).text()).toBe("");
});

test("of a longer one the beginning and the end are kept, and it is said how much is missing", () => {
  const kept = createBoundedBytes(10);
  for (const chunk of ["0123", "456789abc", "de", "f", "ghi"]) {
    kept.add(bytes(chunk));
  }
  expect(kept.text()).toBe("01234\n[9 bytes left out]\nefghi");
});

test("without a limit all is kept", () => {
  const kept = createBoundedBytes(Number.POSITIVE_INFINITY);
  for (let count = 0; count < 1000; count += 1) {
    kept.add(bytes("0123456789"));
  }
  expect(kept.text()).toHaveLength(10_000);
});

test("however a stream is cut into chunks, the result is the same", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 20 }), { maxLength: 20 }),
      fc.integer({ min: 2, max: 40 }),
      (chunks, maxBytes) => {
        const kept = createBoundedBytes(maxBytes);
        chunks.forEach((chunk) => kept.add(bytes(chunk)));
        const all = chunks.join("");
        const half = Math.floor(maxBytes / 2);
        const missing = all.length - 2 * half;
        expect(kept.text()).toBe(
          missing <= 0
            ? all
            : `${all.slice(0, half)}\n[${missing} bytes left out]\n${all.slice(-half)}`,
        );
      },
    ),
  );
});
