import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AIX_PLACES,
  RC_SCRIPTS,
  type RcScriptPlaces,
  renderRcScript,
} from "../../../src/cli/install/rc-scripts.ts";

const SHELLS = ["/usr/bin/ksh93", "/usr/bin/mksh", "/usr/bin/dash", "/bin/bash"].filter((shell) =>
  existsSync(shell),
);

test("the four scripts run the four stages, in the order of their links", () => {
  expect(RC_SCRIPTS.map(({ linkName, command }) => `${linkName}: ${command}`)).toEqual([
    "S01cloud-init-local: init --local",
    "S02cloud-init: init",
    "S03cloud-config: modules --mode config",
    "S04cloud-final: modules --mode final",
  ]);
});

test("a script for AIX is for its own ksh, and has nothing that only bash has", () => {
  const [script] = RC_SCRIPTS;
  const text = script === undefined ? "" : renderRcScript(script);
  expect(text).toStartWith("#!/usr/bin/ksh\n");
  expect(text).toContain(`agent=${AIX_PLACES.agent}\n`);
  expect(text).toContain('"$agent" $CLOUDINITARGS init --local </dev/null\n');
  expect(text).toContain(". /etc/sysconfig/cloud-init");
  expect(text.indexOf("/etc/sysconfig/cloud-init\nfi")).toBeLessThan(
    text.indexOf("/etc/default/cloud-init\nfi"),
  );
  // Those that "status" looks for.
  expect(text).toContain("if [ -e /etc/cloud/cloud-init.disabled ]");
  expect(text).toContain("if [ -e /opt/freeware/etc/cloud/cloud-init.disabled ]");
  expect(text).not.toMatch(/\[\[|^\s*local\b|\bfunction\b|echo -n|\$\(|&>/mu);
});

for (const shell of SHELLS) {
  describe(shell, () => {
    let dir = "";
    let places: RcScriptPlaces = AIX_PLACES;
    let script = "";

    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), "rc-script-"));
      places = {
        shell,
        agent: join(dir, "agent"),
        configFile: join(dir, "cloud.cfg"),
        settingsFiles: [join(dir, "sysconfig"), join(dir, "default")],
        disabledFiles: [join(dir, "cloud-init.disabled"), join(dir, "own.disabled")],
      };
      script = join(dir, "cloud-config");
      const [, , config] = RC_SCRIPTS;
      writeFileSync(script, config === undefined ? "" : renderRcScript(config, places));
      chmodSync(script, 0o755);
    });

    afterAll(() => {
      rmSync(dir, { recursive: true, force: true });
    });

    function agent(text: string): void {
      writeFileSync(places.agent, `#!/bin/sh\n${text}\n`);
      chmodSync(places.agent, 0o755);
    }

    function run(argument: string, env: Record<string, string> = {}) {
      const { status, stdout, stderr } = spawnSync(script, argument === "" ? [] : [argument], {
        cwd: dir,
        encoding: "utf8",
        input: "not for the agent\n",
        env: { PATH: "/nowhere", ...env },
      });
      return { status, stdout, stderr };
    }

    test("has no syntax error", () => {
      const { status, stderr } = spawnSync(shell, ["-n", script], { encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    });

    test("start without the program is exit code 5, without cloud.cfg 6", () => {
      rmSync(places.agent, { force: true });
      rmSync(places.configFile, { force: true });
      expect(run("start")).toMatchObject({ status: 5, stdout: "" });
      writeFileSync(places.agent, "");
      expect(run("start").status).toBe(5);
      agent("exit 0");
      const { status, stdout, stderr } = run("start");
      expect({ status, stdout }).toEqual({ status: 6, stdout: "" });
      expect(stderr).toBe(`Cannot start cloud-config: there is no "${places.configFile}"\n`);
    });

    test("start runs the stage and ends with its exit code", () => {
      writeFileSync(places.configFile, "");
      agent('echo "$@"; exit 42');
      for (const argument of ["start", "restart", "try-restart", "condrestart"]) {
        expect(run(argument)).toEqual({
          status: 42,
          stdout: "Starting cloud-config: modules --mode config\n",
          stderr: "",
        });
      }
    });

    test("CLOUDINITARGS of both settings files goes first, the second file wins, nothing is a pattern", () => {
      agent('for word in "$@"; do printf "<%s>" "$word"; done');
      writeFileSync(places.settingsFiles[0] ?? "", "CLOUDINITARGS=--force\nFIRST=yes\n");
      expect(run("start").stdout).toEndWith("<--force><modules><--mode><config>");
      writeFileSync(places.settingsFiles[1] ?? "", "CLOUDINITARGS='--debug --file /*'\n");
      expect(run("start").stdout).toEndWith("<--debug><--file></*><modules><--mode><config>");
      for (const file of places.settingsFiles) {
        rmSync(file, { force: true });
      }
    });

    test("a marker of the administrator's switches the stage off, also a link that leads nowhere", () => {
      agent(`echo run >${join(dir, "ran")}`);
      for (const file of places.disabledFiles) {
        const told = `Not starting cloud-config: disabled by "${file}"\n`;
        writeFileSync(file, "");
        expect(run("start")).toEqual({ status: 0, stdout: told, stderr: "" });
        rmSync(file);
        symlinkSync("/nowhere", file);
        expect(run("restart")).toEqual({ status: 0, stdout: told, stderr: "" });
        rmSync(file);
      }
      expect(existsSync(join(dir, "ran"))).toBeFalse();
    });

    test("the agent gets no input, a safe environment and the root directory", () => {
      agent('read line; echo "line=$line"; pwd; umask; env');
      const { stdout } = run("start", {
        BUN_BE_BUN: "1",
        BUN_OPTIONS: "--preload=/evil.js",
        NODE_OPTIONS: "--require=/evil.js",
        NODE_EXTRA_CA_CERTS: "/evil.pem",
        LD_LIBRARY_PATH: "/evil",
        LIBPATH: "/evil",
        CLOUD_CFG: "/kept.cfg",
        LC_ALL: "de_DE",
      });
      expect(stdout).toContain("line=\n/\n0022\n");
      expect(stdout).not.toContain("evil");
      expect(stdout).not.toContain("BUN_BE_BUN");
      expect(stdout).toContain("CLOUD_CFG=/kept.cfg\n");
      expect(stdout).toContain("LC_ALL=C\n");
      expect(stdout).toContain("ODMDIR=/etc/objrepos\n");
      expect(stdout).toMatch(/^PATH=\/usr\/bin:\/etc:\/usr\/sbin:.*:\/opt\/freeware\/bin$/mu);
    });

    test("the other words have their texts and exit codes, and run nothing", () => {
      agent(`echo run >${join(dir, "ran")}`);
      const usage = `Usage: ${script} {start|stop|status|try-restart|condrestart|restart|force-reload|reload}\n`;
      const cases: readonly [string, number, string][] = [
        ["stop", 7, "Shutting down cloud-config: "],
        ["reload", 3, ""],
        ["force-reload", 3, ""],
        ["status", 3, "Checking for service cloud-config:\n"],
        ["", 3, usage],
        ["begin", 3, usage],
      ];
      for (const [argument, status, stdout] of cases) {
        expect(run(argument)).toEqual({ status, stdout, stderr: "" });
      }
      expect(existsSync(join(dir, "ran"))).toBeFalse();
    });
  });
}
