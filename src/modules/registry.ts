import type { ConfigModule } from "./module.ts";

/**
 * A module by name, with what tells whether it is due: its code, and the schema library with it, is
 * loaded when it is. On most boots most modules are not.
 */
export interface ModuleEntry extends Pick<
  ConfigModule,
  "name" | "frequency" | "activateByKeys" | "distros"
> {
  load(): Promise<ConfigModule>;
}

/** The module of a canonical name (`canonicalModuleName`), or undefined where there is none. */
export function findModule(name: string): ModuleEntry | undefined {
  return MODULES.find((entry) => entry.name === name);
}

/** Every module that is built, in alphabetical order. */
export const MODULES: readonly ModuleEntry[] = [
  {
    name: "ansible",
    frequency: "once-per-instance",
    activateByKeys: ["ansible"],
    load: async () => (await import("./ansible.ts")).ansible,
  },
  {
    name: "apt_configure",
    frequency: "once-per-instance",
    activateByKeys: [
      "apt",
      "apt_sources",
      "apt_mirror",
      "apt_mirror_search",
      "apt_mirror_search_dns",
      "apt_proxy",
      "apt_http_proxy",
      "apt_https_proxy",
      "apt_ftp_proxy",
      "apt_preserve_sources_list",
      "debconf_selections",
    ],
    distros: ["debian"],
    load: async () => (await import("./apt-configure.ts")).aptConfigure,
  },
  {
    name: "bootcmd",
    frequency: "always",
    activateByKeys: ["bootcmd"],
    load: async () => (await import("./bootcmd.ts")).bootcmd,
  },
  {
    name: "ca_certs",
    frequency: "once-per-instance",
    activateByKeys: ["ca_certs", "ca-certs"],
    load: async () => (await import("./ca-certs.ts")).caCerts,
  },
  {
    name: "chef",
    frequency: "once-per-instance",
    activateByKeys: ["chef"],
    load: async () => (await import("./chef.ts")).chef,
  },
  {
    name: "clear_clouddev",
    frequency: "once-per-instance",
    activateByKeys: ["aix"],
    distros: ["aix"],
    load: async () => (await import("./clear-clouddev.ts")).clearClouddev,
  },
  {
    name: "debug",
    frequency: "once-per-instance",
    load: async () => (await import("./debug.ts")).debug,
  },
  {
    name: "disable_ec2_metadata",
    frequency: "always",
    activateByKeys: ["disable_ec2_metadata"],
    load: async () => (await import("./disable-ec2-metadata.ts")).disableEc2Metadata,
  },
  {
    name: "disk_setup",
    frequency: "once-per-instance",
    activateByKeys: ["disk_setup", "fs_setup"],
    load: async () => (await import("./disk-setup.ts")).diskSetup,
  },
  {
    name: "final_message",
    frequency: "always",
    load: async () => (await import("./final-message.ts")).finalMessage,
  },
  {
    name: "growpart",
    frequency: "always",
    load: async () => (await import("./growpart.ts")).growpart,
  },
  {
    name: "keyboard",
    frequency: "once-per-instance",
    activateByKeys: ["keyboard"],
    load: async () => (await import("./keyboard.ts")).keyboard,
  },
  {
    name: "keys_to_console",
    frequency: "once-per-instance",
    load: async () => (await import("./keys-to-console.ts")).keysToConsole,
  },
  {
    name: "locale",
    frequency: "once-per-instance",
    load: async () => (await import("./locale.ts")).locale,
  },
  {
    name: "mcollective",
    frequency: "once-per-instance",
    activateByKeys: ["mcollective"],
    load: async () => (await import("./mcollective.ts")).mcollective,
  },
  {
    name: "migrator",
    frequency: "always",
    load: async () => (await import("./migrator.ts")).migrator,
  },
  {
    name: "mounts",
    frequency: "once-per-instance",
    activateByKeys: ["mounts", "swap", "mount_default_fields"],
    load: async () => (await import("./mounts.ts")).mounts,
  },
  {
    name: "network",
    frequency: "once-per-instance",
    load: async () => (await import("./network.ts")).network,
  },
  {
    name: "ntp",
    frequency: "once-per-instance",
    activateByKeys: ["ntp"],
    load: async () => (await import("./ntp.ts")).ntp,
  },
  {
    name: "package_update_upgrade_install",
    frequency: "once-per-instance",
    activateByKeys: ["apt_update", "package_update", "apt_upgrade", "package_upgrade", "packages"],
    load: async () =>
      (await import("./package-update-upgrade-install.ts")).packageUpdateUpgradeInstall,
  },
  {
    name: "phone_home",
    frequency: "once-per-instance",
    load: async () => (await import("./phone-home.ts")).phoneHome,
  },
  {
    name: "power_state_change",
    frequency: "once-per-instance",
    activateByKeys: ["power_state"],
    load: async () => (await import("./power-state-change.ts")).powerStateChange,
  },
  {
    name: "puppet",
    frequency: "once-per-instance",
    activateByKeys: ["puppet"],
    load: async () => (await import("./puppet.ts")).puppet,
  },
  {
    name: "reset_rmc",
    frequency: "once-per-instance",
    load: async () => (await import("./reset-rmc.ts")).resetRmc,
  },
  {
    name: "resizefs",
    frequency: "always",
    load: async () => (await import("./resizefs.ts")).resizefs,
  },
  {
    name: "resolv_conf",
    frequency: "once-per-instance",
    activateByKeys: ["manage_resolv_conf"],
    load: async () => (await import("./resolv-conf.ts")).resolvConf,
  },
  {
    name: "restore_volume_groups",
    frequency: "once-per-instance",
    distros: ["aix"],
    load: async () => (await import("./restore-volume-groups.ts")).restoreVolumeGroups,
  },
  {
    name: "rsyslog",
    frequency: "once-per-instance",
    activateByKeys: ["rsyslog"],
    load: async () => (await import("./rsyslog.ts")).rsyslog,
  },
  {
    name: "runcmd",
    frequency: "once-per-instance",
    activateByKeys: ["runcmd"],
    load: async () => (await import("./runcmd.ts")).runcmd,
  },
  {
    name: "salt_minion",
    frequency: "once-per-instance",
    activateByKeys: ["salt_minion"],
    load: async () => (await import("./salt-minion.ts")).saltMinion,
  },
  {
    name: "scripts_per_boot",
    frequency: "always",
    load: async () => (await import("./scripts-per-boot.ts")).scriptsPerBoot,
  },
  {
    name: "scripts_per_instance",
    frequency: "once-per-instance",
    load: async () => (await import("./scripts-per-instance.ts")).scriptsPerInstance,
  },
  {
    name: "scripts_per_once",
    frequency: "once",
    load: async () => (await import("./scripts-per-once.ts")).scriptsPerOnce,
  },
  {
    name: "scripts_user",
    frequency: "once-per-instance",
    load: async () => (await import("./scripts-user.ts")).scriptsUser,
  },
  {
    name: "scripts_vendor",
    frequency: "once-per-instance",
    load: async () => (await import("./scripts-vendor.ts")).scriptsVendor,
  },
  {
    name: "seed_random",
    frequency: "once-per-instance",
    load: async () => (await import("./seed-random.ts")).seedRandom,
  },
  {
    name: "set_hostname",
    frequency: "once-per-instance",
    load: async () => (await import("./set-hostname.ts")).setHostname,
  },
  {
    name: "set_hostname_from_dns",
    frequency: "once-per-instance",
    load: async () => (await import("./set-hostname-from-dns.ts")).setHostnameFromDns,
  },
  {
    name: "set_multipath_hcheck_interval",
    frequency: "once-per-instance",
    distros: ["aix"],
    load: async () =>
      (await import("./set-multipath-hcheck-interval.ts")).setMultipathHcheckInterval,
  },
  {
    name: "set_passwords",
    frequency: "once-per-instance",
    load: async () => (await import("./set-passwords.ts")).setPasswords,
  },
  { name: "ssh", frequency: "once-per-instance", load: async () => (await import("./ssh.ts")).ssh },
  {
    name: "ssh_authkey_fingerprints",
    frequency: "once-per-instance",
    load: async () => (await import("./ssh-authkey-fingerprints.ts")).sshAuthkeyFingerprints,
  },
  {
    name: "ssh_import_id",
    frequency: "once-per-instance",
    load: async () => (await import("./ssh-import-id.ts")).sshImportId,
  },
  {
    name: "timezone",
    frequency: "once-per-instance",
    activateByKeys: ["timezone"],
    load: async () => (await import("./timezone.ts")).timezone,
  },
  {
    name: "update_bootlist",
    frequency: "once-per-instance",
    load: async () => (await import("./update-bootlist.ts")).updateBootlist,
  },
  {
    name: "update_etc_hosts",
    frequency: "always",
    activateByKeys: ["manage_etc_hosts"],
    load: async () => (await import("./update-etc-hosts.ts")).updateEtcHosts,
  },
  {
    name: "update_hostname",
    frequency: "always",
    load: async () => (await import("./update-hostname.ts")).updateHostname,
  },
  {
    name: "users_groups",
    frequency: "once-per-instance",
    load: async () => (await import("./users-groups.ts")).usersGroups,
  },
  {
    name: "write_files",
    frequency: "once-per-instance",
    activateByKeys: ["write_files"],
    load: async () => (await import("./write-files.ts")).writeFiles,
  },
  {
    name: "write_files_deferred",
    frequency: "once-per-instance",
    activateByKeys: ["write_files"],
    load: async () => (await import("./write-files-deferred.ts")).writeFilesDeferred,
  },
  {
    name: "yum_add_repo",
    frequency: "once-per-instance",
    activateByKeys: ["yum_repos"],
    load: async () => (await import("./yum-add-repo.ts")).yumAddRepo,
  },
  {
    name: "zypper_add_repo",
    frequency: "always",
    activateByKeys: ["zypper"],
    distros: ["suse"],
    load: async () => (await import("./zypper-add-repo.ts")).zypperAddRepo,
  },
];
