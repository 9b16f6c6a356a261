import { builtinConfig } from "../../config/builtin-config.ts";
import { createBaseConfig } from "../base-config.ts";
import type { DistroDefaults } from "../distro.ts";

/** A Linux of this name; one that is not known has no default user of its own but "cloud-user". */
export function createLinuxDefaults(name: string): DistroDefaults {
  const { family, sshService } = flavourOf(name);
  const systemInfo = {
    distro: name,
    default_user: createLinuxDefaultUser(name),
    ssh_svcname: sshService,
  };
  return {
    name,
    family,
    paths: {
      cloudDir: "/var/lib/cloud",
      runDir: "/run/cloud-init",
      templatesDir: "/etc/cloud/templates",
      configFile: "/etc/cloud/cloud.cfg",
      logDir: "/var/log",
      modulesDir: "/usr/lib/cloud-init/modules",
    },
    systemInfo,
    rootOwner: "root:root",
    config: createBaseConfig(builtinConfig("linux"), systemInfo),
  };
}

/** The user of the distribution's own cloud image: no password, sudo for everything. */
export function createLinuxDefaultUser(name: string): Readonly<Record<string, unknown>> {
  const { user } = flavourOf(name);
  return {
    name: user.name,
    gecos: user.gecos,
    lock_passwd: true,
    shell: "/bin/bash",
    sudo: ["ALL=(ALL) NOPASSWD:ALL"],
    ...(user.groups === undefined ? {} : { groups: [...user.groups] }),
  };
}

/** "debian", "redhat", "suse"; "linux" where it is not known. */
export function familyOf(name: string): string {
  return flavourOf(name).family;
}

function flavourOf(name: string): Flavour {
  return (Object.hasOwn(FLAVOURS, name) ? FLAVOURS[name] : undefined) ?? UNKNOWN;
}

interface Flavour {
  readonly family: string;
  readonly user: {
    readonly name: string;
    readonly gecos: string;
    readonly groups?: readonly string[];
  };
  readonly sshService: string;
}

const DEBIAN_GROUPS = [
  "adm",
  "audio",
  "cdrom",
  "dialout",
  "dip",
  "floppy",
  "netdev",
  "plugdev",
  "sudo",
  "video",
];
const REDHAT_GROUPS = ["wheel", "adm", "systemd-journal"];

function redhat(name: string, gecos: string): Flavour {
  return {
    family: "redhat",
    user: { name, gecos, groups: REDHAT_GROUPS },
    sshService: "sshd",
  };
}

/** Default users as the distributions' own cloud images have them. */
const FLAVOURS: Readonly<Record<string, Flavour>> = {
  almalinux: redhat("almalinux", "AlmaLinux Cloud User"),
  amazon: redhat("ec2-user", "EC2 Default User"),
  centos: redhat("cloud-user", "Cloud User"),
  debian: {
    family: "debian",
    user: { name: "debian", gecos: "Debian", groups: DEBIAN_GROUPS },
    sshService: "ssh",
  },
  fedora: redhat("fedora", "Fedora Cloud User"),
  opensuse: {
    family: "suse",
    user: { name: "opensuse", gecos: "openSUSE Cloud User" },
    sshService: "sshd",
  },
  rhel: redhat("cloud-user", "Cloud User"),
  rocky: redhat("rocky", "Rocky Cloud User"),
  sles: { family: "suse", user: { name: "sles", gecos: "SLES Cloud User" }, sshService: "sshd" },
  ubuntu: {
    family: "debian",
    user: { name: "ubuntu", gecos: "Ubuntu", groups: ["adm", "cdrom", "dip", "lxd", "sudo"] },
    sshService: "ssh",
  },
};

const UNKNOWN: Flavour = {
  family: "linux",
  user: { name: "cloud-user", gecos: "Cloud User" },
  sshService: "sshd",
};
