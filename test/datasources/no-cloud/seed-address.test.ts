import { expect, test } from "bun:test";
import { readSeedAddress } from "../../../src/datasources/no-cloud/seed-address.ts";
import { createLoopbackContext } from "../../support/loopback-context.ts";

test.each(["\n", "\r", "\t", "\u001B", "\u009B", "\u2028", "\u202E"])(
  "A seedfrom with %j in it is refused, and not shown raw",
  async (character) => {
    const { ctx } = createLoopbackContext();
    for (const base of ["http://192.0.2.1/s/", "/srv/seed/"]) {
      const address = await readSeedAddress(ctx, `${base}${character}2026 forged[CRITICAL]`);
      expect(address).toMatchObject({ kind: "unusable" });
      const { reason } = address.kind === "unusable" ? address : { reason: "" };
      expect(reason).toContain("without control characters");
      expect(reason.replaceAll("\t", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  },
);

test("Any other seedfrom is taken as it is", async () => {
  const { ctx } = createLoopbackContext();
  const base = "http://192.0.2.1/s/%s?name=Größe";
  expect(await readSeedAddress(ctx, base)).toMatchObject({ kind: "url", base });
});
