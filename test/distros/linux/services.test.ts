import { describe, expect, test } from "bun:test";
import { createLinuxServices } from "../../../src/distros/linux/services.ts";
import {
  createScriptedSystem,
  type ScriptedSystemOptions,
} from "../../../src/simulator/scripted-system.ts";
import { createTestLogger } from "../../support/module-context.ts";

function boot(options: ScriptedSystemOptions, systemInfo: Record<string, unknown> = {}) {
  const machine = createScriptedSystem(options);
  const ctx = { sys: machine.system, log: createTestLogger([]), systemInfo };
  const argvs = (): readonly string[] =>
    machine.changes.flatMap((change) => (change.kind === "command" ? [change.argv.join(" ")] : []));
  return { ...machine, services: createLinuxServices(ctx), argvs };
}

/** `systemctl show` as systemd 257 prints it for ssh (loaded) and sshd (an alias not there). */
function show(ssh: string, sshd = "inactive", loaded = "loaded"): string {
  return [
    `Id=ssh.service\nLoadState=${loaded}\nActiveState=${ssh}`,
    `Id=sshd.service\nLoadState=not-found\nActiveState=${sshd}\n`,
  ].join("\n\n");
}

const SYSTEMD = { "/run/systemd/system/mark": "" };

describe("services of systemd", () => {
  test("one that runs is restarted, one that does not is left for its start", async () => {
    const running = boot({
      files: SYSTEMD,
      commands: {
        "/usr/bin/systemctl show --property=Id,LoadState,ActiveState ssh.service sshd.service":
          show("active"),
        "/usr/bin/systemctl --no-block restart ssh.service": "",
      },
    });
    await running.services.restart("ssh");
    await running.services.ensureRunning("ssh");
    expect(running.argvs()).toEqual(["/usr/bin/systemctl --no-block restart ssh.service"]);
    const stopped = boot({ files: SYSTEMD, commands: { "/usr/bin/systemctl": show("inactive") } });
    await stopped.services.restart("ssh");
    await stopped.services.ensureStopped("ssh");
    expect(stopped.argvs()).toEqual([]);
  });

  test("start and stop happen where they are needed", async () => {
    const stopped = boot({ files: SYSTEMD, commands: { "/usr/bin/systemctl": show("failed") } });
    await stopped.services.ensureRunning("ssh");
    expect(stopped.argvs()).toEqual(["/usr/bin/systemctl --no-block start ssh.service"]);
    const running = boot({ files: SYSTEMD, commands: { "/usr/bin/systemctl": show("active") } });
    await running.services.ensureStopped("ssh");
    expect(running.argvs()).toEqual(["/usr/bin/systemctl --no-block stop ssh.service"]);
  });

  test("system_info.ssh_svcname is asked for first", async () => {
    const { services, commands } = boot(
      { files: SYSTEMD, commands: { "/usr/bin/systemctl": show("active") } },
      { ssh_svcname: "my-ssh" },
    );
    await services.ensureRunning("ssh");
    expect(commands[0]?.slice(3)).toEqual(["my-ssh.service", "ssh.service", "sshd.service"]);
  });

  test("a service that is not there cannot be started, and needs no restart", async () => {
    const { services, argvs } = boot({
      files: SYSTEMD,
      commands: { "/usr/bin/systemctl": show("inactive", "inactive", "not-found") },
    });
    await services.restart("ssh");
    await expect(services.ensureRunning("ssh")).rejects.toThrow("there is none of ssh, sshd");
    expect(argvs()).toEqual([]);
  });
});

describe("services of /etc/init.d", () => {
  test("the script that is there is used, by its status", async () => {
    const { services, argvs } = boot({
      files: { "/etc/init.d/sshd": "" },
      commands: {
        "/usr/sbin/service sshd status": { exitCode: 0 },
        "/usr/sbin/service sshd restart": "",
      },
    });
    await services.restart("ssh");
    expect(argvs()).toEqual(["/usr/sbin/service sshd restart"]);
  });

  test("a status that is not 0 is a service that does not run", async () => {
    const { services, argvs } = boot({
      files: { "/etc/init.d/ssh": "" },
      commands: {
        "/usr/sbin/service ssh status": { exitCode: 3 },
        "/usr/sbin/service ssh start": "",
      },
    });
    await services.ensureStopped("ssh");
    await services.ensureRunning("ssh");
    expect(argvs()).toEqual(["/usr/sbin/service ssh start"]);
  });
});
