import { describe, expect, test } from "bun:test";
import { createPaths } from "../../src/instance/paths.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { isSet, moduleSemaphore, setSemaphore } from "../../src/stages/semaphores.ts";
import { readText } from "../../src/system/files.ts";

const paths = createPaths({
  cloudDir: "/c",
  runDir: "/r",
  templatesDir: "/t",
  configFile: "/f",
  logDir: "/l",
});

describe("semaphores", () => {
  test("per-instance ones are config_NAME below the instance, with pid and time", () => {
    const { system } = createScriptedSystem();
    const semaphore = moduleSemaphore(
      paths,
      "i",
      "write_files",
      ["write-files"],
      "once-per-instance",
    );
    expect(isSet(system, semaphore)).toBe(false);
    setSemaphore(system, semaphore, true);
    expect(readText(system.fs, "/c/instances/i/sem/config_write_files")).toBe(
      `${system.process.pid}: 1767323045\n`,
    );
    expect(isSet(system, semaphore)).toBe(true);
  });

  test("those of frequency once end in .once and outlive the instance", () => {
    const { system } = createScriptedSystem();
    setSemaphore(system, moduleSemaphore(paths, "i", "bootcmd", [], "once"), false);
    const other = moduleSemaphore(paths, "another", "bootcmd", [], "once");
    expect(other.path).toBe("/c/sem/config_bootcmd.once");
    expect(isSet(system, other)).toBe(true);
  });

  test("always keeps nothing", () => {
    const { system, changes } = createScriptedSystem();
    const semaphore = moduleSemaphore(paths, "i", "bootcmd", [], "always");
    setSemaphore(system, semaphore, true);
    expect(isSet(system, semaphore)).toBe(false);
    expect(changes).toEqual([]);
  });

  test.each(["config-write-files", "config_cc_write_files.py", "config-cc_write_files.py"])(
    "an older spelling counts as run: %p",
    (name) => {
      const { system } = createScriptedSystem({ files: { [`/c/instances/i/sem/${name}`]: "" } });
      const written = ["cc_write_files.py"];
      expect(
        isSet(system, moduleSemaphore(paths, "i", "write_files", written, "once-per-instance")),
      ).toBe(true);
    },
  );

  test("the directory comes back after rm -rf instance/sem", () => {
    const { system } = createScriptedSystem();
    const semaphore = moduleSemaphore(paths, "i", "locale", [], "once-per-instance");
    setSemaphore(system, semaphore, true);
    system.fs.remove("/c/instances/i/sem");
    expect(isSet(system, semaphore)).toBe(false);
    setSemaphore(system, semaphore, true);
    expect(isSet(system, semaphore)).toBe(true);
  });
});
