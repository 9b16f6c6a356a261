import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const FIXTURES = join(ROOT, "test/fixtures/external-modules");

test("the external modules that README shows are those that the tests run", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const names = readdirSync(FIXTURES)
    .filter((name) => !name.endsWith(".json"))
    .sort();
  expect(names).toEqual(["app-config", "motd", "register", "tunables"]);
  for (const name of names) {
    expect(readme).toContain(`\n${readFileSync(join(FIXTURES, name), "utf8")}\`\`\`\n`);
  }
});
