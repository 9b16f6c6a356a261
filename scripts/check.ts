// `npm run check`: types, lint, format, both builds, tests on Bun and on Node.js; ends with "N passed, N failed" counted
// from the real results. `--no-tests` leaves the tests out.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FORMATTED } from "./format.ts";

const root = join(import.meta.dir, "..");
const bin = (name: string): string => join(root, "node_modules", ".bin", name);
const junit = join(root, "dist", "junit.xml");
const nodeResults = join(root, "dist", "node-results.json");
let passed = 0;
let failed = 0;

step("types", [bin("tsc"), "-p", "."]);
// Fixtures are what clouds and machines gave, broken ones among them: nobody lays them out anew.
step("lint", [
  bin("oxlint"),
  "-c",
  "scripts/oxlint.json",
  "--deny-warnings",
  "--ignore-pattern",
  "test/fixtures",
  ".",
]);
step("format", [bin("oxfmt"), "-c", "scripts/oxfmt.json", "--check", ...FORMATTED]);
step("build", [process.execPath, "scripts/build.ts", "--verify", ...carrierFlags()]);
const demo = process.env["DEMO_EXIT_CODE"];
if (demo !== undefined) {
  // CI has run the demo before: it counts as one of the steps.
  count(demo === "0" ? 1 : 0, demo === "0" ? 0 : 1);
}
if (!process.argv.includes("--no-tests")) {
  runTests();
  runNodeTests();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function step(name: string, argv: readonly string[]): void {
  const started = Date.now();
  console.log(`== ${name}`);
  const ok = run(argv) === 0;
  console.log(`== ${name}: ${ok ? "ok" : "FAILED"} (${Date.now() - started} ms)`);
  count(ok ? 1 : 0, ok ? 0 : 1);
}

/** Carrier and package with this machine's Node.js in them, so that real parts are built twice and compared. */
function carrierFlags(): readonly string[] {
  const isRequired = process.env["CLOUD_INIT_TEST_NO_SKIP"] !== undefined;
  // What is in PATH may be a script that starts it.
  const asked = spawnSync("node", ["-p", "process.execPath"], { encoding: "utf8" });
  const runtime = asked.status === 0 ? asked.stdout.trim() : "node";
  if (runtime === "node" && !isRequired) {
    console.log("== build: without carrier and package, there is no node in PATH");
    return [];
  }
  const flags = ["--carrier", "--runtime", runtime, "--runtime-sha256", sha256Of(runtime)];
  if (Bun.which("rpmbuild") === null && !isRequired) {
    console.log("== build: without package, there is no rpmbuild in PATH (Debian package rpm)");
    return flags;
  }
  return [...flags, "--rpm"];
}

/** Empty where there is no such file: the build says so. */
function sha256Of(path: string): string {
  return existsSync(path) ? createHash("sha256").update(readFileSync(path)).digest("hex") : "";
}

/** Counted from the runner's own report; a run that ends badly without a failed test counts as one failure. */
function runTests(): void {
  console.log("== tests");
  rmSync(junit, { force: true });
  const code = run([
    process.execPath,
    "scripts/test.ts",
    "--reporter=junit",
    `--reporter-outfile=${junit}`,
  ]);
  const report = readReport();
  count(report.tests - report.failures - report.skipped, report.failures);
  if (report.skipped > 0) {
    console.log(`== tests: ${report.skipped} skipped (each test says why)`);
  }
  if (code !== 0 && report.failures === 0) {
    console.log(`== tests: the runner ended with exit code ${code} without a failed test`);
    count(0, 1);
  }
  if (report.tests === 0) {
    console.log("== tests: none ran");
    count(0, 1);
  }
}

/** The suite once more, on the runtime of AIX. */
function runNodeTests(): void {
  console.log("== tests on Node.js");
  if (Bun.which("node") === null && process.env["CLOUD_INIT_TEST_NO_SKIP"] === undefined) {
    console.log("== tests on Node.js: skipped, there is no node in PATH");
    return;
  }
  rmSync(nodeResults, { force: true });
  const code = run([process.execPath, "scripts/test.ts", "--node", `--results=${nodeResults}`]);
  const { passed: good, failed: bad } = readNodeResults();
  count(good, bad);
  if (bad === 0 && (code !== 0 || good === 0)) {
    console.log(`== tests on Node.js: the runner ended with exit code ${code} after ${good} tests`);
    count(0, 1);
  }
}

function readNodeResults(): { readonly passed: number; readonly failed: number } {
  try {
    return JSON.parse(readFileSync(nodeResults, "utf8")) as { passed: number; failed: number };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

function readReport(): { tests: number; failures: number; skipped: number } {
  let text = "";
  try {
    text = readFileSync(junit, "utf8");
  } catch {
    return { tests: 0, failures: 0, skipped: 0 };
  }
  const head = /<testsuites[^>]*>/u.exec(text)?.[0] ?? "";
  const number = (name: string): number =>
    Number(new RegExp(` ${name}="(\\d+)"`, "u").exec(head)?.[1] ?? 0);
  return { tests: number("tests"), failures: number("failures"), skipped: number("skipped") };
}

function run(argv: readonly string[]): number {
  const [program = "", ...args] = argv;
  const result = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  return result.status ?? 1;
}

function count(good: number, bad: number): void {
  passed += good;
  failed += bad;
}
