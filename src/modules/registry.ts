import type { ConfigModule } from "./module.ts";

/** A module by name; its code is loaded when a list names it. */
export interface ModuleEntry {
  /** Canonical: "set_hostname". */
  readonly name: string;
  load(): Promise<ConfigModule>;
}

/** The module of a canonical name (`canonicalModuleName`), or undefined where there is none. */
export function findModule(name: string): ModuleEntry | undefined {
  return MODULES.find((entry) => entry.name === name);
}

/** Every module that is built, in alphabetical order. */
export const MODULES: readonly ModuleEntry[] = [
  { name: "bootcmd", load: async () => (await import("./bootcmd.ts")).bootcmd },
  { name: "final_message", load: async () => (await import("./final-message.ts")).finalMessage },
  { name: "migrator", load: async () => (await import("./migrator.ts")).migrator },
  { name: "runcmd", load: async () => (await import("./runcmd.ts")).runcmd },
  {
    name: "scripts_per_boot",
    load: async () => (await import("./scripts-per-boot.ts")).scriptsPerBoot,
  },
  {
    name: "scripts_per_instance",
    load: async () => (await import("./scripts-per-instance.ts")).scriptsPerInstance,
  },
  {
    name: "scripts_per_once",
    load: async () => (await import("./scripts-per-once.ts")).scriptsPerOnce,
  },
  { name: "scripts_user", load: async () => (await import("./scripts-user.ts")).scriptsUser },
  { name: "scripts_vendor", load: async () => (await import("./scripts-vendor.ts")).scriptsVendor },
  { name: "set_hostname", load: async () => (await import("./set-hostname.ts")).setHostname },
  { name: "ssh", load: async () => (await import("./ssh.ts")).ssh },
  {
    name: "update_hostname",
    load: async () => (await import("./update-hostname.ts")).updateHostname,
  },
  { name: "users_groups", load: async () => (await import("./users-groups.ts")).usersGroups },
  { name: "write_files", load: async () => (await import("./write-files.ts")).writeFiles },
  {
    name: "write_files_deferred",
    load: async () => (await import("./write-files-deferred.ts")).writeFilesDeferred,
  },
];
