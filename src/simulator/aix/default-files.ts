import { localeFiles } from "./locale-files.ts";
import type { AixLevel } from "./machine.ts";

/** A file, directory or link that a fresh machine has. */
export type SeedFile =
  | { readonly path: string; readonly content: string | Uint8Array; readonly mode?: number }
  | { readonly path: string; readonly directory: true; readonly mode?: number }
  | { readonly path: string; readonly target: string };

/**
 * What the base system of an AIX LPAR has in /etc and around, as far as an agent looks at it. The
 * order matters: accounts come first, so that owners can be looked up.
 */
export function defaultFiles(level: AixLevel): readonly SeedFile[] {
  return [
    { path: "/etc/passwd", content: PASSWD },
    { path: "/etc/group", content: GROUP },
    { path: "/etc/security/passwd", content: SECURITY_PASSWD, mode: 0o600 },
    { path: "/etc/security/user", content: SECURITY_USER, mode: 0o640 },
    { path: "/etc/security/limits", content: SECURITY_LIMITS, mode: 0o640 },
    { path: "/etc/security/group", content: "system:\n\tadmin = true\n\n", mode: 0o640 },
    {
      path: "/etc/security/lastlog",
      content: "root:\n\tunsuccessful_login_count = 0\n\n",
      mode: 0o640,
    },
    { path: "/etc/security/login.cfg", content: loginConfig(level), mode: 0o640 },
    {
      path: "/etc/security/.profile",
      content:
        "PATH=/usr/bin:/etc:/usr/sbin:/usr/ucb:$HOME/bin:/usr/bin/X11:/sbin:.\nexport PATH\n",
    },
    { path: "/usr/lib/security/mkuser.default", content: MKUSER_DEFAULT, mode: 0o640 },
    { path: "/etc/filesystems", content: FILESYSTEMS, mode: 0o664 },
    { path: "/etc/rc.tcpip", content: RC_TCPIP, mode: 0o774 },
    { path: "/etc/inittab", content: INITTAB },
    { path: "/etc/hosts", content: HOSTS, mode: 0o664 },
    {
      path: "/etc/netsvc.conf",
      content: "# hosts = bind,local\nhosts = local, bind\n",
      mode: 0o664,
    },
    { path: "/etc/resolv.conf", content: "nameserver\t198.51.100.53\ndomain\told.example.com\n" },
    { path: "/etc/profile", content: "export LOGNAME MAIL MAILMSG\n", mode: 0o555 },
    { path: "/etc/dhcpcd.ini", content: DHCPCD_INI, mode: 0o664 },
    { path: "/etc/dhcpv6/dhcpc6.cnf", content: "# DHCPv6 client\nlog-file-name\tdhcpcd6.log\n" },
    { path: "/usr/sbin/dhcpcd6", content: "", mode: 0o555 },
    { path: "/etc/ssh/sshd_config", content: SSHD_CONFIG },
    { path: "/etc/syslog.conf", content: "# No rules are active: see syslogd.\n" },
    {
      path: "/etc/ntp.conf",
      content: "broadcastclient\ndriftfile /etc/ntp.drift\ntracefile /etc/ntp.trace\n",
      mode: 0o664,
    },
    { path: "/etc/ct_node_id", content: "0123456789abcdef\n# Node id of the captured machine.\n" },
    {
      path: "/var/ct/cfg/ct_node_id",
      content: "0123456789abcdef\n# Node id of the captured machine.\n",
    },
    { path: "/dev/console", content: "", mode: 0o622 },
    { path: "/dev/urandom", content: "", mode: 0o644 },
    ...localeFiles(),
    ...DIRECTORIES.map((path): SeedFile => ({ path, directory: true })),
    { path: "/tmp", directory: true, mode: 0o1777 },
    { path: "/var/tmp", directory: true, mode: 0o1777 },
    { path: "/bin", target: "usr/bin" },
    { path: "/lib", target: "usr/lib" },
  ];
}

/** Interpreters and tools of base AIX that user code names in its first line. There is no bash. */
export const BASE_PROGRAMS: readonly string[] = [
  "/usr/bin/ksh",
  "/usr/bin/ksh93",
  "/usr/bin/sh",
  "/usr/bin/bsh",
  "/usr/bin/csh",
  "/usr/bin/perl",
  "/usr/bin/env",
];

const DIRECTORIES = [
  "/etc/objrepos",
  "/etc/rc.d/init.d",
  "/etc/rc.d/rc2.d",
  "/home",
  "/home/guest",
  "/mnt",
  "/opt/freeware/bin",
  "/opt/freeware/etc",
  "/opt/freeware/var/lib",
  "/usr/lib/methods",
  "/usr/sbin",
  "/var/adm/ras",
  "/var/log",
];

const PASSWD = `root:!:0:0::/:/usr/bin/ksh
daemon:!:1:1::/etc:
bin:!:2:2::/bin:
sys:!:3:3::/usr/sys:
adm:!:4:4::/var/adm:
guest:!:100:100::/home/guest:
nobody:!:4294967294:4294967294::/:
lpd:!:9:4294967294::/:
invscout:*:6:12::/var/adm/invscout:/usr/bin/ksh
esaadmin:*:7:0::/var/esa:/usr/bin/ksh
sshd:*:201:201::/var/empty:/usr/bin/ksh
srvproxy:*:203:0:Service Proxy Daemon:/home/srvproxy:/usr/bin/ksh
`;

const GROUP = `system:!:0:root,esaadmin,srvproxy
staff:!:1:invscout,sshd,srvproxy
bin:!:2:root,bin
sys:!:3:root,bin,sys
adm:!:4:bin,adm
mail:!:6:
security:!:7:root
cron:!:8:root
audit:!:10:root
invscout:!:12:invscout
ecs:!:28:
usr:!:100:guest
perf:!:20:
shutdown:!:21:
lp:!:11:root,lp
nobody:!:4294967294:nobody,lpd
sshd:!:201:sshd
`;

/** root comes with an empty password, as the stock image does. */
const SECURITY_PASSWD = `root:
\tpassword = 
\tlastupdate = 1704067200
\tflags = 

daemon:
\tpassword = *

bin:
\tpassword = *

nobody:
\tpassword = *

esaadmin:
\tpassword = *

sshd:
\tpassword = *

`;

const SECURITY_USER = `default:
\tadmin = false
\tlogin = true
\tsu = true
\tdaemon = true
\trlogin = true
\tsugroups = ALL
\tadmgroups = 
\tttys = ALL
\tauth1 = SYSTEM
\tauth2 = NONE
\ttpath = nosak
\tumask = 22
\texpires = 0
\tSYSTEM = "compat"
\tlogintimes = 
\tpwdwarntime = 0
\taccount_locked = false
\tloginretries = 0
\thistexpire = 0
\thistsize = 0
\tminage = 0
\tmaxage = 0
\tmaxexpired = -1
\tminalpha = 0
\tminother = 0
\tminlen = 0
\tmindiff = 0
\tmaxrepeats = 8
\tdictionlist = 
\tpwdchecks = 

root:
\tadmin = true
\tSYSTEM = "compat"
\tregistry = files
\tloginretries = 0
\taccount_locked = false

daemon:
\tadmin = true
\texpires = 0101000070

esaadmin:
\tadmin = true
\tlogin = false

sshd:
\tadmin = true
\tlogin = false
\trlogin = false

`;

const SECURITY_LIMITS = `default:
\tfsize = 2097151
\tcore = 2097151
\tcpu = -1
\tdata = 262144
\trss = 65536
\tstack = 65536
\tnofiles = 2000

root:

`;

const MKUSER_DEFAULT = `user:
\tpgrp = staff
\tgroups = staff
\tshell = /usr/bin/ksh
\thome = /home/$USER

admin:
\tpgrp = system
\tgroups = system
\tshell = /usr/bin/ksh
\thome = /home/$USER

`;

const FILESYSTEMS = `* File systems of this machine.

/:
\tdev\t\t= /dev/hd4
\tvfs\t\t= jfs2
\tlog\t\t= /dev/hd8
\tmount\t\t= automatic
\tcheck\t\t= false
\ttype\t\t= bootfs
\tvol\t\t= root
\tfree\t\t= true

/home:
\tdev\t\t= /dev/hd1
\tvfs\t\t= jfs2
\tlog\t\t= /dev/hd8
\tmount\t\t= true
\tcheck\t\t= true
\tvol\t\t= /home
\tfree\t\t= false

/usr:
\tdev\t\t= /dev/hd2
\tvfs\t\t= jfs2
\tlog\t\t= /dev/hd8
\tmount\t\t= automatic
\tcheck\t\t= false
\ttype\t\t= bootfs
\tvol\t\t= /usr
\tfree\t\t= false

/var:
\tdev\t\t= /dev/hd9var
\tvfs\t\t= jfs2
\tlog\t\t= /dev/hd8
\tmount\t\t= automatic
\tcheck\t\t= false
\ttype\t\t= bootfs
\tvol\t\t= /var
\tfree\t\t= false

/tmp:
\tdev\t\t= /dev/hd3
\tvfs\t\t= jfs2
\tlog\t\t= /dev/hd8
\tmount\t\t= automatic
\tcheck\t\t= false
\tvol\t\t= /tmp
\tfree\t\t= false

/proc:
\tdev\t\t= /proc
\tvol\t\t= "/proc"
\tmount\t\t= true
\tcheck\t\t= false
\tfree\t\t= false
\tvfs\t\t= procfs

/opt:
\tdev\t\t= /dev/hd10opt
\tvfs\t\t= jfs2
\tlog\t\t= /dev/hd8
\tmount\t\t= true
\tcheck\t\t= true
\tvol\t\t= /opt
\tfree\t\t= false

`;

const RC_TCPIP = `#!/bin/ksh
# One line for each daemon; a comment sign switches it off.
src_running=""

start()
{
\treturn 0
}

#start /usr/sbin/dhcpcd "$src_running"
#start /usr/sbin/autoconf6 "" 
#start /usr/sbin/ndpd-host "$src_running"
#start /usr/sbin/ndpd-router "$src_running"
start /usr/sbin/syslogd "$src_running"
#start /usr/sbin/lpd "$src_running"
start /usr/sbin/portmap "$src_running"
start /usr/lib/sendmail "$src_running" "-bd -q\${qpi}"
start /usr/sbin/inetd "$src_running"
#start /usr/sbin/named "$src_running"
#start /usr/sbin/timed "$src_running"
start /usr/sbin/xntpd "$src_running"
#start /usr/sbin/rwhod "$src_running"
#start /usr/sbin/snmpd "$src_running"
#start /usr/sbin/dhcpsd "$src_running"
#start /usr/sbin/dhcpcd6 "$src_running"
`;

const INITTAB = `init:2:initdefault:
brc::sysinit:/sbin/rc.boot 3 >/dev/console 2>&1
rc:23456789:wait:/etc/rc 2>&1 | alog -tboot > /dev/console
srcmstr:23456789:respawn:/usr/sbin/srcmstr
rctcpip:23456789:wait:/etc/rc.tcpip > /dev/console 2>&1
rcnfs:23456789:wait:/etc/rc.nfs > /dev/console 2>&1
cron:23456789:respawn:/usr/sbin/cron
cons:0123456789:respawn:/usr/sbin/getty /dev/console
l2:2:wait:/etc/rc.d/rc 2 
l3:3:wait:/etc/rc.d/rc 3
ctrmc:2:once:/usr/bin/startsrc -s ctrmc > /var/ct/ctrmc-inittab.err 2>&1
`;

const HOSTS = `# Internet address  names
127.0.0.1\t\tloopback localhost\t# loopback (lo0) name/address
::1\t\t\tloopback localhost\t# IPv6 loopback (lo0) name/address
192.0.2.50\tgolden.old.example.com golden
`;

const DHCPCD_INI = `numLogFiles\t4
logFileSize\t100
logFileName\t/usr/tmp/dhcpcd.log
logItem\tSYSERR
logItem\tOBJERR
logItem\tWARNING
logItem\tEVENT

interface any
{
 option 12 ""
}
`;

const SSHD_CONFIG = `# The strategy of the file is to show defaults as comments.
#Port 22
#PermitRootLogin prohibit-password
#PasswordAuthentication yes
AuthorizedKeysFile\t.ssh/authorized_keys
Subsystem\tsftp\t/usr/sbin/sftp-server
`;

function loginConfig(level: AixLevel): string {
  const isNew = level === "7.3";
  const bash = isNew ? ",/bin/bash,/usr/bin/bash" : "";
  const algorithm = isNew ? "\tpwd_algorithm = ssha256\n\tunix_passwd_compat = true\n" : "";
  return `default:
\tsak_enabled = false
\tlogintimes = 
\tlogindisable = 0
\tlogininterval = 0
\tloginreenable = 0
\tlogindelay = 0

usw:
\tshells = /bin/sh,/bin/bsh,/bin/csh,/bin/ksh,/bin/tsh,/bin/ksh93,/usr/bin/sh,/usr/bin/bsh,/usr/bin/csh,/usr/bin/ksh,/usr/bin/tsh,/usr/bin/ksh93${bash}
\tmaxlogins = 32767
\tlogintimeout = 60
\tauth_type = STD_AUTH
${algorithm}
`;
}
