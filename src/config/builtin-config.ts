import type { CloudConfig } from "./cloud-config.ts";

/** Operating systems that differ in what is built in. */
export type Platform = "aix" | "linux";

/**
 * What holds below every file: IBM's defaults on AIX, upstream's elsewhere (compat config.md §2),
 * and the module lists of the cloud.cfg that `cloud-init install` writes, so that a machine without
 * one works. A new object at each call.
 */
export function builtinConfig(platform: Platform): CloudConfig {
  return {
    // Nothing that asks the network: an address that anyone on the link can answer at must not
    // configure a machine that nobody pointed there (CVE-2024-6174).
    datasource_list: platform === "aix" ? ["ConfigDrive"] : ["ConfigDrive", "None"],
    def_log_file: "/var/log/cloud-init.log",
    log_cfgs: [],
    syslog_fix_perms:
      platform === "aix" ? "root:system" : ["syslog:adm", "root:adm", "root:wheel", "root:root"],
    vendor_data: { enabled: true, prefix: [] },
    vendor_data2: { enabled: true, prefix: [] },
    ...moduleLists(platform),
    system_info: {
      paths:
        platform === "aix"
          ? {
              cloud_dir: "/opt/freeware/var/lib/cloud",
              templates_dir: "/opt/freeware/etc/cloud/templates/",
            }
          : { cloud_dir: "/var/lib/cloud", templates_dir: "/etc/cloud/templates/" },
    },
  };
}

/** The three module lists, as cloud.cfg has them. */
export type ModuleLists = Readonly<
  Record<"cloud_init_modules" | "cloud_config_modules" | "cloud_final_modules", readonly string[]>
>;

/** Modules that run where no file lists others, in order. */
export function moduleLists(platform: Platform): ModuleLists {
  return platform === "aix" ? AIX_MODULES : LINUX_MODULES;
}

/** The shipped cloud.cfg of IBM's port, with the deferred files before what may use them, and with ntp, ansible, yum_add_repo and clear-clouddev; growpart and resizefs once the volume groups of data disks are there. */
const AIX_MODULES: ModuleLists = {
  cloud_init_modules: [
    "migrator",
    "seed_random",
    "bootcmd",
    "write-files",
    "set_hostname",
    "update_hostname",
    "update_etc_hosts",
    "ca-certs",
    "rsyslog",
    "users-groups",
    "ssh",
    "restore-volume-groups",
    "growpart",
    "resizefs",
    "set-multipath-hcheck-interval",
    "update-bootlist",
    "reset-rmc",
  ],
  cloud_config_modules: [
    "emit_upstart",
    "disk_setup",
    "mounts",
    "ssh-import-id",
    "locale",
    "set-passwords",
    "yum_add_repo",
    "package-update-upgrade-install",
    "landscape",
    "timezone",
    "ntp",
    "puppet",
    "chef",
    "salt-minion",
    "mcollective",
    "ansible",
    "disable-ec2-metadata",
    "runcmd",
    "byobu",
  ],
  cloud_final_modules: [
    "write-files-deferred",
    "rightscale_userdata",
    "scripts-vendor",
    "scripts-per-once",
    "scripts-per-boot",
    "scripts-per-instance",
    "scripts-user",
    "ssh-authkey-fingerprints",
    "keys-to-console",
    "phone-home",
    "final-message",
    "clear-clouddev",
    "power-state-change",
  ],
};

const LINUX_MODULES: ModuleLists = {
  cloud_init_modules: [
    "seed_random",
    "bootcmd",
    "write_files",
    "growpart",
    "resizefs",
    "disk_setup",
    "mounts",
    "set_hostname",
    "update_hostname",
    "update_etc_hosts",
    "ca_certs",
    "rsyslog",
    "users_groups",
    "ssh",
    "set_passwords",
  ],
  cloud_config_modules: [
    "ssh_import_id",
    "keyboard",
    "locale",
    "apt_configure",
    "yum_add_repo",
    "zypper_add_repo",
    "ntp",
    "timezone",
    "disable_ec2_metadata",
    "runcmd",
  ],
  cloud_final_modules: [
    "package_update_upgrade_install",
    "write_files_deferred",
    "puppet",
    "chef",
    "ansible",
    "mcollective",
    "salt_minion",
    "scripts_vendor",
    "scripts_per_once",
    "scripts_per_boot",
    "scripts_per_instance",
    "scripts_user",
    "ssh_authkey_fingerprints",
    "keys_to_console",
    "install_hotplug",
    "phone_home",
    "final_message",
    "power_state_change",
  ],
};
