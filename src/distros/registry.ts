import { readTextIfExists } from "../system/files.ts";
import type { System } from "../system/system.ts";
import type { Distro, DistroContext, DistroDefaults } from "./distro.ts";

/** One operating system, its code loaded; nothing has been asked of the machine. */
export interface LoadedDistro {
  readonly defaults: DistroDefaults;
  create(ctx: DistroContext): Distro;
}

/**
 * Loads the code of the distro called `name` (`system_info.distro`). A name that is not in the
 * table is a Linux: its own name, the ways of Linux.
 */
export async function loadDistro(name: string): Promise<LoadedDistro> {
  const { load, loadDefaults } = findLoader(name);
  const [create, defaults] = await Promise.all([load(), loadDefaults(name)]);
  return { defaults, create: (ctx) => create(ctx, name) };
}

/**
 * What holds before any configuration is read, on the system that runs or on the one named. Loads
 * nothing of what changes a machine: commands that only look start sooner.
 */
export async function distroDefaults(
  sys: System,
  name: string = findDistroName(sys),
): Promise<DistroDefaults> {
  return findLoader(name).loadDefaults(name);
}

/**
 * The name of the system that runs: "aix", else `ID` of os-release(5), else "linux". Reads at most
 * two small files.
 */
export function findDistroName(sys: System): string {
  if (sys.process.platform === "aix") {
    return "aix";
  }
  for (const path of OS_RELEASE_PATHS) {
    const text = readTextIfExists(sys.fs, path);
    if (text !== undefined) {
      return idOf(text) ?? UNKNOWN_LINUX;
    }
  }
  return UNKNOWN_LINUX;
}

const UNKNOWN_LINUX = "linux";
const OS_RELEASE_PATHS = ["/etc/os-release", "/usr/lib/os-release"];

interface DistroLoader {
  load(): Promise<(ctx: DistroContext, name: string) => Distro>;
  loadDefaults(name: string): Promise<DistroDefaults>;
}

const AIX: DistroLoader = {
  load: async () => (await import("./aix/aix.ts")).createAix,
  loadDefaults: async () => (await import("./aix/defaults.ts")).createAixDefaults(),
};

const LINUX: DistroLoader = {
  load: async () => (await import("./linux/linux.ts")).createLinux,
  loadDefaults: async (name) => (await import("./linux/defaults.ts")).createLinuxDefaults(name),
};

const LOADERS: Readonly<Record<string, DistroLoader>> = {
  aix: AIX,
  almalinux: LINUX,
  amazon: LINUX,
  centos: LINUX,
  debian: LINUX,
  fedora: LINUX,
  linux: LINUX,
  opensuse: LINUX,
  rhel: LINUX,
  rocky: LINUX,
  sles: LINUX,
  ubuntu: LINUX,
};

function findLoader(name: string): DistroLoader {
  return (Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined) ?? LINUX;
}

/** The names that `loadDistro` has in its table, in alphabetical order. */
export function distroNames(): readonly string[] {
  return Object.keys(LOADERS);
}

/** `ID=debian`, the value possibly in quotes; os-release(5) allows a-z, 0-9, ".", "_", "-". */
function idOf(osRelease: string): string | undefined {
  const id = /^ID=(["']?)([a-z0-9._-]+)\1[ \t]*\r?$/mu.exec(osRelease)?.[2];
  if (id === undefined) {
    return undefined;
  }
  const renamed = Object.hasOwn(RENAMED_IDS, id) ? RENAMED_IDS[id] : undefined;
  return renamed ?? id;
}

/** os-release's word → the word of `system_info.distro`. */
const RENAMED_IDS: Readonly<Record<string, string>> = {
  amzn: "amazon",
  "opensuse-leap": "opensuse",
  "opensuse-tumbleweed": "opensuse",
};
