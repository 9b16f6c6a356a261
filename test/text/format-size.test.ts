import { expect, test } from "bun:test";
import { formatSize } from "../../src/text/format-size.ts";

test("sizes have a unit that fits", () => {
  expect([0, 1, 34, 1023, 1024, 1536, 10_240, 425_984, 1_572_864, 2 ** 41].map(formatSize)).toEqual(
    [
      "0 bytes",
      "1 byte",
      "34 bytes",
      "1023 bytes",
      "1 KiB",
      "1.5 KiB",
      "10 KiB",
      "416 KiB",
      "1.5 MiB",
      "2 TiB",
    ],
  );
});
