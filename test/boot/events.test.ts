// What a boot, and `single`, tell of their parts: in the log for `analyze`, to who `reporting` names,
// and to who looks on.
import { describe, expect, test } from "bun:test";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { bootMachine, CLEAN, single } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_DIR,
  CONFIG_DIR,
  createMachine,
  logLines,
  logMark,
  sampleDrive,
  textAt,
} from "../support/sample-machine.ts";

const WEBHOOK = `reporting:
  fleet: {type: webhook, endpoint: "https://example.com/events", retries: 0}
  shown: {type: print}
`;

/** "start NAME", "finish NAME RESULT DESCRIPTION": the lines of a log that are events. */
function events(aix: SimulatedAix, mark = 0): readonly string[] {
  return logLines(aix, mark).flatMap((line) => {
    const found = /^stages\.ts\[DEBUG\]: (start|finish): (.*)$/u.exec(line);
    const [, kind = "", rest = ""] = found ?? [];
    const text = rest.replace(/ \(duration: [\d.]+s\)$/u, "");
    return found === null ? [] : [kind === "start" ? `start ${text.split(":")[0]}` : text];
  });
}

async function secondBoot(config = ""): Promise<{ aix: SimulatedAix; mark: number }> {
  const aix = await bootMachine();
  aix.reboot();
  aix.system.fs.write(`${CONFIG_DIR}/99_test.cfg`, config);
  const mark = logMark(aix);
  expect(await runBoot(aix)).toEqual(CLEAN);
  return { aix, mark };
}

describe("the log of a second boot", () => {
  test("has both events of a module that has run before, and what it says in between", async () => {
    const { aix, mark } = await secondBoot();
    expect(events(aix, mark)).toEqual(
      expect.arrayContaining([
        "start init-network/config-set_hostname",
        "init-network/config-set_hostname: SUCCESS: config-set_hostname previously ran",
        "start modules-final/config-scripts_user",
        "modules-final/config-scripts_user: SUCCESS: config-scripts_user previously ran",
      ]),
    );
    const lines = logLines(aix, mark);
    const said = lines.indexOf(
      "stages.ts[DEBUG]: config-set_hostname already ran (freq=once-per-instance)",
    );
    expect(lines[said - 1]).toContain("start: init-network/config-set_hostname: ");
    expect(lines[said + 1]).toContain("finish: init-network/config-set_hostname: ");
  });

  test("has a part below each stage, also where no module is left", async () => {
    const { aix, mark } = await secondBoot(
      "cloud_config_modules: []\ncloud_final_modules: [yum_add_repo]\n",
    );
    expect(events(aix, mark).filter((event) => event.includes("modules-"))).toEqual([
      "start modules-config/no-modules",
      "modules-config/no-modules: SUCCESS: no module has anything to do",
      "modules-config: SUCCESS: running modules for config",
      "start modules-final/no-modules",
      "modules-final/no-modules: SUCCESS: no module has anything to do",
      "modules-final: SUCCESS: running modules for final",
    ]);
  });

  test("has the search below a stage that finds no datasource", async () => {
    const aix = createMachine();
    await runBoot(aix);
    expect(events(aix)).toContain("start modules-config/search");
    expect(events(aix).join("\n")).not.toContain("no-modules");
    expect(events(aix).at(-1)).toBe("modules-final: FAIL: running modules for final");
  });
});

describe("single", () => {
  async function machine(): Promise<{ aix: SimulatedAix; told: string[] }> {
    const told: string[] = [];
    const aix = createMachine({
      drive: sampleDrive(),
      http(request) {
        const { name, event_type, result = "" } = JSON.parse(request.body ?? "{}");
        told.push(`${event_type} ${name} ${result}`);
        return { status: 200, headers: {}, body: new Uint8Array() };
      },
    });
    expect(await runBoot(aix)).toEqual(CLEAN);
    aix.system.fs.write(`${CONFIG_DIR}/99_test.cfg`, WEBHOOK);
    return { aix, told };
  }

  test("with --report tells the handlers of reporting", async () => {
    const { aix, told } = await machine();
    const shown = aix.output.stdout.length;
    expect(await single(aix, "set-hostname", { frequency: "always", report: true })).toBe(0);
    expect(told).toEqual([
      "start single/set-hostname ",
      "start single/set-hostname/config-set_hostname ",
      "finish single/set-hostname/config-set_hostname SUCCESS",
      "finish single/set-hostname SUCCESS",
    ]);
    expect(aix.output.stdout.slice(shown)).toContain("start: single/set-hostname: running single");
    expect(aix.system.fs.list("/run/cloud-init")).not.toContain("reporting-fleet.json");
  });

  test("tells of a failure as one", async () => {
    const { aix, told } = await machine();
    expect(await single(aix, "no_such_module", { report: true })).toBe(1);
    expect(told).toEqual(["start single/no_such_module ", "finish single/no_such_module FAIL"]);
  });

  test("without --report only the log hears", async () => {
    const { aix, told } = await machine();
    const [mark, shown] = [logMark(aix), aix.output.stdout.length];
    expect(await single(aix, "set_hostname", { frequency: "always" })).toBe(0);
    expect(told).toEqual([]);
    expect(aix.output.stdout.slice(shown)).toBe("");
    expect(events(aix, mark)).toEqual([
      "start single/set_hostname/config-set_hostname",
      "single/set_hostname/config-set_hostname: SUCCESS: running set_hostname with frequency always",
    ]);
  });
});

describe("progress", () => {
  const PROGRESS = /^cloud-init\[[a-z-]+\]: /u;

  function progressOf(aix: SimulatedAix, from = 0): readonly string[] {
    return aix.output.stderr
      .slice(from)
      .split("\n")
      .filter((line) => PROGRESS.test(line));
  }

  /** A boot with somebody who looks on. */
  async function watchedBoot(aix: SimulatedAix): Promise<void> {
    const output = { ...aix.system.output, isWatched: () => true };
    const system = { ...aix.system, output };
    await runBoot({ system });
  }

  test("is one line for each module that changed something", async () => {
    const aix = createMachine({ drive: sampleDrive() });
    await watchedBoot(aix);
    const lines = progressOf(aix);
    expect(lines).toContain("cloud-init[init]: users-groups: ok, 0.1 s");
    expect(lines.join("\n")).not.toContain("phone-home");
    expect(new Set(lines.map((line) => line.split(": ", 2).join(": "))).size).toBe(lines.length);
    for (const line of lines) {
      expect(line).toMatch(
        /^cloud-init\[(?:init|modules-config|modules-final)\]: \S+: ok, \d+\.\d s$/u,
      );
    }
    const unwatched = await bootMachine();
    const cloudLines = (of: SimulatedAix): readonly string[] =>
      textAt(of, "/var/log/cloud-init-output.log").match(/^Cloud.*$/gmu) ?? [];
    expect(cloudLines(aix)).toEqual(cloudLines(unwatched));
    expect(cloudLines(aix)).toHaveLength(4);
  });

  test("is silent of modules that have run before or have nothing to do", async () => {
    const aix = await bootMachine();
    aix.reboot();
    const from = aix.output.stderr.length;
    await watchedBoot(aix);
    const names = progressOf(aix, from).map((line) => line.split(": ")[1]);
    expect(names).toEqual(["bootcmd"]);
  });

  test("says which module failed", async () => {
    const aix = createMachine({
      drive: buildDrive({ userData: "#cloud-config\nruncmd: {a: b}\nbootcmd: 5\n" }),
    });
    await watchedBoot(aix);
    expect(progressOf(aix).filter((line) => line.includes(": failed, "))).not.toEqual([]);
  });

  test("is for nobody where nobody looks on, nor by hand for a single module", async () => {
    const aix = await bootMachine();
    expect(progressOf(aix)).toEqual([]);
    const output = { ...aix.system.output, isWatched: () => true };
    await runStage(
      "modules-init",
      { ...aix.system, output },
      { configFiles: [], force: false, debug: false },
    );
    expect(progressOf(aix).length).toBeGreaterThan(0);
    expect(textAt(aix, `${CLOUD_DIR}/data/status.json`)).not.toContain("modules-init");
  });
});
