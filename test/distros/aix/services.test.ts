import { describe, expect, test } from "bun:test";
import { createAixServices } from "../../../src/distros/aix/services.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import type { System } from "../../../src/system/system.ts";
import { createTestLogger } from "../../support/module-context.ts";

function services(system: System) {
  return createAixServices({ sys: system, log: createTestLogger([]), systemInfo: {} });
}

function changesOf(aix: SimulatedAix): readonly string[] {
  return aix.changes.map((change) => (change.kind === "command" ? change.argv.join(" ") : ""));
}

function stateOf(aix: SimulatedAix, name: string): string | undefined {
  return aix.machine.subsystems.find((subsystem) => subsystem.name === name)?.state;
}

describe("createAixServices", () => {
  test("nothing is asked of the machine when it is made", () => {
    const aix = bootSimulatedAix();
    services(aix.system);
    expect(aix.commands).toEqual([]);
  });

  test("a daemon that does not stop in time is stopped by force, and started whatever comes of it", async () => {
    const ran: string[] = [];
    let state = "active";
    const { system } = createScriptedSystem({
      platform: "aix",
      commands: {
        "/usr/bin/lssrc": () => `Subsystem Group PID Status\n sshd ssh 77 ${state}\n`,
        "/usr/bin/stopsrc": (argv) => {
          ran.push(argv.slice(1).join(" "));
          state = argv.includes("-f") ? "inoperative" : "stopping";
          return "";
        },
        "/usr/bin/startsrc": (argv) => {
          ran.push(`start ${argv.slice(1).join(" ")}`);
          state = "active";
          return "";
        },
      },
    });
    await services(system).restart("ssh");
    expect(ran).toEqual(["-s sshd", "-f -s sshd", "start -s sshd"]);
  });

  test("restart waits until the subsystem has stopped before it is started", async () => {
    const aix = bootSimulatedAix();
    await services(aix.system).ensureRunning("ssh");
    const before = changesOf(aix).length;
    const pid = aix.machine.subsystems.find(({ name }) => name === "sshd")?.pid;
    await services(aix.system).restart("ssh");
    expect(changesOf(aix).slice(before)).toEqual([
      "/usr/bin/stopsrc -s sshd",
      "/usr/bin/startsrc -s sshd",
    ]);
    expect(stateOf(aix, "sshd")).toBe("active");
    expect(aix.machine.subsystems.find(({ name }) => name === "sshd")?.pid).not.toBe(pid);
    expect(aix.gaps).toEqual([]);
  });

  test("a subsystem that does not run is not restarted", async () => {
    const aix = bootSimulatedAix();
    await services(aix.system).ensureStopped("syslog");
    const before = changesOf(aix).length;
    await services(aix.system).restart("syslog");
    expect(changesOf(aix)).toHaveLength(before);
    expect(stateOf(aix, "syslogd")).toBe("inoperative");
  });

  test("what is so already is left alone", async () => {
    const aix = bootSimulatedAix();
    await services(aix.system).ensureRunning("syslog");
    await services(aix.system).ensureStopped("ntp");
    await services(aix.system).ensureStopped("ntp");
    expect(changesOf(aix)).toEqual(["/usr/bin/stopsrc -s xntpd"]);
  });

  const HEADER = "Subsystem         Group            PID          Status \n";

  test("the state counts, whatever the exit code says", async () => {
    let state = "inoperative";
    const { system } = createScriptedSystem({
      commands: {
        "/usr/bin/lssrc -s sshd": () =>
          `${HEADER} sshd             ssh              ${state === "active" ? "123" : "   "}          ${state}\n`,
        "/usr/bin/startsrc -s sshd": () => {
          state = "active";
          return { exitCode: 1 };
        },
      },
    });
    await services(system).ensureRunning("ssh");
    expect(state).toBe("active");
  });

  test("a subsystem that never stops is an error after a minute", async () => {
    const { system } = createScriptedSystem({
      commands: {
        "/usr/bin/lssrc": `${HEADER} sshd             ssh              123          stopping\n`,
        "/usr/bin/stopsrc": "",
      },
    });
    await expect(services(system).ensureStopped("ssh")).rejects.toThrow(
      'subsystem "sshd" is "stopping" after 60 s, not "inoperative"',
    );
    expect(system.clock.monotonicMs()).toBe(60_000);
  });

  test("a subsystem that SRC does not know is an error to start, and nothing to stop", async () => {
    const { system } = createScriptedSystem({
      commands: {
        "/usr/bin/lssrc": { exitCode: 1, stdout: "0513-085 The sshd Subsystem is not on file.\n" },
        "/usr/bin/startsrc": { exitCode: 1 },
      },
    });
    await services(system).ensureStopped("ssh");
    await services(system).restart("ssh");
    await expect(services(system).ensureRunning("ssh")).rejects.toThrow(
      'SRC does not know the subsystem "sshd"',
    );
  });
});
