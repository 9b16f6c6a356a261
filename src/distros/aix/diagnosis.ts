import type { DiagnosisAdapter, DiagnosisCommand } from "../diagnosis-adapter.ts";
import type { DistroContext } from "../distro.ts";

const LSATTR = "/usr/sbin/lsattr";
const LSDEV = "/usr/sbin/lsdev";
const NETSTAT = "/usr/bin/netstat";
const QUERY_TIMEOUT_MS = 30_000;

const COMMANDS: readonly DiagnosisCommand[] = [
  { file: "oslevel-s.txt", argv: ["/usr/bin/oslevel", "-s"] },
  { file: "lsdev-C.txt", argv: [LSDEV, "-C"] },
  { file: "lsattr-sys0.txt", argv: [LSATTR, "-El", "sys0"] },
  { file: "lsattr-inet0.txt", argv: [LSATTR, "-El", "inet0"] },
  { file: "ifconfig-a.txt", argv: ["/usr/sbin/ifconfig", "-a"] },
  { file: "netstat-in.txt", argv: [NETSTAT, "-in"] },
  { file: "netstat-rn.txt", argv: [NETSTAT, "-rn"] },
  { file: "lssrc-a.txt", argv: ["/usr/bin/lssrc", "-a"] },
  { file: "lspv.txt", argv: ["/usr/sbin/lspv"] },
  { file: "lsvg.txt", argv: ["/usr/sbin/lsvg"] },
  { file: "df-k.txt", argv: ["/usr/bin/df", "-k"] },
  { file: "mount.txt", argv: ["/usr/sbin/mount"] },
  { file: "errpt.txt", argv: ["/usr/bin/errpt"] },
];

/** AIX: levels, devices, network, subsystems, volumes and the error log (compat core.md §7.5). */
export function createAixDiagnosis({ sys }: DistroContext): DiagnosisAdapter {
  return {
    files: ["/etc/resolv.conf", "/etc/hosts", "/etc/netsvc.conf", "/etc/filesystems"],
    async listCommands() {
      const { stdout } = await sys.exec.query([LSDEV, "-Cc", "if", "-F", "name"], {
        okExitCodes: "any",
        timeoutMs: QUERY_TIMEOUT_MS,
      });
      const interfaces = stdout.split("\n").filter((name) => /^en\d+$/u.test(name));
      return [
        ...COMMANDS,
        ...interfaces.map((name) => ({
          file: `lsattr-${name}.txt`,
          argv: [LSATTR, "-El", name],
        })),
      ];
    },
  };
}
