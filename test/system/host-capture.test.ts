import { expect, test } from "bun:test";
import { createHostExec } from "../../src/system/host-exec.ts";
import { createHostOutput } from "../../src/system/host-output.ts";
import { createRunningCommands } from "../../src/system/host-running-commands.ts";
import type { ExecOptions, ExecResult } from "../../src/system/system.ts";

const HOST = { platform: "linux", pid: process.pid, env: {} };
const exec = createHostExec({
  process: HOST,
  output: createHostOutput({ process: HOST }),
  running: createRunningCommands(),
});

function sh(script: string, options: ExecOptions = {}): Promise<ExecResult> {
  return exec.run(["/bin/sh", "-c", script], {
    okExitCodes: "any",
    owner: "user",
    captureMaxBytes: 1000,
    ...options,
  });
}

test("of 300 MB, both ends are held and the program may end by itself", async () => {
  const result = await sh("echo first; head -c 300000000 /dev/zero; echo; printf last; exit 4");
  expect(result.exitCode).toBe(4);
  expect(result.stdout.length).toBeLessThan(1100);
  expect(result.stdout.startsWith("first\n")).toBe(true);
  expect(result.stdout.endsWith("\nlast")).toBe(true);
  expect(result.stdout).toMatch(/\n\[\d+ bytes left out\]\n/u);
}, 60_000);

test("each stream has its own limit", async () => {
  const { stdout, stderr } = await sh("echo out; head -c 5000 /dev/zero >&2");
  expect(stdout).toBe("out\n");
  expect(stderr).toContain("[4000 bytes left out]");
});

test("the signal that ended a program is named, and none where it ended by itself or by us", async () => {
  expect(await sh("kill -SEGV $$")).toMatchObject({ exitCode: 139, signal: "SIGSEGV" });
  expect((await sh("exit 139")).signal).toBeUndefined();
  const late = await sh("sleep 60", { timeoutMs: 100 });
  expect(late).toMatchObject({ exitCode: 124, timedOut: true });
  expect(late.signal).toBeUndefined();
}, 20_000);

test("a program that reads no input does not mind that there is much of it", async () => {
  const stdin = "x".repeat(4_000_000);
  expect(await sh("exec 0<&-; sleep 0.1; echo done", { stdin })).toMatchObject({
    exitCode: 0,
    stdout: "done\n",
  });
  expect((await sh("wc -c", { stdin })).stdout.trim()).toBe("4000000");
});
