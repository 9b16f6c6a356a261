import { exists, isDirectory } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext, Service, ServiceAdapter } from "../distro.ts";
import { createLinuxNamedServices } from "./named-services.ts";

const SYSTEMCTL = "/usr/bin/systemctl";
const SERVICE = "/usr/sbin/service";
/** systemd's own mark that it runs (sd_booted(3)). */
const SYSTEMD_MARK = "/run/systemd/system";

/** What the distributions call it, the most particular first. */
const NAMES: Readonly<Record<Service, readonly string[]>> = {
  ssh: ["ssh", "sshd"],
  ntp: ["chrony", "chronyd", "ntpsec", "ntpd", "ntp", "systemd-timesyncd"],
  syslog: ["rsyslog", "syslog-ng", "syslog"],
};

/** What one way of keeping services can do with a service of this name. */
interface ServiceTool {
  find(names: readonly string[]): Promise<FoundService | undefined>;
  run(action: "start" | "stop" | "restart", name: string): Promise<void>;
}

/** A service that is there. */
export interface FoundService {
  readonly name: string;
  readonly isRunning: boolean;
}

/**
 * Services by systemd where it runs, else by the scripts of /etc/init.d. `system_info.ssh_svcname`
 * names the SSH daemon's service. Throws where a service to start is not there.
 */
export function createLinuxServices(ctx: DistroContext): ServiceAdapter {
  const { sys } = ctx;
  const tool = (): ServiceTool =>
    isDirectory(sys.fs, SYSTEMD_MARK) ? createSystemdTool(sys) : createInitTool(sys);
  const namesOf = (service: Service): readonly string[] => {
    const named = service === "ssh" ? ctx.systemInfo["ssh_svcname"] : undefined;
    return typeof named === "string" && /^[\w@.-]+$/u.test(named)
      ? [...new Set([named, ...NAMES[service]])]
      : NAMES[service];
  };
  return {
    named: createLinuxNamedServices(ctx),
    async ensureRunning(service) {
      const found = await tool().find(namesOf(service));
      if (found === undefined) {
        throw new Error(
          `Cannot start the ${service} service: there is none of ${namesOf(service).join(", ")}`,
        );
      }
      if (!found.isRunning) {
        await tool().run("start", found.name);
      }
    },
    async ensureStopped(service) {
      const found = await tool().find(namesOf(service));
      if (found?.isRunning === true) {
        await tool().run("stop", found.name);
      }
    },
    async restart(service) {
      const found = await tool().find(namesOf(service));
      if (found?.isRunning === true) {
        await tool().run("restart", found.name);
      } else {
        ctx.log.debug(`The ${service} service does not run and needs no restart`);
      }
    },
  };
}

/** The service that this system has for a purpose, and whether it runs; undefined where it has none. */
export function findLinuxService(sys: System, service: Service): Promise<FoundService | undefined> {
  const tool = isDirectory(sys.fs, SYSTEMD_MARK) ? createSystemdTool(sys) : createInitTool(sys);
  return tool.find(NAMES[service]);
}

/** `systemctl show` prints one block of Key=value lines per unit, a blank line between. */
function createSystemdTool(sys: System): ServiceTool {
  return {
    async find(names) {
      const units = names.map((name) => `${name}.service`);
      const properties = "--property=Id,LoadState,ActiveState";
      const { stdout } = await sys.exec.query([SYSTEMCTL, "show", properties, ...units]);
      const blocks = stdout.split("\n\n").map((block) => block.split("\n"));
      const loaded = blocks.findIndex((lines) => lines.includes("LoadState=loaded"));
      const name = names[loaded];
      if (name === undefined) {
        return undefined;
      }
      const state = blocks[loaded]?.find((line) => line.startsWith("ActiveState="));
      const isRunning = /=(?:active|activating|reloading)$/u.test(state ?? "");
      return { name, isRunning };
    },
    async run(action, name) {
      // Without --no-block a unit ordered after ours would wait for us, and we for it.
      await sys.exec.run([SYSTEMCTL, "--no-block", action, `${name}.service`]);
    },
  };
}

function createInitTool(sys: System): ServiceTool {
  return {
    async find(names) {
      const name = names.find((candidate) => exists(sys.fs, `/etc/init.d/${candidate}`));
      if (name === undefined) {
        return undefined;
      }
      const { exitCode } = await sys.exec.query([SERVICE, name, "status"], {
        okExitCodes: "any",
      });
      return { name, isRunning: exitCode === 0 };
    },
    async run(action, name) {
      await sys.exec.run([SERVICE, name, action]);
    },
  };
}
