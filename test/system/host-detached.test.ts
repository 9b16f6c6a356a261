import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createHostExec } from "../../src/system/host-exec.ts";
import { createHostOutput } from "../../src/system/host-output.ts";
import { createRunningCommands } from "../../src/system/host-running-commands.ts";
import { moduleForProcess } from "../support/module-for-process.ts";

let root = "";
beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "detached-"));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

function createExec() {
  const process = { platform: "linux", pid: 1, env: {} };
  const running = createRunningCommands();
  return createHostExec({ process, output: createHostOutput({ process }), running });
}

async function until(isDone: () => boolean): Promise<boolean> {
  for (let count = 0; count < 500 && !isDone(); count += 1) {
    await Bun.sleep(20);
  }
  return isDone();
}

test("one that fails while it is watched is an error with its exit code and what it said", async () => {
  const command = ["/bin/sh", "-c", "echo You are not allowed >&2; exit 3"];

  const failed = createExec().run(command, { detached: { watchMs: 20_000 } });

  await expect(failed).rejects.toThrow(/exit code 3.*You are not allowed/su);
});

test("a program that is not there is an error", async () => {
  const failed = createExec().run(["/no/such/shutdown", "-F"], { detached: { watchMs: 20_000 } });

  await expect(failed).rejects.toThrow('"/no/such/shutdown -F" was not found');
});

test("one that goes on is left alone after the watch, and comes to its end", async () => {
  const file = path.join(root, "done");

  const result = await createExec().run(
    ["/bin/sh", "-c", 'sleep 1; echo still here >&2; echo "$1" > "$0"', file, "a b'c"],
    { detached: { watchMs: 50 } },
  );

  expect(result).toMatchObject({ exitCode: 0, timedOut: false });
  expect(fs.existsSync(file)).toBe(false);
  expect(await until(() => fs.existsSync(file) && fs.readFileSync(file, "utf8") !== "")).toBe(true);
  expect(fs.readFileSync(file, "utf8")).toBe("a b'c\n");
});

test("the end of this process does not wait for it, nor end it; nothing is left of the file", async () => {
  const file = path.join(root, "late");
  const directory = path.join(root, "tmp");
  fs.mkdirSync(directory);
  const script = `
    import { spawn } from "node:child_process";
    import { runDetached } from "${moduleForProcess("src/system/host-detached.ts")}";
    const result = await runDetached(spawn, ["/bin/sh", "-c", "sleep 2; echo x >&2; echo y > ${file}"], { env: {}, watchMs: 50 });
    process.stdout.write(String(result.exitCode));
  `;
  const program = path.join(root, "detached.mjs");
  fs.writeFileSync(program, script);
  const startedMs = performance.now();

  const { stdout, status } = spawnSync(process.execPath, [program], {
    env: { ...process.env, TMPDIR: directory },
    timeout: 20_000,
  });

  expect([status, stdout.toString()]).toEqual([0, "0"]);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  expect(fs.readdirSync(directory)).toEqual([]);
  expect(await until(() => fs.existsSync(file))).toBe(true);
});
