import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createHostExec } from "../../src/system/host-exec.ts";
import { createHostOutput } from "../../src/system/host-output.ts";
import { createRunningCommands } from "../../src/system/host-running-commands.ts";
import { leaveBehind } from "../../src/system/host-leave-behind.ts";

let root = "";
beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "leave-behind-"));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

async function until(isDone: () => boolean): Promise<boolean> {
  for (let count = 0; count < 500 && !isDone(); count += 1) {
    await Bun.sleep(20);
  }
  return isDone();
}

test("the command runs once the process is gone, and not before", async () => {
  const agent = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
  const process = { platform: "linux", pid: agent.pid ?? 0, env: {} };
  const exec = createHostExec({
    process,
    output: createHostOutput({ process }),
    running: createRunningCommands(),
  });
  const file = path.join(root, "done");

  const result = await exec.run(["/bin/sh", "-c", 'echo "$1" > "$0"', file, "a b'c"], {
    afterAgent: { waitsMs: 30_000 },
  });

  expect(result.exitCode).toBe(0);
  await Bun.sleep(300);
  expect(fs.existsSync(file)).toBe(false);
  agent.kill("SIGKILL");
  expect(await until(() => fs.existsSync(file) && fs.readFileSync(file, "utf8") !== "")).toBe(true);
  expect(fs.readFileSync(file, "utf8")).toBe("a b'c\n");
});

test("a process that does not end is waited for no longer than was said", async () => {
  const file = path.join(root, "late");

  const [program = "", ...args] = leaveBehind(["/bin/touch", file], {
    waitsMs: 900,
    pid: process.pid,
  });
  const { status } = spawnSync(program, args);

  expect(status).toBe(0);
  expect(await until(() => fs.existsSync(file))).toBe(true);
});

test("nothing of the caller's is held open: a pipe ends with the call", () => {
  const [program = "", ...args] = leaveBehind(["/bin/true"], { waitsMs: 20_000, pid: process.pid });

  const { status, error } = spawnSync(program, args, { stdio: "pipe", timeout: 5000 });

  expect(error).toBeUndefined();
  expect(status).toBe(0);
});
