import { spawn } from "node:child_process";
import fs from "node:fs";
import process from "node:process";
import { commandEnvironment } from "./command-environment.ts";
import type { RunningCommands } from "./host-running-commands.ts";
import type { Devices, ProcessInfo } from "./system.ts";

/**
 * Asks devices by dd(1), all at once: one that never answers keeps its dd waiting, and nobody else.
 * The program that ends meanwhile ends them too, where `running` is told of them.
 */
export function createHostDevices(
  info: Pick<ProcessInfo, "platform" | "env">,
  running?: Pick<RunningCommands, "add" | "isStopping">,
): Devices {
  return {
    async findSilent(devices, timeoutMs, moreMs) {
      const asked = devices
        .map((names) => names.filter(mayKeepSilent))
        .filter((names) => names.length > 0)
        .map((names) => names.join(" "));
      if (asked.length === 0) {
        return new Set();
      }
      const silent = await listSilent(asked, {
        timeoutMs,
        moreMs: async () => (await moreMs?.()) ?? 0,
        env: commandEnvironment(info, "agent"),
        running,
      });
      if (running?.isStopping === true) {
        // Their dd was ended, not answered: whoever goes on would wait for such a device himself.
        return new Promise(() => {});
      }
      return new Set(silent.flatMap((names) => names.split(" ")));
    },
  };
}

/** Names with blanks are passed over: no driver makes them. What is a file answers at once. */
function mayKeepSilent(path: string): boolean {
  try {
    const stats = fs.statSync(path);
    return !stats.isFile() && !stats.isDirectory() && !/\s/u.test(path);
  } catch {
    return false;
  }
}

/** Each line of its output is a device that has answered, be it with an error. */
const SCRIPT = [
  "set -f",
  "for names do",
  "  (",
  "    for path in $names; do",
  '      dd if="$path" of=/dev/null bs=2048 count=20 >/dev/null 2>&1 && break',
  "    done",
  '    echo "$names"',
  "  ) &",
  "done",
  "wait",
].join("\n");

interface Question {
  readonly timeoutMs: number;
  readonly moreMs: () => Promise<number>;
  readonly env: Readonly<Record<string, string>>;
  readonly running: Pick<RunningCommands, "add" | "isStopping"> | undefined;
}

async function listSilent(
  asked: readonly string[],
  { timeoutMs, moreMs, env, running }: Question,
): Promise<readonly string[]> {
  const child = running?.isStopping === true ? undefined : startAsking(asked, env);
  // Where nobody can ask, nothing is known of any of them.
  if (child === undefined) {
    return [];
  }
  if (child.pid !== undefined) {
    // They change nothing, so that they are ended as code of the user's is.
    running?.add({
      pid: child.pid,
      owner: "user",
      ended: new Promise((resolve) => {
        child.on("exit", () => resolve());
      }),
    });
  }
  let said = "";
  const left = (): readonly string[] => {
    const lines = said.split("\n");
    return asked.filter((names) => !lines.includes(names));
  };
  const answered = new Promise<true>((resolve) => {
    child.stdout.on("data", (chunk: Uint8Array) => {
      said += new TextDecoder().decode(chunk);
      if (left().length === 0) {
        resolve(true);
      }
    });
    child.on("error", () => resolve(true));
    child.on("close", () => resolve(true));
  });
  const isAnswered =
    (await isWithin(answered, timeoutMs)) || (await isWithin(answered, await moreMs()));
  if (!isAnswered) {
    endGroup(child.pid);
  }
  child.stdout.destroy();
  child.unref();
  return isAnswered ? [] : left();
}

async function isWithin(event: Promise<true>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([event, isOver]);
  } finally {
    clearTimeout(timer);
  }
}

/** Undefined where the runtime throws: it may also tell by an event. */
function startAsking(asked: readonly string[], env: Readonly<Record<string, string>>) {
  try {
    return spawn("/bin/sh", ["-c", SCRIPT, "cloud-init", ...asked], {
      env: { ...env },
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
  } catch {
    return undefined;
  }
}

/** A dd in the driver of a device that hangs ends when that lets it: nobody waits for it. */
function endGroup(pid: number | undefined): void {
  if (pid !== undefined) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // Nobody is left.
    }
  }
}
