import { expect, test } from "bun:test";
import { createPaths } from "../../src/instance/paths.ts";
import { createMemoryFileSystem } from "../../src/system/memory-file-system.ts";
import { readUserScripts, recordUserScript } from "../../src/userdata/user-scripts.ts";

const paths = createPaths({
  cloudDir: "/var/lib/cloud",
  runDir: "/run/cloud-init",
  templatesDir: "/etc/cloud/templates",
  configFile: "/etc/cloud/cloud.cfg",
  logDir: "/var/log",
});

test("each script is kept once, with a list that only root reads", () => {
  const fs = createMemoryFileSystem();
  const scripts = ["per-boot/a.sh", "per-once/b (1).sh"].map(
    (name) => `${paths.scriptsDir}/${name}`,
  );
  for (const path of [...scripts, ...scripts]) {
    recordUserScript(fs, paths, path);
  }
  expect(readUserScripts(fs, paths)).toEqual(scripts);
  expect(fs.stat("/var/lib/cloud/data/user-scripts")?.mode).toBe(0o600);
});

test("lines that are no scripts of these directories count for nothing", () => {
  const fs = createMemoryFileSystem({
    "/var/lib/cloud/data/user-scripts":
      "\nper-boot\nper-boot/\nper-boot/..\nper-boot/../../x\n/etc/passwd\nvendor/x\nper-boot/ok\nper-bo",
  });
  expect(readUserScripts(fs, paths)).toEqual([`${paths.scriptsDir}/per-boot/ok`]);
});
