import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "bun:test";

const ROOT = join(import.meta.dir, "../..");
const SUITES = join(ROOT, "test/fixtures/node-tests");

let scratch = "";

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "node-tests-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each([
  ["passes", 1, 0, 0],
  ["before-all-fails", 2, 3, 1],
  ["unawaited", 2, 4, 0],
  ["after-all-fails", 1, 1, 0],
  ["takes-too-long", 1, 2, 0],
  ["does-not-load", 0, 1, 0],
  ["group-does-not-load", 0, 1, 0],
  ["rejects-on-load", 1, 1, 0],
  ["has-none", 0, 1, 0],
  ["all-skipped", 0, 0, 1],
  ["leaves", 0, 1, 0],
  ["asks-for-a-callback", 0, 1, 0],
] as const)("the suite %s: %d passed, %d failed, %d skipped", (name, passed, failed, skipped) => {
  const { code, tally } = run([name]);
  expect(tally).toEqual({ passed, failed, skipped });
  expect(code).toBe(passed > 0 && failed === 0 ? 0 : 1);
});

test("the tests of all files count, and one failure is one of the run", () => {
  const { code, tally } = run(["passes", "does-not-load", "all-skipped"]);
  expect(tally).toEqual({ passed: 1, failed: 1, skipped: 1 });
  expect(code).toBe(1);
});

function run(suites: readonly string[]): { code: number | null; tally: unknown } {
  const results = join(scratch, "results.json");
  const { status } = spawnSync(process.execPath, [
    join(ROOT, "scripts/test-node.ts"),
    `--outdir=${join(scratch, "built")}`,
    `--results=${results}`,
    ...suites.map((name) => join(SUITES, `${name}.ts`)),
  ]);
  return { code: status, tally: JSON.parse(readFileSync(results, "utf8")) };
}
