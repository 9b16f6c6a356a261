import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import {
  bootSimulatedLinux,
  type SimulatedLinux,
  type SimulatedLinuxOptions,
} from "../../src/simulator/linux/simulated-linux.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "./boot-scenario.ts";

const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";

/** How a boot of `createLinuxScenario` went. */
export interface LinuxBootResult {
  /** The stages' exit codes. */
  readonly codes: Awaited<ReturnType<typeof runBoot>>;
  /** Command lines that were to change something, in order. */
  readonly ran: readonly string[];
}

/** A simulated Linux with the agent's default configuration and a config drive. */
export interface LinuxScenario extends SimulatedLinux {
  /** Boots with the drive as it is; another uuid is a re-deploy. The first boot does not restart the machine, later ones do. */
  boot(uuid?: string): Promise<LinuxBootResult>;
  /** What the drive brings from now on; text goes as it is, anything else as cloud-config. */
  setUserData(userData: unknown): void;
  log(): string;
}

/** Options of a scenario beside the machine's own. */
export interface LinuxScenarioOptions extends SimulatedLinuxOptions {
  readonly userData?: unknown;
}

/** Makes a machine for whole-boot tests; nothing has run on it yet. */
export function createLinuxScenario(options: LinuxScenarioOptions = {}): LinuxScenario {
  const { userData, ...machine } = options;
  const config = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const linux = bootSimulatedLinux({
    ...machine,
    files: { ...Object.fromEntries(config), ...machine.files },
  });
  const ran: string[] = [];
  const { exec, fs } = linux.system;
  const system: System = {
    ...linux.system,
    exec: {
      ...exec,
      run(argv, settings) {
        ran.push(argv.join(" "));
        return exec.run(argv, settings);
      },
    },
  };
  const setUserData = (next: unknown): void => {
    fs.write(
      `${SEED}/user_data`,
      typeof next === "string" ? next : `#cloud-config\n${JSON.stringify(next)}\n`,
    );
  };
  if (userData !== undefined) {
    setUserData(userData);
  }
  let boots = 0;
  return {
    ...linux,
    system,
    setUserData,
    log: () => readTextIfExists(fs, "/var/log/cloud-init.log") ?? "",
    async boot(uuid = "i-1") {
      if (boots > 0) {
        const emergency = linux.reboot();
        if (emergency !== undefined) {
          throw new Error(`The machine does not come up any more: ${emergency}`);
        }
      }
      boots += 1;
      fs.write(`${SEED}/meta_data.json`, JSON.stringify({ uuid, hostname: "vm1.example.com" }));
      ran.length = 0;
      const codes = await runBoot({ system });
      return { codes, ran: [...ran] };
    },
  };
}
