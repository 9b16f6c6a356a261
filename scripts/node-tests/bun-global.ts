// The few members of Bun's global that tests and their scripts call, by their Node.js counterparts.
import { spawn, spawnSync, type SpawnOptions, type SpawnSyncOptions } from "node:child_process";
import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { gzipSync } from "node:zlib";

Object.assign(globalThis, {
  Bun: {
    gzipSync: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
    sleep: async (durationMs: number) => wait(durationMs),
    spawn: ([program = "", ...args]: readonly string[], options: Streams & SpawnOptions = {}) => {
      const child = spawn(program, args, { ...options, stdio: stdioOf(options, "inherit") });
      return {
        pid: child.pid,
        stdin: child.stdin,
        stdout: child.stdout === null ? undefined : Readable.toWeb(child.stdout),
        stderr: child.stderr === null ? undefined : Readable.toWeb(child.stderr),
        exited: new Promise((resolve) => {
          child.on("exit", resolve);
        }),
        kill: (signal?: NodeJS.Signals) => child.kill(signal),
      };
    },
    spawnSync: (
      [program = "", ...args]: readonly string[],
      options: Streams & SpawnSyncOptions = {},
    ) => {
      const ended = spawnSync(program, args, { ...options, stdio: stdioOf(options, "pipe") });
      return { exitCode: ended.status, stdout: ended.stdout, stderr: ended.stderr };
    },
    stripANSI: stripVTControlCharacters,
    which,
    async write(path: string, content: Uint8Array | string) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    },
  },
});

type Stream = "ignore" | "inherit" | "pipe";

interface Streams {
  readonly stdin?: Stream;
  readonly stdout?: Stream;
  readonly stderr?: Stream;
}

/** Bun's own names of the three, and what it takes where nothing is said. */
function stdioOf({ stdin, stdout, stderr }: Streams, ofErrors: Stream): Stream[] {
  return [stdin ?? "ignore", stdout ?? "pipe", stderr ?? ofErrors];
}

function which(name: string): string | null {
  const found = (process.env["PATH"] ?? "").split(delimiter).find((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  return found === undefined ? null : join(found, name);
}
