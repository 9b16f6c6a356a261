import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { createScriptedSystem, type ScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";

const KERNEL_NAME = "/proc/sys/kernel/hostname";
const FILE_NAME = "/etc/hostname";

/** A Debian with our default configuration, of which a config drive's content is in the seed directory. */
export interface ScriptedLinux extends ScriptedSystem {
  /** As the kernel has it. */
  hostname(): string;
  /** As an administrator does, for good. */
  rename(name: string): void;
  /** The kernel takes the name from /etc/hostname, and /run is empty. */
  reboot(): void;
}

export interface ScriptedLinuxOptions {
  /** Over uuid and hostname of meta_data.json. */
  readonly metaData?: Readonly<Record<string, unknown>>;
  /** A file of cloud.cfg.d, over the shipped ones. */
  readonly config?: string;
  /** More files: absolute path → content. */
  readonly files?: Readonly<Record<string, string>>;
}

const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";

/** Makes the machine; nothing has booted yet. */
export function createScriptedLinux(options: ScriptedLinuxOptions = {}): ScriptedLinux {
  const config = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const metaData = { uuid: "i-linux", hostname: "vm1.example.com", ...options.metaData };
  const setName = ([, name = ""]: readonly string[]): string => {
    system.fs.write(KERNEL_NAME, `${name}\n`);
    return "";
  };
  const scripted = createScriptedSystem({
    files: {
      ...Object.fromEntries(config),
      "/etc/os-release": "ID=debian\n",
      "/etc/hosts": "127.0.0.1\tlocalhost\n",
      "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
      [KERNEL_NAME]: "golden\n",
      [FILE_NAME]: "golden\n",
      [`${SEED}/meta_data.json`]: JSON.stringify(metaData),
      ...(options.config === undefined
        ? {}
        : { "/etc/cloud/cloud.cfg.d/50_test.cfg": options.config }),
      ...options.files,
    },
    commands: { "/usr/bin/hostname": setName },
  });
  const system: System = scripted.system;
  return {
    ...scripted,
    hostname: () => readText(system.fs, KERNEL_NAME).trim(),
    rename(name) {
      system.fs.write(FILE_NAME, `${name}\n`);
      system.fs.write(KERNEL_NAME, `${name}\n`);
    },
    reboot() {
      system.fs.remove("/run");
      system.fs.write(KERNEL_NAME, readText(system.fs, FILE_NAME));
    },
  };
}
