import { exists, isDirectory, isFile } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { NamedServiceAdapter } from "../named-service-adapter.ts";
import { UnknownServiceError } from "../unknown-service-error.ts";

const SYSTEMCTL = "/usr/bin/systemctl";
const SERVICE = "/usr/sbin/service";
const UPDATE_RC = "/usr/sbin/update-rc.d";
const CHKCONFIG = "/usr/sbin/chkconfig";
/** systemd's own mark that it runs (sd_booted(3)). */
const SYSTEMD_MARK = "/run/systemd/system";
/** Of the usual levels with a network; S… starts, K… stops. */
const LEVEL_DIRECTORIES = ["/etc/rc3.d", "/etc/rc5.d", "/etc/rc2.d"];
/** Unit files that start by themselves or cannot be enabled (systemctl(1), is-enabled); `enabled-runtime` is gone after a boot. */
const ENABLED_STATES = /^(?:enabled|static|alias|indirect)$/u;
/** Made of a script of /etc/init.d, whether that is on or off (systemd-sysv-generator(8)). */
const GENERATED_STATE = "generated";

interface FoundService {
  readonly name: string;
  readonly isRunning: boolean;
  readonly isEnabled: boolean;
  readonly isMasked?: boolean;
}

type Action = "enable" | "disable" | "start" | "stop" | "restart";

/** What one way of keeping services can do with a service of this name. */
interface ServiceTool {
  find(names: readonly string[]): Promise<FoundService | undefined>;
  command(action: Action, name: string): readonly string[];
}

/** Services of any name by systemd where it runs, else by the scripts of /etc/init.d and their links. */
export function createLinuxNamedServices({ sys }: DistroContext): NamedServiceAdapter {
  const chooseTool = (): ServiceTool =>
    isDirectory(sys.fs, SYSTEMD_MARK) ? createSystemdTool(sys) : createInitTool(sys);
  return {
    async ensureEnabledAndRunning(names, options = {}) {
      const tool = chooseTool();
      const found = await tool.find(names);
      if (found?.isMasked === true) {
        throw new Error(
          `the service "${found.name}" is masked: run "systemctl unmask ${found.name}" to let it start`,
        );
      }
      const name = found?.name ?? names[0] ?? "";
      let changed = false;
      if (found?.isEnabled !== true) {
        await enable(sys, tool, { name, names, isKnown: found !== undefined });
        changed = true;
      }
      if (found?.isRunning !== true || options.restarts === true) {
        const action = found?.isRunning === true ? "restart" : "start";
        await sys.exec.run(tool.command(action, name));
        changed = true;
      }
      return changed;
    },
    async ensureDisabledAndStopped(names) {
      const tool = chooseTool();
      const found = await tool.find(names);
      if (found === undefined) {
        return false;
      }
      if (found.isEnabled) {
        await sys.exec.run(tool.command("disable", found.name));
      }
      if (found.isRunning) {
        await sys.exec.run(tool.command("stop", found.name));
      }
      return found.isEnabled || found.isRunning;
    },
  };
}

/** In a plan, what makes a service known has not been installed: there this is what would be done. */
async function enable(
  sys: System,
  tool: ServiceTool,
  service: { readonly name: string; readonly names: readonly string[]; readonly isKnown: boolean },
): Promise<void> {
  const argv = tool.command("enable", service.name);
  if (service.isKnown) {
    await sys.exec.run(argv);
    return;
  }
  let isUnknown = false;
  await sys.exec.run(argv, {
    okExitCodes: "any",
    async verify() {
      isUnknown = (await tool.find(service.names)) === undefined;
      return undefined;
    },
  });
  if (isUnknown) {
    throw new UnknownServiceError(
      `the system knows no service ${service.names.map((each) => `"${each}"`).join(" or ")}: install the package that has it`,
    );
  }
}

/** `systemctl show` prints one block of Key=value lines per unit, a blank line between. */
function createSystemdTool(sys: System): ServiceTool {
  return {
    async find(names) {
      const properties = "--property=Id,LoadState,ActiveState,UnitFileState";
      const units = names.map((name) => `${name}.service`);
      const { stdout } = await sys.exec.query([SYSTEMCTL, "show", properties, ...units]);
      const blocks = stdout.split("\n\n").map(
        (block) =>
          new Map(
            block.split("\n").map((line): [string, string] => {
              const at = line.indexOf("=");
              return [line.slice(0, at), line.slice(at + 1)];
            }),
          ),
      );
      const at = blocks.findIndex((block) =>
        /^(?:loaded|masked)$/u.test(block.get("LoadState") ?? ""),
      );
      const [name, block] = [names[at], blocks[at]];
      if (name === undefined || block === undefined) {
        return undefined;
      }
      const state = block.get("UnitFileState") ?? "";
      return {
        name,
        isRunning: /^(?:active|activating|reloading)$/u.test(block.get("ActiveState") ?? ""),
        isEnabled:
          ENABLED_STATES.test(state) || (state === GENERATED_STATE && hasStartLink(sys, name)),
        isMasked: block.get("LoadState") === "masked",
      };
    },
    command(action, name) {
      const unit = `${name}.service`;
      // Without --no-block a unit ordered after ours would wait for us, and we for it.
      return action === "enable" || action === "disable"
        ? [SYSTEMCTL, action, unit]
        : [SYSTEMCTL, "--no-block", action, unit];
    },
  };
}

/** The links of a script of /etc/init.d in the levels. */
function findLinks(sys: System, name: string): readonly string[] {
  return LEVEL_DIRECTORIES.flatMap((directory) =>
    isDirectory(sys.fs, directory)
      ? sys.fs.list(directory).filter((link) => link.replace(/^[SK]\d\d/u, "") === name)
      : [],
  );
}

function hasStartLink(sys: System, name: string): boolean {
  return findLinks(sys, name).some((link) => link.startsWith("S"));
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
      return { name, isRunning: exitCode === 0, isEnabled: hasStartLink(sys, name) };
    },
    command(action, name) {
      if (action !== "enable" && action !== "disable") {
        return [SERVICE, name, action];
      }
      if (isFile(sys.fs, UPDATE_RC)) {
        // update-rc.d(8): `enable` changes links that are there, `defaults` makes them.
        const verb = action === "enable" && findLinks(sys, name).length === 0 ? "defaults" : action;
        return [UPDATE_RC, name, verb];
      }
      return [CHKCONFIG, name, action === "enable" ? "on" : "off"];
    },
  };
}
