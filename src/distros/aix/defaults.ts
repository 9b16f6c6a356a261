import { builtinConfig } from "../../config/builtin-config.ts";
import { createBaseConfig } from "../base-config.ts";
import type { DistroDefaults } from "../distro.ts";

/** AIX, as IBM's port lays it out (compat core.md §1.1, §1.4; config.md §2). */
export function createAixDefaults(): DistroDefaults {
  const systemInfo = {
    distro: "aix",
    default_user: createAixDefaultUser(),
    ssh_svcname: "ssh",
  };
  return {
    name: "aix",
    family: "aix",
    paths: {
      cloudDir: "/opt/freeware/var/lib/cloud",
      runDir: "/run/cloud-init",
      templatesDir: "/opt/freeware/etc/cloud/templates",
      configFile: "/opt/freeware/etc/cloud/cloud.cfg",
      logDir: "/var/log",
      modulesDir: "/opt/freeware/lib/cloud-init/modules",
    },
    systemInfo,
    rootOwner: "root:system",
    config: createBaseConfig(builtinConfig("aix"), systemInfo),
  };
}

/** The port's: keys and passwords for "the default user" are root's. */
export function createAixDefaultUser(): Readonly<Record<string, unknown>> {
  return { name: "root", lock_passwd: false };
}
