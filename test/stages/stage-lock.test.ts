import { expect, test } from "bun:test";
import { createPaths } from "../../src/instance/paths.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import type { StageFrame } from "../../src/stages/stage-frame.ts";
import { takeLock } from "../../src/stages/stage-lock.ts";
import { readText } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
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
function frameOf(system: System): StageFrame {
  const parts: Pick<StageFrame, "base" | "paths" | "log"> = {
    base: system,
    paths,
    log: createTestLogger([]),
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
