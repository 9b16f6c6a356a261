import { describe, expect, test } from "bun:test";
import { createLinuxNamedServices } from "../../../src/distros/linux/named-services.ts";
import { UnknownServiceError } from "../../../src/distros/unknown-service-error.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { createTestLogger } from "../../support/module-context.ts";

function boot(options: ScriptedSystemOptions) {
  const machine = createScriptedSystem(options);
  const services = createLinuxNamedServices({
    sys: machine.system,
    log: createTestLogger([]),
    systemInfo: {},
  });
  const ran = (): readonly string[] =>
    machine.changes.flatMap((change) => (change.kind === "command" ? [change.argv.join(" ")] : []));
  return { ...machine, services, ran };
}

const SYSTEMD = { "/run/systemd/system/mark": "" };

/** `systemctl show` of systemd 257. */
function unit(name: string, load: string, active: string, file: string): string {
  return `Id=${name}.service\nLoadState=${load}\nActiveState=${active}\nUnitFileState=${file}`;
}

function systemd(...units: readonly string[]) {
  return boot({
    files: SYSTEMD,
    commands: {
      "/usr/bin/systemctl": (argv) => (argv[1] === "show" ? `${units.join("\n\n")}\n` : ""),
    },
  });
}

describe("services of systemd by name", () => {
  test("are enabled and started: the first name that is there", async () => {
    const { services, ran, commands } = systemd(
      unit("puppet", "not-found", "inactive", ""),
      unit("puppet-agent", "loaded", "inactive", "disabled"),
    );
    expect(await services.ensureEnabledAndRunning(["puppet", "puppet-agent"])).toBe(true);
    expect(commands[0]).toEqual([
      "/usr/bin/systemctl",
      "show",
      "--property=Id,LoadState,ActiveState,UnitFileState",
      "puppet.service",
      "puppet-agent.service",
    ]);
    expect(ran()).toEqual([
      "/usr/bin/systemctl enable puppet-agent.service",
      "/usr/bin/systemctl --no-block start puppet-agent.service",
    ]);
  });

  test.each(["enabled", "static", "alias"])(
    "one that runs and is %s is left alone, or restarted where that is wanted",
    async (state) => {
      const { services, ran } = systemd(unit("puppet", "loaded", "active", state));
      expect(await services.ensureEnabledAndRunning(["puppet"])).toBe(false);
      expect(ran()).toEqual([]);
      expect(await services.ensureEnabledAndRunning(["puppet"], { restarts: true })).toBe(true);
      expect(ran()).toEqual(["/usr/bin/systemctl --no-block restart puppet.service"]);
    },
  );

  test.each([
    ["generated", "K20puppet", true],
    ["generated", "S20puppet", false],
    ["enabled-runtime", "S20other", true],
  ])("one that is %s, with %s, is enabled: %p", async (state, link, isEnabled) => {
    const { services, ran } = boot({
      files: { ...SYSTEMD, "/etc/init.d/puppet": "", [`/etc/rc3.d/${link}`]: "" },
      commands: {
        "/usr/bin/systemctl": (argv) =>
          argv[1] === "show" ? `${unit("puppet", "loaded", "active", state)}\n` : "",
      },
    });
    expect(await services.ensureEnabledAndRunning(["puppet"])).toBe(isEnabled);
    expect(ran()).toEqual(isEnabled ? ["/usr/bin/systemctl enable puppet.service"] : []);
  });

  test("are disabled and stopped where they are not", async () => {
    const running = systemd(unit("a", "loaded", "active", "enabled"));
    expect(await running.services.ensureDisabledAndStopped(["a"])).toBe(true);
    expect(running.ran()).toEqual([
      "/usr/bin/systemctl disable a.service",
      "/usr/bin/systemctl --no-block stop a.service",
    ]);
    const stopped = systemd(unit("a", "loaded", "inactive", "disabled"));
    expect(await stopped.services.ensureDisabledAndStopped(["a"])).toBe(false);
    const unknown = systemd(unit("a", "not-found", "inactive", ""));
    expect(await unknown.services.ensureDisabledAndStopped(["a"])).toBe(false);
    expect([...stopped.ran(), ...unknown.ran()]).toEqual([]);
  });

  test("a masked one is told with what to do", async () => {
    const { services, ran } = systemd(unit("a", "masked", "inactive", "masked"));
    await expect(services.ensureEnabledAndRunning(["a"])).rejects.toThrow(
      'the service "a" is masked: run "systemctl unmask a"',
    );
    expect(ran()).toEqual([]);
  });

  test("one that nobody knows is told", async () => {
    const { services, ran } = systemd(unit("a", "not-found", "inactive", ""));
    const wanted = services.ensureEnabledAndRunning(["a", "b"]);
    await expect(wanted).rejects.toThrow(UnknownServiceError);
    await expect(wanted).rejects.toThrow('the system knows no service "a" or "b"');
    expect(ran()).toEqual(["/usr/bin/systemctl enable a.service"]);
  });
});

describe("services of /etc/init.d by name", () => {
  const script = { "/etc/init.d/puppet": "" };

  test("Debian: links are made, or switched on where there are some", async () => {
    const without = boot({
      files: { ...script, "/usr/sbin/update-rc.d": "" },
      commands: {
        "/usr/sbin/service puppet status": { exitCode: 3 },
        "/usr/sbin/service puppet start": "",
        "/usr/sbin/update-rc.d": "",
      },
    });
    await without.services.ensureEnabledAndRunning(["puppet"]);
    expect(without.ran()).toEqual([
      "/usr/sbin/update-rc.d puppet defaults",
      "/usr/sbin/service puppet start",
    ]);
    const off = boot({
      files: { ...script, "/usr/sbin/update-rc.d": "", "/etc/rc3.d/K01puppet": "" },
      commands: { "/usr/sbin/service": "", "/usr/sbin/update-rc.d": "" },
    });
    await off.services.ensureEnabledAndRunning(["puppet"], { restarts: true });
    expect(off.ran()).toEqual([
      "/usr/sbin/update-rc.d puppet enable",
      "/usr/sbin/service puppet restart",
    ]);
  });

  test("Red Hat: chkconfig, on and off", async () => {
    const stopped = boot({
      files: script,
      commands: {
        "/usr/sbin/service puppet status": { exitCode: 3 },
        "/usr/sbin/service puppet start": "",
        "/usr/sbin/chkconfig": "",
      },
    });
    await stopped.services.ensureEnabledAndRunning(["puppet"]);
    expect(stopped.ran()).toEqual([
      "/usr/sbin/chkconfig puppet on",
      "/usr/sbin/service puppet start",
    ]);
    const running = boot({
      files: { ...script, "/etc/rc3.d/S90puppet": "" },
      commands: { "/usr/sbin/service": "", "/usr/sbin/chkconfig": "" },
    });
    expect(await running.services.ensureEnabledAndRunning(["puppet"])).toBe(false);
    await running.services.ensureDisabledAndStopped(["puppet"]);
    expect(running.ran()).toEqual([
      "/usr/sbin/chkconfig puppet off",
      "/usr/sbin/service puppet stop",
    ]);
  });
});
