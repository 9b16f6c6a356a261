import { describe, expect, test } from "bun:test";
import { createPaths } from "../../src/instance/paths.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { buildDrive, CLOUD_DIR, createMachine } from "../support/sample-machine.ts";

const paths = createPaths({
  cloudDir: CLOUD_DIR,
  runDir: "/run/cloud-init",
  templatesDir: "/t",
  configFile: "/c",
  logDir: "/var/log",
});
const USER_DATA = "#cloud-config\nruncmd: [shutdown -Fr]\n";

/** A machine whose first three stages have run; what its scripts do is up to `onScript`. */
async function bootUntilScripts(onScript: () => void) {
  const aix = createMachine({
    drive: buildDrive({ userData: USER_DATA }),
    userCode: () => {
      onScript();
      return {};
    },
  });
  return aix;
}

describe("a script that ends the machine", () => {
  test("that is cut off twice in a row does not run a third time, and the boot says why", async () => {
    let runs = 0;
    const aix = await bootUntilScripts(() => {
      runs += 1;
    });
    const cut = { ...aix.system, exec: { ...aix.system.exec } };
    cut.exec.run = (argv, options) =>
      options?.owner === "user" && argv.join(" ").includes("scripts/runcmd")
        ? ((runs += 1), new Promise(() => {}))
        : aix.system.exec.run(argv, options);
    const options = { configFiles: [], force: false, debug: false };
    for (let boot = 0; boot < 2; boot += 1) {
      for (const stage of ["init-local", "init", "modules-config"] as const) {
        await runStage(stage, aix.system, options);
      }
      // The script never comes back: the machine loses its power.
      await Promise.race([
        runStage("modules-final", cut, options),
        new Promise((resolve) => setTimeout(resolve, 50)),
      ]);
      aix.reboot();
    }
    expect(runs).toBe(2);
    const codes = await runBoot(aix);
    expect(runs).toBe(2);
    expect(codes["init-local"]).toBe(1);
    expect(readText(aix.system.fs, paths.statusFile)).toContain("Does it restart the machine?");
  });

  test("a signal while it runs makes it count as run, and ends log and status", async () => {
    let stop: ((signal: string) => void) | undefined;
    const aix = await bootUntilScripts(() => stop?.("SIGTERM"));
    for (const stage of ["init-local", "init", "modules-config", "modules-final"] as const) {
      await runStage(stage, aix.system, {
        configFiles: [],
        force: false,
        debug: false,
        onStop(given) {
          stop = given;
        },
      });
      stop = undefined;
    }
    const log = readTextIfExists(aix.system.fs, "/var/log/cloud-init.log") ?? "";
    expect(log).toContain("received SIGTERM, exiting...");
    expect(log).toContain("config_scripts_user was ended while the user's code ran");
    expect(readText(aix.system.fs, paths.statusFile)).toContain("received SIGTERM");
  });
});
