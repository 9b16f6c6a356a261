/** A network adapter of a simulated Linux. */
export interface LinuxAdapter {
  /** "eth0" */
  readonly name: string;
  /** Lower case, with colons. */
  readonly macAddress: string;
}

/** What a small cloud image of a Linux has in /etc and around, as far as an agent looks at it. Accounts come first, so that owners can be looked up. */
export function linuxFiles(
  distro: string,
  adapters: readonly LinuxAdapter[],
): Readonly<Record<string, string>> {
  return {
    "/etc/passwd": PASSWD,
    "/etc/group": GROUP,
    "/etc/shadow": SHADOW,
    "/etc/os-release": `ID=${distro}\nNAME="Simulated ${distro}"\nPRETTY_NAME="Simulated ${distro}"\n${CODENAMES[distro] ?? ""}`,
    "/etc/hostname": "localhost\n",
    "/etc/hosts": "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n",
    "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    "/etc/resolv.conf": "nameserver 192.0.2.53\n",
    "/etc/shells": "/bin/sh\n/bin/bash\n/usr/bin/bash\n",
    "/etc/sudoers": "root ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n",
    "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\n",
    [distro === "debian" || distro === "ubuntu" ? "/etc/chrony/chrony.conf" : "/etc/chrony.conf"]:
      "pool 2.pool.example.com iburst\nrtcsync\n",
    "/usr/sbin/chronyd": "",
    "/usr/sbin/rsyslogd": "",
    "/proc/meminfo": "MemTotal:        4194304 kB\nMemFree:         3145728 kB\n",
    "/proc/sys/kernel/hostname": "localhost\n",
    "/proc/sys/kernel/osrelease": "6.1.0-18-amd64\n",
    "/proc/uptime": "12.34 20.00\n",
    ...Object.fromEntries(adapters.flatMap(adapterFiles)),
  };
}

const CODENAMES: Readonly<Record<string, string>> = {
  debian: "VERSION_CODENAME=bookworm\n",
  ubuntu: "VERSION_CODENAME=noble\n",
};

function adapterFiles({ name, macAddress }: LinuxAdapter): readonly (readonly [string, string])[] {
  const directory = `/sys/class/net/${name}`;
  return [
    [`${directory}/address`, `${macAddress}\n`],
    [`${directory}/type`, "1\n"],
    [`${directory}/uevent`, `INTERFACE=${name}\n`],
    [`${directory}/operstate`, "up\n"],
  ];
}

export const LINUX_DIRECTORIES: readonly string[] = [
  "/dev",
  "/etc/sudoers.d",
  "/etc/systemd/network",
  "/home",
  "/opt",
  "/root",
  "/run/systemd/system",
  "/run/systemd/netif",
  "/sys/class/block",
  "/tmp",
  "/usr/bin",
  "/usr/sbin",
  "/var/log",
];

/** Interpreters and tools that user code names in its first line. */
export const LINUX_PROGRAMS: readonly string[] = [
  "/usr/bin/sh",
  "/usr/bin/bash",
  "/usr/bin/env",
  "/usr/bin/perl",
  "/usr/bin/python3",
];

const PASSWD = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
man:x:6:12:man:/var/cache/man:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
`;

const GROUP = `root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
wheel:x:10:
man:x:12:
dialout:x:20:
cdrom:x:24:
floppy:x:25:
sudo:x:27:
audio:x:29:
dip:x:30:
www-data:x:33:
video:x:44:
plugdev:x:46:
users:x:100:
systemd-journal:x:101:
lxd:x:105:
netdev:x:106:
systemd-network:x:998:
nogroup:x:65534:
`;

const SHADOW = `root:*:20000:0:99999:7:::
daemon:*:20000:0:99999:7:::
nobody:*:20000:0:99999:7:::
sshd:!:20000::::::
`;
