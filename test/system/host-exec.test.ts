import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { CommandError } from "../../src/system/command-error.ts";
import { createHostExec } from "../../src/system/host-exec.ts";
import { createHostOutput } from "../../src/system/host-output.ts";
import { createRunningCommands } from "../../src/system/host-running-commands.ts";
import type { ExecOptions, ExecResult } from "../../src/system/system.ts";

const HOST = {
  platform: "linux",
  pid: process.pid,
  env: { NODE_OPTIONS: "--x", BUN_BE_BUN: "1", LANG: "C.UTF-8" },
};
const exec = createHostExec({
  process: HOST,
  output: createHostOutput({ process: HOST }),
  running: createRunningCommands(),
});

let root = "";
beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "host-exec-"));
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

function sh(script: string, options: ExecOptions = {}): Promise<ExecResult> {
  return exec.run(["/bin/sh", "-c", script], { okExitCodes: "any", ...options });
}

function program(name: string, content: string | Uint8Array, mode = 0o755): string {
  const file = path.join(root, name);
  fs.writeFileSync(file, content);
  fs.chmodSync(file, mode);
  return file;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie whom nobody waits for is dead all the same.
    return !/^State:\s+Z/mu.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function untilDead(pid: number): Promise<boolean> {
  for (let count = 0; count < 200 && isAlive(pid); count += 1) {
    await Bun.sleep(20);
  }
  return !isAlive(pid);
}

describe("output and input", () => {
  test("10 MB on each stream at once arrive whole", async () => {
    const script = "head -c 10000000 /dev/zero & head -c 10000000 /dev/zero >&2; wait";
    const result = await sh(script);
    expect(result.stdout.length).toBe(10_000_000);
    expect(result.stderr.length).toBe(10_000_000);
  });

  test("characters that come in two pieces are one", async () => {
    const result = await sh("printf '\\303'; sleep 0.05; printf '\\274'");
    expect(result.stdout).toBe("ü");
  });

  test("input of 5 MB reaches the child", async () => {
    const result = await exec.query(["/usr/bin/wc", "-c"], { stdin: "x".repeat(5_000_000) });
    expect(result.stdout.trim()).toBe("5000000");
  });

  test("a child that does not read a huge input is no failure", async () => {
    const stdin = "x".repeat(5_000_000);
    expect((await exec.run(["/bin/true"], { stdin })).exitCode).toBe(0);
    expect((await sh("exec <&-; sleep 0.1; exit 3", { stdin })).exitCode).toBe(3);
  });

  test("without input a child reads nothing", async () => {
    expect((await sh("cat; readlink /proc/self/fd/0")).stdout).toBe("/dev/null\n");
  });

  test("the working directory is the one asked for", async () => {
    expect((await sh("pwd", { cwd: "/usr" })).stdout).toBe("/usr\n");
  });
});

describe("ends", () => {
  test("an exit code that is not fine is a CommandError with what the command said", async () => {
    const error = await exec
      .run(["/bin/sh", "-c", "echo out; echo 0514-040 no device >&2; exit 3"])
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ exitCode: 3, stdout: "out\n", stderr: "0514-040 no device\n" });
    expect(String(error)).toContain("ended with exit code 3: 0514-040 no device");
    expect((await sh("exit 3", { okExitCodes: [0, 3] })).exitCode).toBe(3);
  });

  test("a signal counts as 128 and its number", async () => {
    expect(await sh("kill -9 $$")).toMatchObject({ exitCode: 137, timedOut: false });
    expect((await sh("kill -TERM $$")).exitCode).toBe(143);
  });

  test("a program that is not there is 127, one that cannot run is 126", async () => {
    const any = { okExitCodes: "any" } as const;
    const plain = program("plain", "#!/bin/sh\n", 0o644);
    const lost = program("lost", "#!/no/such/interpreter\n");
    const foreign = program("foreign", Uint8Array.from([1, 0xdf, 0, 2, 0, 0, 0, 0]));
    expect(await exec.run(["/no/such/program"], any)).toMatchObject({ exitCode: 127, stderr: "" });
    expect((await exec.run([plain], any)).exitCode).toBe(126);
    expect((await exec.run([root], any)).exitCode).toBe(126);
    expect((await exec.run([foreign], any)).exitCode).toBe(126);
    expect((await exec.run(["/bin/true", "a\0b"], any)).exitCode).toBe(126);
    expect((await exec.run(["/bin/true", "x".repeat(3_000_000)], any)).exitCode).toBe(126);
    expect((await exec.run(["/bin/true"], { ...any, cwd: "/no/such" })).exitCode).toBe(126);
    expect((await exec.run([lost], any)).exitCode).toBe(127);
    await expect(exec.run([lost])).rejects.toThrow("interpreter named in the first line");
    await expect(exec.run(["/bin/true"], { cwd: "/no/such" })).rejects.toThrow(
      'there is no directory "/no/such"',
    );
    await expect(exec.run(["/no/such/program"])).rejects.toThrow(
      'Command "/no/such/program" was not found',
    );
  });

  test("a script without #! is run by the shell, with its arguments", async () => {
    const script = program("no-shebang", 'echo "$0: $1, $2"\nexit 4\n');
    const result = await exec.run([script, "a b", "$c"], { okExitCodes: [4] });
    expect(result.stdout).toBe(`${script}: a b, $c\n`);
  });

  test("only a user's command is looked up in PATH", async () => {
    await expect(exec.run(["true"])).rejects.toThrow("expected an absolute path");
    await expect(exec.query([])).rejects.toThrow("expected an absolute path");
    expect((await exec.run(["true"], { owner: "user" })).exitCode).toBe(0);
  });

  test("verify is asked after the command, and what it says is thrown", async () => {
    const file = path.join(root, "made");
    const verify = async (): Promise<string | undefined> =>
      fs.existsSync(file) ? undefined : "the file is not there";
    await expect(exec.run(["/bin/true"], { verify })).rejects.toThrow("the file is not there");
    await exec.run(["/usr/bin/touch", file], { verify });
  });
});

describe("environment", () => {
  test("is fixed, and nothing of the agent's gets in", async () => {
    const result = await exec.query(["/usr/bin/env"], { env: { INSTANCE_ID: "i-1" } });
    expect(result.stdout.trim().split("\n").sort()).toEqual([
      "HOME=/",
      "INSTANCE_ID=i-1",
      "LANG=C",
      "LC_ALL=C",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]);
  });

  test("a user's command has the machine's language", async () => {
    const result = await exec.query(["/usr/bin/env"], { owner: "user" });
    expect(result.stdout).toContain("LANG=C.UTF-8\n");
    expect(result.stdout).not.toContain("LC_ALL");
    expect(result.stdout).not.toMatch(/NODE_|BUN_/u);
  });

  test("no descriptor but the three gets in", async () => {
    const result = await sh("ls /proc/self/fd");
    // Three, and the one that ls opens for the directory.
    expect(result.stdout.trim().split("\n").length).toBe(4);
  });
});

describe("time-outs", () => {
  test("end the whole process group, also what ignores SIGTERM", async () => {
    const script = `
      (trap '' TERM; echo $$; while :; do sleep 0.1; done) &
      sh -c 'echo $$; exec sleep 60' &
      echo $!
      trap 'exit 0' TERM
      wait`;
    const result = await sh(script, { timeoutMs: 300 });
    expect(result).toMatchObject({ exitCode: 124, timedOut: true });
    const pids = result.stdout.trim().split("\n").map(Number);
    expect(pids.length).toBe(3);
    for (const pid of pids) {
      expect(await untilDead(pid)).toBe(true);
    }
  }, 20_000);

  test("are an error that says so", async () => {
    await expect(exec.run(["/bin/sleep", "60"], { timeoutMs: 100 })).rejects.toThrow(
      'Command "/bin/sleep 60" did not end in time',
    );
  });

  test("keep what was written so far, even where a grandchild of another session holds the pipe", async () => {
    const script = "echo begun; setsid sleep 60 & echo $!; wait";
    const result = await sh(script, { timeoutMs: 300 });
    expect(result.exitCode).toBe(124);
    const [begun, sleeper] = result.stdout.trim().split("\n");
    expect(begun).toBe("begun");
    expect(result.durationMs).toBeLessThan(10_000);
    process.kill(Number(sleeper), "SIGKILL");
  }, 20_000);

  test("a grandchild in the background holds the result up only for a moment", async () => {
    const result = await sh("sleep 60 & echo $!; echo done");
    expect(result.exitCode).toBe(0);
    expect(result.durationMs).toBeLessThan(5000);
    const [sleeper, done] = result.stdout.trim().split("\n");
    expect(done).toBe("done");
    expect(isAlive(Number(sleeper))).toBe(true);
    process.kill(Number(sleeper), "SIGKILL");
  });

  test("a timer of the agent runs while a child does", async () => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 10);
    await sh("sleep 0.3");
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });
});
