import { afterEach, beforeEach, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createHostExec } from "../../src/system/host-exec.ts";
import { createHostOutput, type HostOutput } from "../../src/system/host-output.ts";
import { createRunningCommands } from "../../src/system/host-running-commands.ts";
import type { Exec } from "../../src/system/system.ts";

const HOST = { platform: "linux", pid: process.pid, env: {} };
let root = "";
let log = "";
let fds: number[] = [];
let output: HostOutput;
let exec: Exec;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "host-output-"));
  log = `${root}/log`;
  const [stdoutFd, stderrFd] = [
    fs.openSync(`${root}/stdout`, "a"),
    fs.openSync(`${root}/stderr`, "a"),
  ];
  fds = [stdoutFd, stderrFd];
  output = createHostOutput({ process: HOST, stdoutFd, stderrFd, consolePath: `${root}/console` });
  exec = createHostExec({ process: HOST, output, running: createRunningCommands() });
});

afterEach(async () => {
  await output.close();
  fds.forEach((fd) => fs.closeSync(fd));
  fs.rmSync(root, { recursive: true, force: true });
});

function read(name: string): string {
  return fs.readFileSync(`${root}/${name}`, "utf8");
}

async function child(script: string): Promise<void> {
  await exec.run(["/bin/sh", "-c", script], {
    owner: "user",
    output: "inherit",
    okExitCodes: "any",
  });
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let count = 0; count < 500 && !condition(); count += 1) {
    await Bun.sleep(20);
  }
  return condition();
}

test("without a redirection everything goes to the streams that were there", async () => {
  output.write("stdout", "own\n");
  await child("echo out; echo err >&2");
  output.write("stderr", "own too\n");
  expect(read("stdout")).toBe("own\nout\n");
  expect(read("stderr")).toBe("err\nown too\n");
  expect(output.tailSince(output.mark(), 5)).toBe("");
});

test("tee writes lines of ours and of children to the log and to the old stdout, in order", async () => {
  await output.redirect({ stdout: { kind: "tee", path: log }, stderr: "&1" });
  const lines: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    output.write(index % 2 === 0 ? "stdout" : "stderr", `own ${index}\n`);
    await child(`echo out ${index}; echo err ${index} >&2`);
    lines.push(`own ${index}`, `out ${index}`, `err ${index}`);
  }
  await output.close();
  expect(read("log").trim().split("\n")).toEqual(lines);
  expect(read("stdout")).toBe(read("log"));
  expect(read("stderr")).toBe("");
});

test("the same tee for both streams is one", async () => {
  const target = { kind: "tee", path: log } as const;
  await output.redirect({ stdout: target, stderr: { ...target } });
  output.write("stdout", "a\n");
  output.write("stderr", "b\n");
  await output.close();
  expect(read("stdout")).toBe("a\nb\n");
  expect(read("log")).toBe("a\nb\n");
});

test("after close output goes where it went before", async () => {
  await output.redirect({ stdout: { kind: "append", path: log }, stderr: "&1" });
  output.write("stdout", "in the log\n");
  await output.close();
  output.write("stdout", "on the screen\n");
  expect(read("log")).toBe("in the log\n");
  expect(read("stdout")).toBe("on the screen\n");
});

test("what a child writes is shown while it runs", async () => {
  await output.redirect({ stdout: { kind: "tee", path: log } });
  const running = child(`echo begun; while [ ! -e ${root}/go ]; do sleep 0.05; done; echo ended`);
  expect(await until(() => read("stdout") === "begun\n")).toBe(true);
  fs.writeFileSync(`${root}/go`, "");
  await running;
  expect(read("stdout")).toBe("begun\nended\n");
});

test("10 MB of a child go through tee whole", async () => {
  await output.redirect({ stdout: { kind: "tee", path: log }, stderr: "&1" });
  await child("seq 1 1500000");
  await output.close();
  expect(read("log").length).toBe(10_888_896);
  expect(read("stdout")).toBe(read("log"));
});

test("emptying the log meanwhile is harmless", async () => {
  await output.redirect({ stdout: { kind: "tee", path: log }, stderr: "&1" });
  output.write("stdout", "a long line before\n");
  fs.truncateSync(log);
  output.write("stdout", "after\n");
  await child(`echo child; : > ${log}; echo again and again`);
  await output.close();
  expect(read("log")).toBe("again and again\n");
  expect(read("stdout")).toStartWith("a long line before\nafter\n");
  expect(read("stdout")).toEndWith("again\n");
});

test("a daemon that keeps the log may write to it after we have gone", async () => {
  await output.redirect({ stdout: { kind: "tee", path: log }, stderr: "&1" });
  await child(
    `(while [ ! -e ${root}/go ]; do sleep 0.05; done; echo late && echo fine > ${root}/fate) &`,
  );
  await output.close();
  fs.writeFileSync(`${root}/go`, "");
  expect(await until(() => fs.existsSync(`${root}/fate`))).toBe(true);
  expect(read("log")).toBe("late\n");
});

test("a new log is for its owner and group, an old one keeps its mode and what is in it", async () => {
  const umask = process.umask(0);
  try {
    await output.redirect({ stdout: { kind: "tee", path: log } });
  } finally {
    process.umask(umask);
  }
  expect(fs.statSync(log).mode & 0o777).toBe(0o640);
  const old = `${root}/old`;
  fs.writeFileSync(old, "before\n");
  fs.chmodSync(old, 0o604);
  await output.redirect({ stdout: { kind: "append", path: old } });
  output.write("stdout", "after\n");
  expect(fs.statSync(old).mode & 0o777).toBe(0o604);
  expect(read("old")).toBe("before\nafter\n");
  await output.redirect({ stdout: { kind: "truncate", path: old } });
  output.write("stdout", "anew\n");
  expect(read("old")).toBe("anew\n");
});

test("each stream may have a target of its own, and one may stay", async () => {
  await output.redirect({ stderr: { kind: "append", path: log } });
  await child("echo out; echo err >&2");
  await output.redirect({ stdout: { kind: "append", path: `${root}/other` } });
  await child("echo out again; echo err again >&2");
  expect(read("stdout")).toBe("out\n");
  expect(read("other")).toBe("out again\n");
  expect(read("log")).toBe("err\nerr again\n");
});

test("a target that cannot be opened leaves everything as it was", async () => {
  await output.redirect({ stdout: { kind: "append", path: log }, stderr: "&1" });
  for (const targets of [
    { stdout: { kind: "tee", path: `${root}/no/such/log` } },
    { stdout: { kind: "append", path: root } },
    { stdout: { kind: "append", path: `${root}/fine` }, stderr: { kind: "append", path: root } },
  ] as const) {
    await expect(output.redirect(targets)).rejects.toThrow("Cannot open output file");
  }
  spawnSync("mkfifo", [`${root}/fifo`]);
  await expect(
    output.redirect({ stdout: { kind: "append", path: `${root}/fifo` } }),
  ).rejects.toThrow("EINVAL");
  output.write("stdout", "still here\n");
  await child("echo the child too");
  expect(read("log")).toBe("still here\nthe child too\n");
});

test("the tail is the last lines since the mark", async () => {
  await output.redirect({ stdout: { kind: "append", path: log }, stderr: "&1" });
  output.write("stdout", "before\n");
  const mark = output.mark();
  expect(output.tailSince(mark, 3)).toBe("");
  await child("seq 1 10; printf 'no newline' >&2");
  expect(output.tailSince(mark, 3)).toBe("9\n10\nno newline");
  expect(output.tailSince(mark, 100)).toStartWith("1\n2\n");
  fs.truncateSync(log);
  output.write("stdout", "x\n");
  expect(output.tailSince(mark, 3)).toBe("x");
  await child("seq 1 100000");
  const tail = output.tailSince(mark, 1_000_000);
  expect(tail.length).toBeLessThan(100_000);
  expect(tail).toEndWith("\n100000");
  expect(
    tail
      .split("\n")
      .every((line, index, all) => index === 0 || Number(line) === Number(all[index - 1]) + 1),
  ).toBe(true);
});

test("a pipe to a slow reader loses nothing", async () => {
  await output.redirect({
    stdout: { kind: "pipe", command: `sleep 0.5; cat > ${root}/piped; echo end >> ${root}/piped` },
    stderr: "&1",
  });
  output.write("stdout", "own line\n");
  await child("seq 1 200000; seq 1 200000 >&2");
  output.write("stderr", "last line\n");
  await output.close();
  const lines = read("piped").trimEnd().split("\n");
  expect(lines.length).toBe(400_003);
  expect(lines[0]).toBe("own line");
  expect(lines.slice(-2)).toEqual(["last line", "end"]);
  expect(fs.statSync(`${root}/piped`).mode & 0o777).toBe(0o640);
});

test("the reader's own output goes to the old stdout", async () => {
  await output.redirect({ stdout: { kind: "pipe", command: "tr a-z A-Z" } });
  output.write("stdout", "loud\n");
  await output.close();
  expect(read("stdout")).toBe("LOUD\n");
});

test("a reader that goes away is no failure", async () => {
  await output.redirect({ stdout: { kind: "pipe", command: "exit 0" }, stderr: "&1" });
  await Bun.sleep(50);
  output.write("stdout", "x".repeat(200_000));
  await child("seq 1 100000; true");
  await output.close();
});

test("a reader that waits for a daemon does not hold the end up for ever", async () => {
  const started = performance.now();
  await output.redirect({ stdout: { kind: "pipe", command: `cat > ${root}/piped` } });
  await child(`(while [ ! -e ${root}/go ]; do sleep 0.05; done; echo late) &`);
  await output.close();
  expect(performance.now() - started).toBeLessThan(10_000);
  fs.writeFileSync(`${root}/go`, "");
  expect(await until(() => read("piped") === "late\n")).toBe(true);
}, 20_000);

test("tee to a device is left to the real tee", async () => {
  await output.redirect({ stdout: { kind: "tee", path: "/dev/null" } });
  output.write("stdout", "shown\n");
  await output.close();
  expect(read("stdout")).toBe("shown\n");
});

test("streams that nobody holds any more take nothing and break nothing", () => {
  const gone = createHostOutput({ process: HOST, stdoutFd: 999, stderrFd: 999 });
  gone.write("stdout", "x");
  gone.write("stderr", "x");
  expect(gone.isTerminal("stdout")).toBe(false);
});

test("a console that is not there, or is stuck, holds nobody up", () => {
  output.writeConsole("nobody hears\n");
  expect(fs.existsSync(`${root}/console`)).toBe(false);
  expect(spawnSync("mkfifo", [`${root}/console`]).status).toBe(0);
  output.writeConsole("no reader\n");
  const reader = fs.openSync(`${root}/console`, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  output.writeConsole("heard\n");
  const started = performance.now();
  output.writeConsole("x".repeat(200_000));
  expect(performance.now() - started).toBeLessThan(5000);
  const bytes = Buffer.alloc(6);
  fs.readSync(reader, bytes);
  fs.closeSync(reader);
  expect(bytes.toString()).toBe("heard\n");
});

/** The controlling side of a pseudo terminal is a terminal too. */
const PTMX = "/dev/ptmx";

test.skipIf(!fs.existsSync(PTMX))(
  "a terminal is watched, until its stream goes elsewhere",
  async () => {
    const terminal = fs.openSync(PTMX, fs.constants.O_RDWR | fs.constants.O_NOCTTY);
    fds.push(terminal);
    const watched = createHostOutput({ process: HOST, stdoutFd: fds[0] ?? -1, stderrFd: terminal });
    expect([watched.isWatched?.("stdout"), watched.isWatched?.("stderr")]).toEqual([false, true]);
    await watched.redirect({ stderr: { kind: "tee", path: log } });
    expect([watched.isTerminal("stderr"), watched.isWatched?.("stderr")]).toEqual([false, true]);
    await watched.redirect({ stderr: { kind: "append", path: log } });
    expect(watched.isWatched?.("stderr")).toBe(false);
    await watched.redirect({ stderr: { kind: "pipe", command: "cat > /dev/null" } });
    expect(watched.isWatched?.("stderr")).toBe(false);
    await watched.close();
    expect(watched.isWatched?.("stderr")).toBe(true);
  },
);
