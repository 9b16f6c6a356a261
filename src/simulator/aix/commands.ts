import type { SimulatedCommand } from "./command.ts";

/** A command that is loaded only when it is called. */
export interface CommandEntry {
  readonly path: string;
  /** Other places where AIX has the same program. */
  readonly aliases?: readonly string[];
  load(): Promise<SimulatedCommand>;
}

/** Every simulated command, by name. */
export const aixCommands: readonly CommandEntry[] = [
  {
    path: "/usr/sbin/autoconf6",
    load: async () => (await import("./commands/autoconf6.ts")).autoconf6,
  },
  {
    path: "/usr/sbin/bootinfo",
    load: async () => (await import("./commands/bootinfo.ts")).bootinfo,
  },
  {
    path: "/usr/bin/bootlist",
    load: async () => (await import("./commands/bootlist.ts")).bootlist,
  },
  {
    path: "/usr/lib/boot/bootutil",
    load: async () => (await import("./commands/bootutil.ts")).bootutil,
  },
  {
    path: "/usr/sbin/cfgmgr",
    load: async () => (await import("./commands/cfgmgr.ts")).cfgmgr,
  },
  {
    path: "/usr/sbin/chdev",
    load: async () => (await import("./commands/chdev.ts")).chdev,
  },
  {
    path: "/usr/sbin/chfs",
    load: async () => (await import("./commands/chfs.ts")).chfs,
  },
  {
    path: "/usr/bin/chgroup",
    load: async () => (await import("./commands/chgroup.ts")).chgroup,
  },
  {
    path: "/usr/bin/chgrpmem",
    load: async () => (await import("./commands/chgrpmem.ts")).chgrpmem,
  },
  {
    path: "/usr/bin/chlang",
    load: async () => (await import("./commands/chlang.ts")).chlang,
  },
  {
    path: "/usr/sbin/chlv",
    load: async () => (await import("./commands/chlv.ts")).chlv,
  },
  {
    path: "/usr/bin/chpasswd",
    load: async () => (await import("./commands/chpasswd.ts")).chpasswd,
  },
  {
    path: "/usr/sbin/chps",
    load: async () => (await import("./commands/chps.ts")).chps,
  },
  {
    path: "/usr/sbin/chrctcp",
    load: async () => (await import("./commands/chrctcp.ts")).chrctcp,
  },
  {
    path: "/usr/bin/chsec",
    load: async () => (await import("./commands/chsec.ts")).chsec,
  },
  {
    path: "/usr/bin/chtz",
    load: async () => (await import("./commands/chtz.ts")).chtz,
  },
  {
    path: "/usr/bin/chuser",
    load: async () => (await import("./commands/chuser.ts")).chuser,
  },
  {
    path: "/usr/sbin/chvg",
    load: async () => (await import("./commands/chvg.ts")).chvg,
  },
  {
    path: "/usr/sbin/crfs",
    load: async () => (await import("./commands/crfs.ts")).crfs,
  },
  {
    path: "/usr/lib/methods/defif",
    load: async () => (await import("./commands/defif.ts")).defif,
  },
  {
    path: "/usr/bin/df",
    load: async () => (await import("./commands/df.ts")).df,
  },
  {
    path: "/opt/freeware/bin/dnf",
    load: async () => (await import("./commands/dnf.ts")).dnf,
  },
  {
    path: "/usr/bin/entstat",
    load: async () => (await import("./commands/entstat.ts")).entstat,
  },
  {
    path: "/usr/sbin/exportvg",
    load: async () => (await import("./commands/exportvg.ts")).exportvg,
  },
  {
    path: "/usr/sbin/extendvg",
    load: async () => (await import("./commands/extendvg.ts")).extendvg,
  },
  {
    path: "/usr/sbin/geninstall",
    load: async () => (await import("./commands/geninstall.ts")).geninstall,
  },
  {
    path: "/usr/bin/getconf",
    load: async () => (await import("./commands/getconf.ts")).getconf,
  },
  {
    path: "/usr/bin/host",
    load: async () => (await import("./commands/host.ts")).host,
  },
  {
    path: "/usr/bin/hostname",
    load: async () => (await import("./commands/hostname.ts")).hostname,
  },
  {
    path: "/usr/sbin/ifconfig",
    aliases: ["/etc/ifconfig"],
    load: async () => (await import("./commands/ifconfig.ts")).ifconfig,
  },
  {
    path: "/usr/sbin/importvg",
    load: async () => (await import("./commands/importvg.ts")).importvg,
  },
  {
    path: "/usr/sbin/installp",
    load: async () => (await import("./commands/installp.ts")).installp,
  },
  {
    path: "/usr/bin/locale",
    load: async () => (await import("./commands/locale.ts")).locale,
  },
  {
    path: "/usr/bin/logger",
    load: async () => (await import("./commands/logger.ts")).logger,
  },
  {
    path: "/usr/sbin/lsattr",
    load: async () => (await import("./commands/lsattr.ts")).lsattr,
  },
  {
    path: "/usr/sbin/lscfg",
    load: async () => (await import("./commands/lscfg.ts")).lscfg,
  },
  {
    path: "/usr/sbin/lsdev",
    load: async () => (await import("./commands/lsdev.ts")).lsdev,
  },
  {
    path: "/usr/sbin/lsfs",
    load: async () => (await import("./commands/lsfs.ts")).lsfs,
  },
  {
    path: "/usr/sbin/lsgroup",
    load: async () => (await import("./commands/lsgroup.ts")).lsgroup,
  },
  {
    path: "/usr/sbin/lsitab",
    load: async () => (await import("./commands/lsitab.ts")).lsitab,
  },
  {
    path: "/usr/bin/lslpp",
    load: async () => (await import("./commands/lslpp.ts")).lslpp,
  },
  {
    path: "/usr/sbin/lslv",
    load: async () => (await import("./commands/lslv.ts")).lslv,
  },
  {
    path: "/usr/sbin/lspath",
    load: async () => (await import("./commands/lspath.ts")).lspath,
  },
  {
    path: "/usr/sbin/lsps",
    load: async () => (await import("./commands/lsps.ts")).lsps,
  },
  {
    path: "/usr/sbin/lspv",
    load: async () => (await import("./commands/lspv.ts")).lspv,
  },
  {
    path: "/usr/bin/lsrpdomain",
    aliases: ["/usr/sbin/rsct/bin/lsrpdomain", "/opt/rsct/bin/lsrpdomain"],
    load: async () => (await import("./commands/lsrpdomain.ts")).lsrpdomain,
  },
  {
    path: "/usr/bin/lsrpnode",
    aliases: ["/usr/sbin/rsct/bin/lsrpnode", "/opt/rsct/bin/lsrpnode"],
    load: async () => (await import("./commands/lsrpnode.ts")).lsrpnode,
  },
  {
    path: "/usr/bin/lssec",
    load: async () => (await import("./commands/lssec.ts")).lssec,
  },
  {
    path: "/usr/bin/lssrc",
    load: async () => (await import("./commands/lssrc.ts")).lssrc,
  },
  {
    path: "/usr/sbin/lsuser",
    load: async () => (await import("./commands/lsuser.ts")).lsuser,
  },
  {
    path: "/usr/sbin/lsvg",
    load: async () => (await import("./commands/lsvg.ts")).lsvg,
  },
  {
    path: "/usr/sbin/mkdev",
    load: async () => (await import("./commands/mkdev.ts")).mkdev,
  },
  {
    path: "/usr/bin/mkgroup",
    load: async () => (await import("./commands/mkgroup.ts")).mkgroup,
  },
  {
    path: "/usr/sbin/mkitab",
    load: async () => (await import("./commands/mkitab.ts")).mkitab,
  },
  {
    path: "/usr/sbin/mklv",
    load: async () => (await import("./commands/mklv.ts")).mklv,
  },
  {
    path: "/usr/sbin/mkps",
    load: async () => (await import("./commands/mkps.ts")).mkps,
  },
  {
    path: "/usr/bin/mkuser",
    load: async () => (await import("./commands/mkuser.ts")).mkuser,
  },
  {
    path: "/usr/sbin/mkvg",
    load: async () => (await import("./commands/mkvg.ts")).mkvg,
  },
  {
    path: "/usr/sbin/mount",
    aliases: ["/etc/mount", "/usr/bin/mount"],
    load: async () => (await import("./commands/mount.ts")).mount,
  },
  {
    path: "/usr/bin/netstat",
    aliases: ["/usr/sbin/netstat"],
    load: async () => (await import("./commands/netstat.ts")).netstat,
  },
  {
    path: "/usr/bin/oslevel",
    load: async () => (await import("./commands/oslevel.ts")).oslevel,
  },
  {
    path: "/usr/bin/ps",
    load: async () => (await import("./commands/ps.ts")).ps,
  },
  {
    path: "/usr/bin/pwdadm",
    load: async () => (await import("./commands/pwdadm.ts")).pwdadm,
  },
  {
    path: "/usr/sbin/rsct/install/bin/recfgct",
    aliases: ["/opt/rsct/install/bin/recfgct"],
    load: async () => (await import("./commands/recfgct.ts")).recfgct,
  },
  {
    path: "/usr/sbin/reducevg",
    load: async () => (await import("./commands/reducevg.ts")).reducevg,
  },
  {
    path: "/usr/bin/refresh",
    load: async () => (await import("./commands/refresh.ts")).refresh,
  },
  {
    path: "/usr/sbin/rsct/bin/rmcctrl",
    aliases: ["/opt/rsct/bin/rmcctrl"],
    load: async () => (await import("./commands/rmcctrl.ts")).rmcctrl,
  },
  {
    path: "/usr/sbin/rmdev",
    load: async () => (await import("./commands/rmdev.ts")).rmdev,
  },
  {
    path: "/usr/sbin/rmfs",
    load: async () => (await import("./commands/rmfs.ts")).rmfs,
  },
  {
    path: "/usr/sbin/rmgroup",
    load: async () => (await import("./commands/rmgroup.ts")).rmgroup,
  },
  {
    path: "/usr/sbin/rmitab",
    load: async () => (await import("./commands/rmitab.ts")).rmitab,
  },
  {
    path: "/usr/sbin/rmlv",
    load: async () => (await import("./commands/rmlv.ts")).rmlv,
  },
  {
    path: "/usr/sbin/rmuser",
    load: async () => (await import("./commands/rmuser.ts")).rmuser,
  },
  {
    path: "/usr/sbin/route",
    aliases: ["/etc/route"],
    load: async () => (await import("./commands/route.ts")).route,
  },
  {
    path: "/usr/bin/rpm",
    load: async () => (await import("./commands/rpm.ts")).rpm,
  },
  {
    path: "/usr/sbin/shutdown",
    load: async () => (await import("./commands/shutdown.ts")).shutdown,
  },
  {
    path: "/usr/bin/ssh-keygen",
    load: async () => (await import("./commands/ssh-keygen.ts")).sshKeygen,
  },
  {
    path: "/usr/sbin/sshd",
    load: async () => (await import("./commands/sshd.ts")).sshd,
  },
  {
    path: "/usr/bin/startsrc",
    load: async () => (await import("./commands/startsrc.ts")).startsrc,
  },
  {
    path: "/usr/bin/stopsrc",
    load: async () => (await import("./commands/stopsrc.ts")).stopsrc,
  },
  {
    path: "/usr/sbin/swapon",
    load: async () => (await import("./commands/swapon.ts")).swapon,
  },
  {
    path: "/usr/sbin/sync",
    aliases: ["/usr/bin/sync"],
    load: async () => (await import("./commands/sync.ts")).sync,
  },
  {
    path: "/usr/sbin/umount",
    aliases: ["/etc/umount", "/usr/bin/umount", "/usr/sbin/unmount"],
    load: async () => (await import("./commands/umount.ts")).umount,
  },
  {
    path: "/usr/bin/uname",
    load: async () => (await import("./commands/uname.ts")).uname,
  },
  {
    path: "/usr/sbin/useradd",
    load: async () => (await import("./commands/useradd.ts")).useradd,
  },
  {
    path: "/usr/sbin/userdel",
    load: async () => (await import("./commands/userdel.ts")).userdel,
  },
  {
    path: "/usr/sbin/usermod",
    load: async () => (await import("./commands/usermod.ts")).usermod,
  },
  {
    path: "/usr/sbin/varyoffvg",
    load: async () => (await import("./commands/varyoffvg.ts")).varyoffvg,
  },
  {
    path: "/usr/sbin/varyonvg",
    load: async () => (await import("./commands/varyonvg.ts")).varyonvg,
  },
  {
    path: "/usr/bin/who",
    load: async () => (await import("./commands/who.ts")).who,
  },
];

/** Every path at which a machine has a command. */
export function commandPaths(): readonly string[] {
  return aixCommands.flatMap((entry) => [entry.path].concat(entry.aliases ?? []));
}

/** The entry for a program as it was called: by its path, by an alias, through the links /bin and /sbin, or by plain name. */
export function findCommand(program: string): CommandEntry | undefined {
  const path = program.replace(/^\/(?:usr\/)?(s?bin)\//u, "/usr/$1/");
  return aixCommands.find(
    (entry) =>
      entry.path === path ||
      entry.aliases?.includes(path) === true ||
      (!program.includes("/") && entry.path.endsWith(`/${program}`)),
  );
}
