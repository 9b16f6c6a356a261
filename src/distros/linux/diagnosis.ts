import { exists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DiagnosisAdapter } from "../diagnosis-adapter.ts";
import type { DistroContext } from "../distro.ts";

const DIRECTORIES = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

/** Linux: journal and kernel log, units, network, discs, the installed package (compat core.md §7.5). */
export function createLinuxDiagnosis({ sys }: DistroContext, family: string): DiagnosisAdapter {
  return {
    files: ["/etc/resolv.conf", "/etc/hosts", "/etc/fstab", "/etc/os-release"],
    async listCommands() {
      const command = (file: string, name: string, ...args: readonly string[]) => ({
        file,
        argv: [findProgram(sys, name), ...args],
      });
      return [
        // Upstream's names of these three.
        command("journal.txt", "journalctl", "-u", "cloud-init*", "-o", "short-precise", "-b"),
        command("dmesg.txt", "dmesg"),
        family === "debian"
          ? command("dpkg-version", "dpkg", "-l", "cloud-init")
          : command("rpm-version", "rpm", "-q", "cloud-init"),
        command("systemctl-failed.txt", "systemctl", "--failed", "--no-pager"),
        command("ip-address.txt", "ip", "address"),
        command("ip-route.txt", "ip", "route"),
        command("ip-route6.txt", "ip", "-6", "route"),
        command("lsblk.txt", "lsblk", "-f"),
        command("df-k.txt", "df", "-k"),
        command("mount.txt", "mount"),
      ];
    },
  };
}

/** Where it is not installed: where it would be. */
function findProgram(sys: System, name: string): string {
  const paths = DIRECTORIES.map((directory) => `${directory}/${name}`);
  return paths.find((path) => exists(sys.fs, path)) ?? `/usr/bin/${name}`;
}
