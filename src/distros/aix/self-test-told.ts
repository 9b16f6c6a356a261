import { toldQuestion } from "../posix/understanding.ts";
import type { SelfTestQuestion } from "../self-test-adapter.ts";

/**
 * What nothing in the program goes by yet, and what is open about AIX all the same: the answers are
 * kept, and that is all. Each only asks; scripts/capture-aix.sh asks the same.
 */
export function aixToldQuestions(): readonly SelfTestQuestion[] {
  return COMMANDS.map(([points, argv, title]) => toldQuestion(points, argv, title));
}

const LSATTR = "/usr/sbin/lsattr";
const LSDEV = "/usr/sbin/lsdev";
const ODMGET = "/usr/bin/odmget";
const NETSTAT = "/usr/bin/netstat";
const LSPS = "/usr/sbin/lsps";
const BOOTINFO = "/usr/sbin/bootinfo";

const COMMANDS: readonly (readonly [
  points: readonly string[],
  argv: readonly string[],
  title: string,
])[] = [
  [["0"], ["/usr/bin/oslevel", "-s"], "service pack"],
  [["0"], ["/usr/bin/uname", "-M"], "model of the machine"],
  [["1"], ["/usr/sbin/lsvfs", "-a"], "kinds of file systems"],
  [["2"], [NETSTAT, "-Crn"], "routes with their costs"],
  [["2"], [ODMGET, "-q", "name=inet0", "CuAt"], "rows of inet0"],
  [["3"], [LSATTR, "-Rl", "inet0", "-a", "rout6"], "values of rout6"],
  [["3"], [LSATTR, "-Rl", "en0", "-a", "netaddr6"], "values of netaddr6"],
  [["3"], [NETSTAT, "-rn", "-f", "inet6"], "routes of IPv6"],
  [["4"], ["/usr/sbin/no", "-a"], "options of the network"],
  [["5"], [LSDEV, "-Pc", "adapter", "-s", "vlan"], "kinds of VLAN"],
  [["5"], [LSDEV, "-Pc", "adapter", "-s", "pseudo"], "kinds of EtherChannel"],
  [["5"], [ODMGET, "-q", "uniquetype=adapter/vlan/eth", "PdAt"], "attributes of a VLAN"],
  [["5"], [ODMGET, "-q", "uniquetype=adapter/pseudo/ibm_ech", "PdAt"], "of an EtherChannel"],
  [["6"], [LSDEV, "-l", "hdisk999"], "a device that is not there"],
  [["7"], [LSATTR, "-Rl", "sys0", "-a", "clouddev"], "values of clouddev"],
  [["7"], [LSATTR, "-Rl", "sys0", "-a", "ghostdev"], "values of ghostdev"],
  [["7"], ["/usr/bin/ls", "-ld", "/etc/sudoers", "/opt/freeware/etc/sudoers"], "where sudoers is"],
  [
    ["8"],
    ["/usr/bin/grep", "-n", "-E", "usage|getopts|now|date|-[a-z]\\)", "/usr/sbin/shutdown"],
    "its words",
  ],
  [["9"], ["/usr/bin/ls", "-l", "/usr/bin/chtz", "/usr/bin/chlang"], "tools for zone and language"],
  [["9"], ["/usr/bin/ls", "/usr/share/lib/zoneinfo"], "time zones"],
  [["10"], ["/usr/sbin/lsuser", "-a", "account_locked", "login", "rlogin", "su", "root"], "locks"],
  [["10"], ["/usr/bin/ssh", "-V"], "version of OpenSSH"],
  [["6.1"], ["/usr/sbin/lspv", "-u"], "identifiers of disks"],
  [["6.1"], ["/usr/sbin/lspath", "-F", "name path_id parent connection status"], "paths of disks"],
  [["6.1"], [LSPS, "-s"], "paging space in all"],
  [["6.7"], [BOOTINFO, "-K"], "width of the kernel"],
  [["4.1"], ["/usr/bin/lssrc", "-a"], "all subsystems"],
  [["12"], ["/usr/bin/lsrsrc", "IBM.MCP"], "management consoles that RMC knows"],
];
