import { afterAll, afterEach, expect, test } from "bun:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { runCommandScript } from "../../src/modules/run-command-script.ts";
import { createHostSystem } from "../../src/system/host-system.ts";
import type { System } from "../../src/system/system.ts";
import { renderShellScript } from "../../src/text/shell-quote.ts";
import { createModuleContext } from "../support/module-context.ts";

const base = fs.mkdtempSync(path.join(os.tmpdir(), "cloud-init-commands-"));
const systems: System[] = [];
afterEach(async () => {
  await Promise.all(systems.splice(0).map((sys) => sys.output.close()));
});
afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

/** Runs a list of commands on this machine, with /bin/sh, in a directory of its own. */
async function run(items: readonly unknown[], options: { readonly limitMs?: number } = {}) {
  const directory = fs.mkdtempSync(path.join(base, "run-"));
  const sys = createHostSystem();
  systems.push(sys);
  const log = path.join(directory, "output.log");
  await sys.output.redirect({ stdout: { kind: "append", path: log }, stderr: "&1" });
  const lines = Object.fromEntries(items.map((_, index) => [`runcmd.${index}`, 10 + index]));
  const context = createModuleContext(sys, { entryName: "scripts-user", lines });
  const script = path.join(directory, "runcmd");
  const { text, commands } = renderShellScript(items, "runcmd");
  fs.writeFileSync(script, text, { mode: 0o700 });
  const runDir = path.join(directory, "run");
  const ctx = { ...context.ctx, paths: { ...context.ctx.paths, runDir } };
  const result = await runCommandScript(ctx, {
    key: "runcmd",
    commands,
    kind: "script",
    what: "runcmd",
    argv: [script],
    ...(options.limitMs === undefined
      ? {}
      : { limit: { ms: options.limitMs, title: "1s (timeouts.runcmd)" } }),
  });
  const [whole, ...steps] = context.ledger;
  const left = fs.existsSync(`${runDir}/running`) ? fs.readdirSync(`${runDir}/running`) : [];
  return { result, whole, steps, log: context.log, output: fs.readFileSync(log, "utf8"), left };
}

test("each command has its exit code, its last lines and its line of user-data", async () => {
  const done = await run([
    "echo one",
    "echo before; ls /nonexistent/thing; echo tail >&2; (exit 2)",
    "false",
    ["sh", "-c", "printf 'a\\nb\\nc\\nd\\ne\\nf\\n' >&2; exit 3"],
    "echo last",
  ]);
  expect(done.result).toMatchObject({ exitCode: 0, detail: "" });
  expect(done.whole).toMatchObject({ kind: "script", what: "runcmd", outcome: "ok", exitCode: 0 });
  expect(done.steps).toMatchObject([
    {
      kind: "command",
      what: "runcmd[0]",
      outcome: "ok",
      exitCode: 0,
      source: "user-data",
      line: 10,
    },
    { what: "runcmd[1]", outcome: "failed", exitCode: 2, line: 11, reason: "exit code 2" },
    { what: "runcmd[2]", outcome: "failed", exitCode: 1, line: 12 },
    { what: "runcmd[3]", outcome: "failed", exitCode: 3, line: 13, stderr: "b\nc\nd\ne\nf" },
    { what: "runcmd[4]", outcome: "ok", exitCode: 0, line: 14 },
  ]);
  expect(done.steps[1]?.stderr).toMatch(/^before\n.*nonexistent.*\ntail$/u);
  // What other commands wrote is not taken for its own.
  expect(done.steps[2]?.stderr).toBeUndefined();
  expect(done.log.filter((line) => line.startsWith("INFO"))).toEqual([
    "INFO runcmd[1] (user-data line 11) ended with exit code 2: tail; the commands after it ran all the same",
    "INFO runcmd[2] (user-data line 12) ended with exit code 1; the commands after it ran all the same",
    "INFO runcmd[3] (user-data line 13) ended with exit code 3: f; the commands after it ran all the same",
  ]);
  expect(done.left).toEqual([]);
});

test("durations are the commands' own", async () => {
  const done = await run(["true x", "sleep 0.3", "true y"]);
  const [first, slept, last] = done.steps.map((step) => step.durationMs ?? -1);
  expect(slept).toBeGreaterThanOrEqual(290);
  expect(first).toBeLessThan(200);
  expect(last).toBeLessThan(200);
});

test("a command that ends the script is named, and those after it are skipped", async () => {
  const done = await run(["set -e", "echo fine", "ls /nonexistent/thing", "echo never", "echo no"]);
  expect(done.result.culprit).toBe("runcmd[2] (user-data line 12)");
  expect(done.steps.map((step) => [step.what, step.outcome, step.exitCode])).toEqual([
    ["runcmd[0]", "ok", 0],
    ["runcmd[1]", "ok", 0],
    ["runcmd[2]", "failed", done.result.exitCode],
    ["runcmd[3]", "skipped", undefined],
    ["runcmd[4]", "skipped", undefined],
  ]);
  expect(done.steps[2]?.stderr).toContain("/nonexistent/thing");
  expect(done.steps[3]?.reason).toBe(
    `the command before it ended the script with exit code ${done.result.exitCode}`,
  );
  expect(done.output).not.toContain("never");
});

test("the last command that fails is the script's failure, also after echo", async () => {
  const done = await run(["echo a", "echo b", "echo c > /nonexistent/x"]);
  expect(done.result.culprit).toBe("runcmd[2] (user-data line 12)");
  expect(done.steps.map((step) => step.outcome)).toEqual(["ok", "ok", "failed"]);
});

test("exit 0 in the middle is no failure", async () => {
  const done = await run(["exit 0", "ls"]);
  expect(done.result.culprit).toBeUndefined();
  expect(done.steps.map((step) => step.outcome)).toEqual(["ok", "skipped"]);
});

test.each([
  [["ls /", "echo one", "if ; then", "echo never"], 2],
  [["if ; then fi", "echo never"], 0],
])("a command that the shell cannot read is the one that failed: %p", async (items, index) => {
  const done = await run(items);
  expect(done.result.exitCode).not.toBe(0);
  const broken = done.steps.find((step) => step.outcome === "failed");
  expect(broken?.what).toMatch(new RegExp(String.raw`^runcmd\[${index}[\]-]`, "u"));
});

test("an echo before a command that cannot be read did its work", async () => {
  const done = await run(["ls /", "ls /", "ls; ; ls", "echo never"]);
  expect(done.steps.map((step) => [step.what, step.outcome, step.exitCode])).toEqual([
    ["runcmd[0]", "ok", 0],
    ["runcmd[1]", "ok", undefined],
    ["runcmd[2]", "failed", done.result.exitCode],
    ["runcmd[3]", "skipped", undefined],
  ]);
  expect(done.steps[2]?.reason).toBe("it is not a whole command of the shell: syntax error");
});

test("beyond the time limit everything is ended, and the command that hung is named", async () => {
  const done = await run(["echo begin", "(trap '' TERM; sleep 30 & sleep 30)", "echo never"], {
    limitMs: 200,
  });
  const reason = "it ran longer than 1s (timeouts.runcmd) and was ended with its process group";
  expect(done.result).toMatchObject({ exitCode: 124, timedOut: true, detail: `: ${reason}` });
  expect(done.result.culprit).toBe("runcmd[1] (user-data line 11)");
  expect(done.whole).toMatchObject({ outcome: "failed", exitCode: 124, reason });
  expect(done.steps).toMatchObject([
    { outcome: "ok" },
    { outcome: "failed", exitCode: 124, reason },
    { outcome: "skipped" },
  ]);
});

test("a daemon that the script leaves behind does not hold it up", async () => {
  const startMs = performance.now();
  const done = await run(["sleep 5 >/dev/null 2>&1 & echo $! > /dev/null", "echo done"]);
  expect(done.steps.map((step) => step.outcome)).toEqual(["ok", "ok"]);
  expect(performance.now() - startMs).toBeLessThan(4000);
});

test("commands that must run plain do, and the log says why", async () => {
  const done = await run(["set -x", "echo one", "exit 3"]);
  expect(done.steps).toEqual([]);
  expect(done.result).toMatchObject({ exitCode: 3 });
  expect(done.output).toBe("+ echo one\none\n+ exit 3\n");
  expect(done.log).toEqual([
    "INFO Running runcmd without a result for each command: runcmd[0] has set -x, -v or -a",
  ]);
});

test("a script that cannot be kept in its file runs plain", async () => {
  const directory = fs.mkdtempSync(path.join(base, "full-"));
  fs.writeFileSync(path.join(directory, "file"), "");
  const sys = createHostSystem();
  systems.push(sys);
  const marker = path.join(directory, "marker");
  await sys.exec.run(["/bin/sh", "-c", `touch ${marker}`], {
    owner: "user",
    output: "inherit",
    reporting: { text: "exit 9\n", path: path.join(directory, "file", "x"), onLine: () => "" },
  });
  expect(fs.existsSync(marker)).toBe(true);
});
