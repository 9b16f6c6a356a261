import { exists, isFile, readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { PackageAdapter, PackageWish } from "../package-adapter.ts";
import { createRpmPackages, TRANSACTION_TIMEOUT_MS } from "../posix/rpm-packages.ts";

const APT_GET = "/usr/bin/apt-get";
const STATUS_FILE = "/var/lib/dpkg/status";
const LISTS_TIMEOUT_MS = 1_800_000;
/** Another apt at boot (unattended-upgrades) is waited for; a user's changed configuration is kept. */
const APT_OPTIONS = [
  "--option=DPkg::Lock::Timeout=300",
  "--option=Dpkg::Options::=--force-confold",
  "--option=Dpkg::Options::=--force-unsafe-io",
  "--assume-yes",
  "--quiet",
];
const RESTART_MARKS = ["/var/run/reboot-required", "/run/reboot-required"];

/** apt where it is there, else dnf or yum. */
export function createLinuxPackages({ sys }: DistroContext): PackageAdapter {
  const packages = isFile(sys.fs, APT_GET)
    ? createAptPackages(sys)
    : createRpmPackages(sys, {
        managers: ["/usr/bin/dnf", "/usr/bin/yum"],
        needsRestarting: "/usr/bin/needs-restarting",
      });
  return {
    ...packages,
    needsRestart: async () =>
      RESTART_MARKS.some((mark) => exists(sys.fs, mark)) || packages.needsRestart(),
  };
}

function createAptPackages(sys: System): PackageAdapter {
  const run = async (timeoutMs: number, ...args: readonly string[]): Promise<void> => {
    await sys.exec.run([APT_GET, ...APT_OPTIONS, ...args], {
      output: "inherit",
      timeoutMs,
      env: { DEBIAN_FRONTEND: "noninteractive" },
    });
  };
  return {
    name: "apt-get",
    updateLists: () => run(LISTS_TIMEOUT_MS, "update"),
    upgradeAll: () => run(TRANSACTION_TIMEOUT_MS, "dist-upgrade"),
    findMissing: async (packages) => {
      const installed = readInstalled(sys);
      return packages.filter((wish) => !isInstalled(installed, wish));
    },
    install: (packages) => run(TRANSACTION_TIMEOUT_MS, "install", ...packages.map(nameOf)),
    needsRestart: async () => false,
  };
}

/** Package → versions, from dpkg's own database (deb822 paragraphs, dpkg-query(1)): no process for each package. */
function readInstalled(sys: System): ReadonlyMap<string, readonly string[]> {
  const installed = new Map<string, string[]>();
  for (const paragraph of (readTextIfExists(sys.fs, STATUS_FILE) ?? "").split("\n\n")) {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}: (.*)$`, "mu").exec(paragraph)?.[1];
    const name = field("Package");
    if (name !== undefined && field("Status") === "install ok installed") {
      installed.set(name, [...(installed.get(name) ?? []), field("Version") ?? ""]);
    }
  }
  return installed;
}

function isInstalled(
  installed: ReadonlyMap<string, readonly string[]>,
  { name, version }: PackageWish,
): boolean {
  const versions = installed.get(name);
  return versions !== undefined && (version === undefined || versions.includes(version));
}

function nameOf({ name, version }: PackageWish): string {
  return version === undefined ? name : `${name}=${version}`;
}
