import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { requireOrSkip } from "../support/require-or-skip.ts";
import { nodesToTest } from "../support/runtimes.ts";

const PROBE = path.resolve(import.meta.dir, "host-probe.ts");
const NODES = nodesToTest();
/** Name of a runtime and its program. */
const RUNTIMES = [["bun", process.execPath] as const, ...NODES];
let directory = "";
let bundle = "";

beforeAll(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "host-runtimes-"));
  bundle = path.join(directory, "probe.cjs");
  const built = await Bun.build({
    entrypoints: [PROBE],
    target: "node",
    format: "cjs",
    outdir: directory,
    naming: "probe.cjs",
  });
  expect(built.success).toBe(true);
});
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));

function makeRoot(): string {
  return fs.mkdtempSync(path.join(directory, "root-"));
}

function until(condition: () => boolean): Promise<boolean> {
  return (async () => {
    for (let count = 0; count < 500 && !condition(); count += 1) {
      await Bun.sleep(20);
    }
    return condition();
  })();
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/mu.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe.each(RUNTIMES)("host system under %s", (runtime, executable) => {
  const argvOf = (task: string, root: string): [string, string[]] => [
    executable,
    [runtime === "bun" ? PROBE : bundle, task, root],
  ];

  async function run(
    task: string,
    root: string,
    whileRunning?: (pid: number) => Promise<void>,
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const [program, args] = argvOf(task, root);
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const texts = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Uint8Array) => (texts.stdout += String(chunk)));
    child.stderr.on("data", (chunk: Uint8Array) => (texts.stderr += String(chunk)));
    const ended = new Promise<number | null>((resolve) => {
      child.on("close", resolve);
    });
    await whileRunning?.(child.pid ?? 0);
    return { code: await ended, ...texts };
  }

  test("commands behave alike", async () => {
    const { code, stdout, stderr } = await run("commands", makeRoot());
    expect([code, stderr]).toEqual([0, ""]);
    const facts = JSON.parse(stdout) as { late: [number, boolean, number[]] };
    expect(facts).toMatchObject({
      big: [10_000_000, 10_000_000],
      isHeldShort: true,
      unread: 0,
      unreadByQuery: 0,
      closedInput: 3,
      read: "5000000",
      missing: 127,
      plain: 126,
      foreign: 126,
      tooLong: 126,
      noShebang: "a b\n",
      signal: 137,
      environment: [
        "HOME=/",
        "LANG=C",
        "LC_ALL=C",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      ],
      stdin: "/dev/null\n",
    });
    const [lateCode, timedOut, pids] = facts.late;
    expect([lateCode, timedOut, pids.length]).toEqual([124, true, 2]);
    expect(await until(() => !pids.some(isAlive))).toBe(true);
  }, 60_000);

  test("a script tells how far it is, and waits until it is heard", async () => {
    const { code, stdout, stderr } = await run("report", makeRoot());
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({
      seen: [
        ["one", ""],
        ["two", "one heard"],
      ],
      output: "one heard\ntwo heard\n/dev/null",
      exitCode: 3,
      isPrompt: true,
      left: [],
    });
  }, 60_000);

  test("output is whole, in order, and does not keep the program from ending", async () => {
    const root = makeRoot();
    const { code, stdout, stderr } = await run("output", root);
    expect([code, stderr]).toEqual([0, ""]);
    const log = fs.readFileSync(`${root}/log`, "utf8");
    expect(log).toBe(
      [0, 1, 2, 3, 4].map((index) => `own ${index}\nout ${index}\nerr ${index}\n`).join(""),
    );
    expect(stdout === `before\n${log}${"x".repeat(2_999_999)}\n`).toBe(true);
    const piped = fs.readFileSync(`${root}/piped`, "utf8").trimEnd().split("\n");
    expect([piped.length, piped[0], piped.at(-1)]).toEqual([200_001, "own", "200000"]);
  }, 60_000);

  test("the agent's own input reaches a child that is to have it", () => {
    const [program, args] = argvOf("copy-input", makeRoot());
    const result = spawnSync(program, args, { input: "from outside\n", encoding: "utf8" });
    expect([result.status, result.stdout]).toEqual([0, "from outside\n"]);
  }, 60_000);

  test("standard input is read to its end, whatever it is, and up to a limit", async () => {
    const file = path.join(makeRoot(), "input");
    fs.writeFileSync(file, `${"x".repeat(300_000)}end`);
    const fd = fs.openSync(file, "r");
    const [program, args] = argvOf("input", "1000000");
    const fromFile = spawnSync(program, args, { stdio: [fd, "pipe", "pipe"], encoding: "utf8" });
    fs.closeSync(fd);
    const line = [program, ...args].map((word) => `'${word}'`).join(" ");
    const sh = (script: string) => spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
    const told = { status: 0, stdout: "300003 end", stderr: "" };
    expect(fromFile).toMatchObject(told);
    expect(sh(`cat ${file} | ${line}`)).toMatchObject(told);
    expect(sh(`${line} </dev/null`)).toMatchObject({ ...told, stdout: "0 " });
    // Node gives a child that is fed a socket, of which /dev/stdin cannot be opened.
    const socket = `const { spawn } = require("node:child_process");
const child = spawn(process.argv[1], process.argv.slice(2), { stdio: ["pipe", "inherit", "inherit"] });
child.stdin.end(require("node:fs").readFileSync(${JSON.stringify(file)}));`;
    for (const [, node] of NODES.slice(0, 1)) {
      const fed = spawnSync(node, ["-e", socket, program, ...args], { encoding: "utf8" });
      expect(fed).toMatchObject(told);
    }
    const long = sh(`yes | ${line.replace("1000000", "1000")}`);
    expect(long.status).not.toBe(0);
    expect(long.stderr).toContain("the file is too large (EFBIG)");
  }, 60_000);

  test("files behave alike", async () => {
    const { code, stdout, stderr } = await run("files", makeRoot());
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({
      names: ["file", "link", "log"],
      mode: 0o4750,
      bytes: "wo",
      codes: ["ENOENT", "ENOTDIR", "EISDIR", "ENOENT"],
      isNothing: true,
      hasUptime: true,
      random: 16,
      runtime: runtime === "bun" ? "bun" : "node",
      executablePath: runtime === "bun" ? PROBE : bundle,
    });
  }, 60_000);

  test("no child gets what the caller of the program had open", async () => {
    const root = makeRoot();
    const open = `exec 9>${root}/lock 17>${root}/lock 40>${root}/lock 200>${root}/lock; "$@"`;
    const [program, args] = argvOf("descriptors", root);
    const argv = ["-c", open, "bash", program, ...args];
    const { status, stderr } = spawnSync("/bin/bash", argv, { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const name of ["reader", "query", "run", "user", "detached", "left-behind"]) {
      const file = `${root}/${name}`;
      const seen = (): string => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "");
      await until(() => seen().endsWith("end\n"));
      // The streams, and the directory that ls reads.
      expect([name, ...seen().split("\n")]).toEqual([name, "0", "1", "2", "3", "end", ""]);
    }
  }, 60_000);

  test("a lock of the caller's is held, and a pipe of his is open, until the program has ended", async () => {
    const root = makeRoot();
    const script = `ls /proc/self/fd > ${root}/seen; touch ${root}/ready
while [ ! -e ${root}/go ]; do sleep 0.05; done`;
    fs.writeFileSync(`${root}/script`, script);
    const open = `exec 201> >(cat >/dev/null; : >${root}/told)
exec 200>${root}/lock 202>${root}/other
flock -n 200 && exec "$@"`;
    const [program, args] = argvOf("wait-for-agent", root);
    const child = spawn("/bin/bash", ["-c", open, "bash", program, ...args]);
    const ended = new Promise((resolve) => {
      child.on("close", resolve);
    });
    const isFree = (): boolean => spawnSync("flock", ["-n", `${root}/lock`, "true"]).status === 0;
    try {
      expect(await until(() => fs.existsSync(`${root}/ready`))).toBe(true);
      expect([isFree(), fs.existsSync(`${root}/told`)]).toEqual([false, false]);
      expect(fs.readFileSync(`${root}/seen`, "utf8").split("\n")).not.toContain("202");
    } finally {
      fs.writeFileSync(`${root}/go`, "");
      await ended;
    }
    expect(await until(() => fs.existsSync(`${root}/told`))).toBe(true);
    expect(isFree()).toBe(true);
  }, 60_000);

  test("SIGTERM ends a user's script with all its children and goes on with nothing", async () => {
    const root = makeRoot();
    fs.writeFileSync(
      `${root}/script`,
      `sleep 60 & echo $! > ${root}/pids
         (trap '' TERM; echo $! >> ${root}/pids; while :; do sleep 1; done) &
         echo $! >> ${root}/pids
         trap 'echo cleaned up; exit 0' TERM
         echo ready; touch ${root}/ready
         while :; do sleep 0.1; done`,
    );
    const { code, stdout } = await run("wait-for-user", root, async (pid) => {
      expect(await until(() => fs.existsSync(`${root}/ready`))).toBe(true);
      process.kill(pid, "SIGTERM");
    });
    expect(code).toBe(1);
    // Some shells tell of the child they lost.
    expect(stdout.replace("Terminated\n", "")).toBe("ready\nreceived SIGTERM\ncleaned up\n");
    expect(fs.readFileSync(`${root}/log`, "utf8")).toBe(stdout);
    const pids = fs.readFileSync(`${root}/pids`, "utf8").trim().split("\n").map(Number);
    expect(await until(() => !pids.some(isAlive))).toBe(true);
  }, 60_000);

  test.each(["SIGTERM", "SIGINT", "SIGABRT"] as const)(
    "%s waits for a command of our own and never touches it",
    async (signal) => {
      const root = makeRoot();
      fs.writeFileSync(
        `${root}/script`,
        `trap 'touch ${root}/touched' TERM INT ABRT
         touch ${root}/ready; sleep 0.7; touch ${root}/finished`,
      );
      const { code, stdout, stderr } = await run("wait-for-agent", root, async (pid) => {
        expect(await until(() => fs.existsSync(`${root}/ready`))).toBe(true);
        process.kill(pid, signal);
        await Bun.sleep(50);
        process.kill(pid, signal);
      });
      expect([code, stdout, stderr]).toEqual([1, "", `received ${signal}\n`]);
      expect(fs.readdirSync(root).sort()).toEqual(["finished", "ready", "script"]);
    },
    60_000,
  );
});

const noNamespace =
  process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0
    ? undefined
    : "mounts of its own need root and unshare(1)";

// Bun does not start there.
describe.skipIf(requireOrSkip(noNamespace))(
  "on a machine without /proc, as AIX is one for programs",
  () => {
    test.each(NODES)(
      "%s runs commands, writes files, and knows the time since boot",
      (_name, node) => {
        const root = makeRoot();
        const run = (task: string) =>
          spawnSync(
            "unshare",
            [
              "-m",
              "/bin/sh",
              "-c",
              'mount -t tmpfs none /proc && exec "$@"',
              "sh",
              node,
              bundle,
              task,
              root,
            ],
            { encoding: "utf8" },
          );
        const files = run("files");
        expect([files.status, files.stderr]).toEqual([0, ""]);
        expect(JSON.parse(files.stdout)).toMatchObject({ hasUptime: true, runtime: "node" });
        const report = run("report");
        expect([report.status, report.stderr]).toEqual([0, ""]);
        expect(JSON.parse(report.stdout)).toMatchObject({
          output: "one heard\ntwo heard",
          exitCode: 3,
          isPrompt: true,
        });
      },
    );
  },
);
