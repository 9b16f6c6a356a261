/**
 * Every top-level key of cloud-config and the module that reads it (compat modules.md), those of
 * modules that are not built too; "" for keys that the agent itself reads.
 */
export function ownerOfKey(key: string): string | undefined {
  return KEY_OWNERS.get(key);
}

/** All keys that are known, in alphabetical order. */
export function knownKeys(): readonly string[] {
  return [...KEY_OWNERS.keys()].sort();
}

/** The keys of one module. */
export function keysOfModule(name: string): readonly string[] {
  return (OWNED[name] ?? "").split(" ");
}

const OWNED: Readonly<Record<string, string>> = {
  "": "allow_userdata cloud_config_modules cloud_final_modules cloud_init_modules datasource datasource_list def_log_dir def_log_file launch-index log_basic log_cfgs logcfg manual_cache_clean merge_how merge_type output reporting syslog_fix_perms system_info timeouts unverified_modules user_data_size_limit vendor_data2",
  ansible: "ansible",
  apk_configure: "apk_repos",
  apt_configure:
    "add_apt_repo_match apt apt_ftp_proxy apt_http_proxy apt_https_proxy apt_mirror apt_mirror_search apt_mirror_search_dns apt_preserve_sources_list apt_proxy apt_sources debconf_selections",
  apt_pipelining: "apt_pipelining",
  bootcmd: "bootcmd",
  byobu: "byobu_by_default",
  ca_certs: "ca-certs ca_certs",
  chef: "chef",
  clear_clouddev: "aix",
  debug: "debug",
  disable_ec2_metadata: "disable_ec2_metadata",
  disk_setup: "device_aliases disk_setup fs_setup",
  fan: "fan",
  final_message: "final_message",
  growpart: "growpart",
  grub_dpkg: "grub-dpkg grub_dpkg",
  keyboard: "keyboard",
  keys_to_console: "ssh ssh_fp_console_blacklist ssh_key_console_blacklist",
  landscape: "landscape",
  locale: "locale locale_configfile",
  lxd: "lxd",
  mcollective: "mcollective",
  migrator: "migrate",
  mounts: "mount_default_fields mounts swap",
  network: "network updates",
  ntp: "ntp",
  package_update_upgrade_install:
    "apt_reboot_if_required apt_update apt_upgrade package_reboot_if_required package_update package_upgrade packages",
  phone_home: "phone_home",
  power_state_change: "power_state",
  puppet: "puppet",
  raspberry_pi: "rpi",
  resizefs: "growfs resize_rootfs resize_rootfs_tmp",
  resolv_conf: "manage_resolv_conf resolv_conf",
  rh_subscription: "rh_subscription",
  rsyslog: "rsyslog rsyslog_dir rsyslog_filename",
  runcmd: "runcmd",
  salt_minion: "salt_minion",
  scripts_vendor: "vendor_data",
  seed_random: "random_seed",
  set_hostname: "create_hostname_file fqdn hostname prefer_fqdn_over_hostname preserve_hostname",
  set_hostname_from_dns: "set_dns_shortname set_hostname_from_interface",
  set_multipath_hcheck_interval: "multipath_hcheck_interval",
  set_passwords: "chpasswd password ssh_pwauth",
  snap: "snap",
  snap_config: "snappy",
  spacewalk: "spacewalk",
  ssh: "allow_public_ssh_keys disable_root disable_root_opts ssh_authorized_keys ssh_deletekeys ssh_genkeytypes ssh_keys ssh_publish_hostkeys ssh_quiet_keygen",
  ssh_authkey_fingerprints: "authkey_hash no_ssh_fingerprints",
  ssh_import_id: "ssh_import_id",
  timezone: "timezone",
  ubuntu_autoinstall: "autoinstall",
  ubuntu_drivers: "drivers",
  ubuntu_pro: "ubuntu_advantage ubuntu_pro",
  update_etc_hosts: "manage_etc_hosts",
  users_groups: "groups user users",
  wireguard: "wireguard",
  write_files: "write_files",
  yum_add_repo: "yum_repo_dir yum_repos",
  zypper_add_repo: "zypper",
};

const KEY_OWNERS: ReadonlyMap<string, string> = new Map(
  Object.entries(OWNED).flatMap(([module, keys]) =>
    keys.split(" ").map((key): [string, string] => [key, module]),
  ),
);
