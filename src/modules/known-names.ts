/** What is true of a module name that has no module behind it. */
export type KnownName =
  /** Accepted and without effect: said at DEBUG. */
  | { readonly kind: "no-op"; readonly reason: string }
  /** Gone from cloud-init: said at INFO. */
  | { readonly kind: "removed" };

/** Names that are neither in our table nor unknown, by canonical name; undefined for any other. */
export function findKnownName(name: string): KnownName | undefined {
  if (REMOVED.has(name)) {
    return { kind: "removed" };
  }
  return Object.hasOwn(NO_OP, name) ? { kind: "no-op", reason: NO_OP[name] ?? "" } : undefined;
}

/** The line for the log, with the name as it is written in the list. */
export function knownNameMessage(entryName: string, known: KnownName): string {
  switch (known.kind) {
    case "no-op":
      return `Skipping module named ${entryName}, it has no effect: ${known.reason}`;
    case "removed":
      return `Module \`${entryName}\` has been removed from cloud-init. It may be removed from \`/etc/cloud/cloud.cfg\`.`;
  }
}

/** Without effect everywhere: parts of distributions that are not supported, or of things long gone. */
const NO_OP: Readonly<Record<string, string>> = {
  apk_configure: "it belongs to Alpine Linux",
  apt_pipelining: "it works around a fault of old apt mirrors",
  apt_update_upgrade: "package_update_upgrade_install took its place",
  byobu: "it belongs to Ubuntu",
  emit_upstart: "there is no upstart",
  fan: "it belongs to Ubuntu",
  foo: "it is an example",
  grub_dpkg: "it belongs to Debian's GRUB",
  install_hotplug: "it belongs to udev",
  landscape: "it belongs to Ubuntu",
  lxd: "it belongs to Ubuntu",
  raspberry_pi: "it belongs to Raspberry Pi OS",
  rh_subscription: "it belongs to Red Hat Enterprise Linux",
  rightscale_userdata: "the service that it fetched scripts from is gone",
  snap: "it belongs to Ubuntu",
  snap_config: "it belongs to Ubuntu",
  snappy: "it belongs to Ubuntu Core",
  spacewalk: "it belongs to Red Hat Enterprise Linux",
  ubuntu_autoinstall: "it belongs to Ubuntu",
  ubuntu_core_config: "it belongs to Ubuntu Core",
  ubuntu_drivers: "it belongs to Ubuntu",
  ubuntu_init_switch: "it belongs to Ubuntu",
  ubuntu_pro: "it belongs to Ubuntu",
  wireguard: "it belongs to Linux network set-up",
};

const REMOVED: ReadonlySet<string> = new Set(["refresh_rmc_and_interface"]);
