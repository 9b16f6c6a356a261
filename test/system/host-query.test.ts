import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
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

let root = "";
beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "host-query-"));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

function program(name: string, content: string | Uint8Array, mode = 0o755): string {
  const file = path.join(root, name);
  fs.writeFileSync(file, content);
  fs.chmodSync(file, mode);
  return file;
}

/** A query and the same command as a change, which goes another way; how long it took is left out. */
async function ask(
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<Omit<ExecResult, "durationMs">> {
  const all = { okExitCodes: "any", ...options } as const;
  const { durationMs, ...queried } = await exec.query(argv, all);
  const { durationMs: _, ...run } = await exec.run(argv, all);
  expect(durationMs).toBeLessThan(20_000);
  expect(queried).toEqual(run);
  return queried;
}

function sh(script: string, options: ExecOptions = {}): Promise<Omit<ExecResult, "durationMs">> {
  return ask(["/bin/sh", "-c", script], options);
}

describe("a query ends as a change does", () => {
  test("output, input, directory and environment", async () => {
    expect(await sh("echo out; echo err >&2; exit 3")).toEqual({
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
      timedOut: false,
    });
    const both = await sh("head -c 3000000 /dev/zero & head -c 3000000 /dev/zero >&2; wait");
    expect([both.stdout.length, both.stderr.length]).toEqual([3_000_000, 3_000_000]);
    const stdin = "x".repeat(5_000_000);
    expect((await ask(["/usr/bin/wc", "-c"], { stdin })).stdout.trim()).toBe("5000000");
    expect((await ask(["/bin/true"], { stdin })).exitCode).toBe(0);
    expect((await sh("cat; readlink /proc/self/fd/0")).stdout).toBe("/dev/null\n");
    expect((await sh("pwd; env | sort", { cwd: "/usr", env: { A: "b" } })).stdout).toContain("A=b");
    expect((await sh("ls /proc/self/fd")).stdout.trim().split("\n").length).toBe(4);
  });

  test("signals, and programs that do not start", async () => {
    expect((await sh("kill -9 $$")).exitCode).toBe(137);
    expect((await sh("kill -TERM $$")).exitCode).toBe(143);
    const plain = program("plain", "#!/bin/sh\n", 0o644);
    const lost = program("lost", "#!/no/such/interpreter\n");
    const foreign = program("foreign", Uint8Array.from([1, 0xdf, 0, 2, 0, 0, 0, 0]));
    const script = program("no-shebang", 'echo "$0: $1, $2"\nexit 4\n');
    expect((await ask(["/no/such/program"])).exitCode).toBe(127);
    expect((await ask([lost])).stderr).toContain("interpreter named in the first line");
    expect((await ask(["/bin/true"], { cwd: "/no/such" })).stderr).toContain('no directory "/no');
    for (const argv of [[plain], [root], [foreign], ["/bin/true", "a\0b"]]) {
      expect((await ask(argv)).exitCode).toBe(126);
    }
    expect((await ask(["/bin/true", "x".repeat(3_000_000)])).exitCode).toBe(126);
    expect((await ask([script, "a b", "$c"])).stdout).toBe(`${script}: a b, $c\n`);
  });

  test("time-outs, which end all that it started", async () => {
    const { exitCode, timedOut, stdout } = await exec.query(
      ["/bin/sh", "-c", "echo $$; sleep 60 & echo $!; wait"],
      { okExitCodes: "any", timeoutMs: 300 },
    );
    expect({ exitCode, timedOut }).toEqual({ exitCode: 124, timedOut: true });
    const pids = stdout.trim().split("\n").map(Number);
    expect(pids.length).toBe(2);
    for (const pid of pids) {
      for (let count = 0; count < 200 && isAlive(pid); count += 1) {
        await Bun.sleep(20);
      }
      expect(isAlive(pid)).toBe(false);
    }
    await expect(exec.query(["/bin/sleep", "60"], { timeoutMs: 100 })).rejects.toThrow(
      'Command "/bin/sleep 60" did not end in time',
    );
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/mu.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

test("what ends with a wrong exit code is thrown, and the program's path is absolute", async () => {
  await expect(exec.query(["/bin/sh", "-c", "echo no >&2; exit 2"])).rejects.toThrow(
    "ended with exit code 2: no",
  );
  await expect(exec.query(["true"])).rejects.toThrow("expected an absolute path");
});
