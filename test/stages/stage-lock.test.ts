import { describe, expect, test } from "bun:test";
import { createPaths } from "../../src/instance/paths.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import type { StageFrame } from "../../src/stages/stage-frame.ts";
import { takeLock } from "../../src/stages/stage-lock.ts";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import type { FileSystem, System } from "../../src/system/system.ts";
import { createTestLogger } from "../support/module-context.ts";

const LOCK = "/run/cloud-init/stage.lock";
const paths = createPaths({
  cloudDir: "/c",
  runDir: "/run/cloud-init",
  templatesDir: "/t",
  configFile: "/f",
  logDir: "/l",
});

/** What `takeLock` asks of a frame. */
function frameOf(system: System, lines: string[] = []): StageFrame {
  const parts: Pick<StageFrame, "base" | "paths" | "log"> = {
    base: system,
    paths,
    log: createTestLogger(lines),
  };
  return parts as StageFrame;
}

test("the lock names its holder and is given back", async () => {
  const { system } = createScriptedSystem();
  const release = await takeLock(frameOf(system));
  expect(readText(system.fs, LOCK)).toBe(`${system.process.pid}\n`);
  release?.();
  expect(system.fs.stat(LOCK)).toBeUndefined();
});

test("a lock whose process is gone is taken over", async () => {
  const { system } = createScriptedSystem({ files: { [LOCK]: "4711\n" } });
  expect(await takeLock(frameOf(system))).toBeDefined();
  expect(readText(system.fs, LOCK)).toBe(`${system.process.pid}\n`);
});

test("a lock of a living process is waited for, then left alone", async () => {
  const { system } = createScriptedSystem({
    files: { "/proc/4711/status": "" },
    uptimeSeconds: 1e9,
  });
  system.fs.write(LOCK, "4711\n");
  expect(await takeLock(frameOf(system))).toBeUndefined();
  expect(readText(system.fs, LOCK)).toBe("4711\n");
});

test("a lock from before this boot is taken over, whoever has its number now", async () => {
  const { system } = createScriptedSystem({ files: { "/proc/4711/status": "" }, uptimeSeconds: 1 });
  system.fs.write(LOCK, "4711\n");
  await system.clock.sleep(60_000);
  const later: System = { ...system, clock: { ...system.clock, uptimeSeconds: () => 1 } };
  expect(await takeLock(frameOf(later))).toBeDefined();
});

test("a script of the stage that holds the lock may run a module", async () => {
  const { system } = createScriptedSystem({
    files: { "/proc/4711/status": "", [LOCK]: "4711\n" },
    uptimeSeconds: 1e9,
    env: { CLOUD_INIT_LOCK_HOLDER: "4711" },
  });
  const release = await takeLock(frameOf(system));
  expect(release).toBeDefined();
  release?.();
  expect(readText(system.fs, LOCK)).toBe("4711\n");
});

test("a disk that takes no lock does not keep the stage from running", async () => {
  const { system } = createScriptedSystem({ files: { "/run": "a file, not a directory" } });
  expect(await takeLock(frameOf(system))).toBeDefined();
});

describe("of two stages that come at once, at whatever moment, one holds the lock", () => {
  const NOW_MS = 1_000;
  const beginnings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "no lock": {},
    "a lock of a process that is gone": { [LOCK]: "4711\n" },
    "a lock of nobody": { [LOCK]: "" },
    "a lock, and a claim on it, of processes that are gone": {
      [LOCK]: "4711\n",
      [`${LOCK}.4711-${NOW_MS}`]: "4712\n",
    },
  };

  /** A stage whose every look at the disc, and every write, is told of before. */
  function stage(disc: FileSystem, pid: number, lines: string[], beforeStep = () => {}) {
    const { system } = createScriptedSystem();
    const told =
      <A extends unknown[], R>(method: (...args: A) => R) =>
      (...args: A): R => {
        beforeStep();
        return method(...args);
      };
    const fs: FileSystem = {
      ...disc,
      stat: told((path) => disc.stat(path)),
      readBytesIfExists: told((path) => disc.readBytesIfExists(path)),
      write: told((path, content, options) => disc.write(path, content, options)),
      remove: told((path) => disc.remove(path)),
    };
    const clock = { ...system.clock, uptimeSeconds: () => undefined };
    return frameOf({ ...system, fs, clock, process: { ...system.process, pid } }, lines);
  }

  /** The second stage comes before step `at` of the first one, and may be done before it, too. */
  async function race(files: Readonly<Record<string, string>>, at: number, isShort: boolean) {
    const disc = createMemoryFileSystem(files, { nowMs: () => NOW_MS });
    disc.makeDirectory("/proc/21");
    disc.makeDirectory("/proc/22");
    const lines: string[] = [];
    let second: Promise<(() => void) | undefined> = Promise.resolve(undefined);
    let steps = 0;
    const first = stage(disc, 21, lines, () => {
      steps += 1;
      if (steps === at) {
        second = takeLock(stage(disc, 22, lines));
        if (isShort && readTextIfExists(disc, LOCK) === "22\n") {
          disc.remove(LOCK);
        }
      }
    });
    const releases = [await takeLock(first), await second];
    const holder = readTextIfExists(disc, LOCK);
    const held = releases.map((release) => release !== undefined);
    const stepsToHold = steps;
    releases.forEach((release) => release?.());
    const warnings = lines.filter((line) => line.startsWith("WARNING"));
    return { steps: stepsToHold, holder, held, warnings, left: disc.list("/run/cloud-init") };
  }

  test.each(Object.entries(beginnings))("%s", async (_, files) => {
    const { steps } = await race(files, 0, false);
    expect(steps).toBeGreaterThan(1);
    for (let at = 1; at <= steps; at += 1) {
      const { holder, held, warnings, left } = await race(files, at, false);
      const isFirst = holder === "21\n";
      expect({ at, held, warnings, left }).toEqual({
        at,
        held: [isFirst, !isFirst],
        warnings: [],
        left: [],
      });
      const short = await race(files, at, true);
      expect({ at, holder: short.holder, warnings: short.warnings, left: short.left }).toEqual({
        at,
        holder: "21\n",
        warnings: [],
        left: [],
      });
    }
  });
});
