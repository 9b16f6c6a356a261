import { handleSignals } from "../../src/system/host-signals.ts";
import { createHostSystem, type HostSystem } from "../../src/system/host-system.ts";

/**
 * A program on the host system, run by `host-runtimes.test.ts` under Bun and under Node. Arguments:
 * what to do, and an empty directory to do it in. Like `main.ts` it ends by itself.
 */
async function main(): Promise<void> {
  const [, , task = "", root = ""] = process.argv;
  const sys = createHostSystem();
  const stop = handleSignals(sys, (signal) => {
    sys.output.write("stderr", `received ${signal}\n`);
  });
  switch (task) {
    case "commands":
      return report(sys, await tryCommands(sys, root));
    case "output":
      await tryOutput(sys, root);
      stop();
      return;
    case "report":
      return report(sys, await tryReport(sys, root));
    case "descriptors":
      await listDescriptors(sys, root);
      stop();
      return;
    case "files":
      return report(sys, tryFiles(sys, root));
    case "copy-input": {
      const copied = await sys.exec.run(["/bin/cat"], { owner: "user", inheritStdin: true });
      sys.output.write("stdout", copied.stdout);
      return;
    }
    case "input": {
      const bytes = await sys.input?.readAll(Number(root));
      sys.output.write("stdout", `${bytes?.length} ${new TextDecoder().decode(bytes?.slice(-3))}`);
      return;
    }
    case "wait-for-user":
      await sys.output.redirect({ stdout: { kind: "tee", path: `${root}/log` }, stderr: "&1" });
      await sys.exec.run(["/bin/sh", `${root}/script`], { owner: "user", output: "inherit" });
      sys.output.write("stdout", "went on\n");
      return;
    case "wait-for-agent":
      await sys.exec.run(["/bin/sh", `${root}/script`]);
      sys.output.write("stdout", "went on\n");
      return;
    default:
      throw new Error(`Unknown task "${task}"`);
  }
}

function report(sys: HostSystem, facts: Readonly<Record<string, unknown>>): void {
  sys.output.write("stdout", `${JSON.stringify(facts)}\n`);
}

async function tryCommands(sys: HostSystem, root: string): Promise<Record<string, unknown>> {
  const sh = (
    script: string,
    timeoutMs = 60_000,
    stdin?: string,
  ): ReturnType<HostSystem["exec"]["run"]> =>
    sys.exec.run(["/bin/sh", "-c", script], {
      okExitCodes: "any",
      timeoutMs,
      ...(stdin === undefined ? {} : { stdin }),
    });
  const exitCode = async (...argv: string[]): Promise<number> =>
    (await sys.exec.run(argv, { okExitCodes: "any" })).exitCode;
  sys.fs.write(`${root}/no-shebang`, 'echo "$1"', { mode: 0o755 });
  sys.fs.write(`${root}/foreign`, Uint8Array.of(1, 0xdf, 0, 2, 0, 0), { mode: 0o755 });

  const big = await sh("head -c 10000000 /dev/zero & head -c 10000000 /dev/zero >&2; wait");
  const late = await sh("(trap '' TERM; echo $$; sleep 60) & sh -c 'echo $$; sleep 60'", 300);
  const held = await sh("sleep 60 & echo $!");
  process.kill(Number(held.stdout), "SIGKILL");
  const unread = "x".repeat(5_000_000);
  return {
    big: [big.stdout.length, big.stderr.length],
    late: [late.exitCode, late.timedOut, late.stdout.trim().split("\n").map(Number)],
    isHeldShort: held.durationMs < 5000,
    unread: (await sys.exec.run(["/bin/true"], { stdin: unread })).exitCode,
    unreadByQuery: (await sys.exec.query(["/bin/true"], { stdin: unread })).exitCode,
    closedInput: (await sh("exec <&-; sleep 0.2; exit 3", 60_000, unread)).exitCode,
    read: (await sys.exec.run(["/usr/bin/wc", "-c"], { stdin: unread })).stdout.trim(),
    missing: await exitCode("/no/such"),
    plain: await exitCode("/etc/passwd"),
    foreign: await exitCode(`${root}/foreign`),
    tooLong: await exitCode("/bin/true", unread),
    noShebang: (await sys.exec.run([`${root}/no-shebang`, "a b"])).stdout,
    signal: (await sh("kill -9 $$")).exitCode,
    environment: (await sys.exec.query(["/usr/bin/env"])).stdout.trim().split("\n").sort(),
    stdin: (await sh("readlink /proc/self/fd/0")).stdout,
  };
}

async function tryOutput(sys: HostSystem, root: string): Promise<void> {
  const child = (script: string): ReturnType<HostSystem["exec"]["run"]> =>
    sys.exec.run(["/bin/sh", "-c", script], { owner: "user", output: "inherit" });
  sys.output.write("stdout", "before\n");
  await sys.output.redirect({ stdout: { kind: "tee", path: `${root}/log` }, stderr: "&1" });
  for (let index = 0; index < 5; index += 1) {
    sys.output.write("stdout", `own ${index}\n`);
    await child(`echo out ${index}; echo err ${index} >&2`);
  }
  await sys.output.redirect({
    stdout: { kind: "pipe", command: `sleep 0.3; cat > ${root}/piped` },
    stderr: "&1",
  });
  sys.output.write("stdout", "own\n");
  await child("seq 1 200000");
  await sys.output.close();
  // More than a pipe holds: nothing of it may be lost when the program ends.
  sys.output.write("stdout", `${"x".repeat(2_999_999)}\n`);
}

/** A script that tells how far it is, and waits for the answers. */
async function tryReport(sys: HostSystem, root: string): Promise<Record<string, unknown>> {
  await sys.output.redirect({ stdout: { kind: "append", path: `${root}/log` }, stderr: "&1" });
  const seen: [string, string][] = [];
  const text = [
    "exec 9<&3 3<&-; tell() { echo $1 >&9; read answer <&9; }",
    "tell one; echo $answer",
    "(sleep 60 >/dev/null 2>&1 & echo $! > pid)",
    "tell two; echo $answer; readlink /proc/$$/fd/0",
    "exit 3",
  ];
  const result = await sys.exec.run(["/bin/false"], {
    owner: "user",
    output: "inherit",
    okExitCodes: "any",
    cwd: root,
    reporting: {
      text: `${text.join("\n")}\n`,
      path: `${root}/private/script`,
      onLine(line) {
        seen.push([line, sys.output.tailSince(0, 5)]);
        return `${line} heard`;
      },
    },
  });
  process.kill(Number(new TextDecoder().decode(sys.fs.readBytes(`${root}/pid`))), "SIGKILL");
  const output = sys.output.tailSince(0, 5);
  await sys.output.close();
  return {
    seen,
    output,
    exitCode: result.exitCode,
    isPrompt: result.durationMs < 20_000,
    left: sys.fs.list(`${root}/private`),
  };
}

/** Each kind of child writes down what it has open: a pipe's reader, and one that is left behind, too. */
async function listDescriptors(sys: HostSystem, root: string): Promise<void> {
  const list = (name: string): string => `{ ls /proc/self/fd; echo end; } >${root}/${name}`;
  const argv = (name: string): string[] => ["/bin/sh", "-c", list(name)];
  await sys.output.redirect({
    stdout: { kind: "pipe", command: `${list("reader")}; cat >/dev/null` },
    stderr: "&1",
  });
  await sys.exec.query(argv("query"));
  await sys.exec.run(argv("run"));
  await sys.exec.run(argv("user"), { owner: "user", output: "inherit" });
  await sys.exec.run(argv("detached"), { detached: { watchMs: 20_000 } });
  await sys.exec.run(argv("left-behind"), { afterAgent: { waitsMs: 20_000 } });
  await sys.output.close();
}

function tryFiles(sys: HostSystem, root: string): Record<string, unknown> {
  sys.fs.write(`${root}/tree/file`, "one", { mode: 0o4750, durable: true });
  sys.fs.symlink("file", `${root}/tree/link`);
  sys.fs.write(`${root}/tree/link`, "two");
  sys.fs.append(`${root}/tree/log`, "x", { mode: 0o600 });
  for (let index = 0; index < 40; index += 1) {
    sys.fs.write(`${root}/many/${index}`, "x");
  }
  sys.fs.flush();
  const disc = sys.fs.open(`${root}/tree/file`);
  const bytes = new TextDecoder().decode(disc.read(1, 10));
  disc.close();
  const codes = [
    () => sys.fs.readBytes(`${root}/none`),
    () => sys.fs.write(`${root}/tree/file/below`, ""),
    () => sys.fs.write(`${root}/tree`, ""),
    () => sys.fs.list(`${root}/none`),
  ].map((action) => {
    try {
      return action();
    } catch (error) {
      return error instanceof Error && "code" in error ? error.code : String(error);
    }
  });
  return {
    names: sys.fs.list(`${root}/tree`),
    mode: sys.fs.stat(`${root}/tree/file`)?.mode,
    bytes,
    codes,
    isNothing: sys.fs.stat(`${root}/tree/file/below`) === undefined,
    hasUptime: (sys.clock.uptimeSeconds() ?? 0) > 0,
    random: sys.random.bytes(16).length,
    runtime: sys.process.runtime.split(" ")[0],
    executablePath: sys.process.executablePath,
  };
}

void main();
