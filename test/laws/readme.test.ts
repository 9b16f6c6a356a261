import { expect, test } from "bun:test";
import { compareReadme } from "../../scripts/readme-table.ts";
import { MODULES } from "../../src/modules/registry.ts";

test("README's table of keys is what the modules say (npm run format writes it)", async () => {
  const { is, wanted } = await compareReadme();

  expect(is).toBe(wanted);
});

test("each module says what it does on AIX and on Linux", async () => {
  for (const entry of MODULES) {
    const { name, aix, linux } = await entry.load();

    expect(`${name}: ${aix ?? ""}`).toMatch(/: \S.*[^.]$/u);
    expect(`${name}: ${linux ?? ""}`).toMatch(/: \S.*[^.]$/u);
  }
});
