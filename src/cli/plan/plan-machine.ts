import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { formatCommandLine } from "../../text/command-line.ts";
import type { PlanAdapter } from "./plan-adapters.ts";
import type { SeedLinuxDisk } from "../../simulator/linux/storage.ts";
import { describePlanDisks, PLAN_DISK_MB } from "./plan-disks.ts";
import { PLAN_LINK, type PlanNetwork, readPlanNetwork } from "./plan-network.ts";
import { findProgramStart } from "./program-start.ts";

/** What a simulated machine is made of. */
export interface PlanMachineSeed {
  /** Absolute path → content, over what such a machine has. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** In its first optical drive. */
  readonly disc?: Uint8Array;
  readonly adapters: readonly PlanAdapter[];
  /** Empty disks beside that of the system: "hdisk1", "sdb". */
  readonly disks?: readonly string[];
  readonly now: Date;
}

/** A machine in memory that a boot runs on. */
export interface PlanMachine {
  readonly system: System;
  /** "AIX 7.3 (7300-03-00-2446)" */
  readonly title: string;
  /** As the machine calls its adapters: "ent0", "eth0". */
  readonly adapters: readonly { readonly name: string; readonly macAddress: string }[];
  /** Command lines that nobody simulates; grows while the boot runs. */
  readonly gaps: readonly string[];
  /** Whether the program at this path is simulated. */
  simulates(program: string): boolean;
  hostName(): string;
  /** The network as it is now; absent where none is simulated. */
  network?(): PlanNetwork;
  /** What its stages wrote to standard error. */
  standardError(): string;
}

/** An AIX as PowerVC deploys it: base system, cleared device database. */
export async function createPlanAix(seed: PlanMachineSeed): Promise<PlanMachine> {
  const { bootSimulatedAix } = await import("../../simulator/aix/simulated-aix.ts");
  const { findCommand } = await import("../../simulator/aix/commands.ts");
  const { openIso9660 } = await import("../../iso9660/open-iso9660.ts");
  const { disks = [] } = seed;
  const adapters = seed.adapters.map(({ macAddress }, index) => ({
    name: `ent${index}`,
    macAddress,
  }));
  const aix = bootSimulatedAix({
    files: seed.disc === undefined ? seed.files : { ...seed.files, "/dev/cd0": seed.disc },
    adapters: adapters.map(({ name, macAddress }) => ({ name, mac: macAddress, link: PLAN_LINK })),
    storage: { disks: disks.map((name) => ({ name, sizeMb: PLAN_DISK_MB })) },
    now: seed.now,
    readDisc: (disc) => openIso9660(disc).tree,
    userCode: (argv) => findProgramStart(aix.system, argv),
  });
  if (seed.disc === undefined) {
    aix.machine.devices = aix.machine.devices.filter((device) => device.class !== "cdrom");
  }
  const gaps: string[] = [];
  const simulates = (program: string): boolean => findCommand(program) !== undefined;
  return {
    system: assumeUnknown(aix.system, simulates, gaps),
    title: `AIX ${aix.machine.level} (${aix.machine.technologyLevel})${describePlanDisks(disks)}`,
    adapters,
    gaps,
    simulates,
    hostName: () => aix.machine.hostname,
    network: () => readPlanNetwork(aix.machine, aix.system),
    standardError: () => aix.output.stderr,
  };
}

const GIB = 2 ** 30;
/** What a partition table takes at both ends of the disk. */
const TABLE_BYTES = 2 * 2 ** 20;

/** A disk that its root fills: nobody knows how large that of the real machine is, so nothing of it grows in a plan. */
function planRootDisk(taken: readonly string[]): SeedLinuxDisk {
  const name = ["sda", "vda", "xvda"].find((each) => !taken.includes(each)) ?? "nvme0n1";
  return {
    name,
    sizeBytes: 20 * GIB,
    table: "gpt",
    partitions: [
      {
        sizeBytes: 20 * GIB - TABLE_BYTES,
        content: { type: "ext4", label: "rootfs", usedBytes: 2 * GIB, data: "the root" },
      },
    ],
  };
}

/** A cloud image of a Linux with systemd-networkd. */
export async function createPlanLinux(distro: string, seed: PlanMachineSeed): Promise<PlanMachine> {
  const { bootSimulatedLinux, linuxCommandPaths } =
    await import("../../simulator/linux/simulated-linux.ts");
  const { disks = [] } = seed;
  const adapters = seed.adapters.map(({ name, macAddress }, index) => ({
    // Interfaces without a MAC in the drive are known by their names.
    name: /^(?:eth|en)[a-z0-9]{1,12}$/u.test(name) ? name : `eth${index}`,
    macAddress,
  }));
  const linux = bootSimulatedLinux({
    distro,
    files: seed.files,
    adapters,
    storage: {
      disks: [
        planRootDisk(disks),
        ...disks.map((name) => ({ name, sizeBytes: PLAN_DISK_MB * 2 ** 20 })),
      ],
    },
    now: seed.now,
    ...(seed.disc === undefined ? {} : { disc: seed.disc }),
    userCode: (argv) => findProgramStart(linux.system, argv),
  });
  const paths = new Set(linuxCommandPaths());
  const gaps: string[] = [];
  const simulates = (program: string): boolean => paths.has(program);
  return {
    system: assumeUnknown(linux.system, simulates, gaps),
    title: `Linux ("${distro}") with systemd${describePlanDisks(disks)}`,
    adapters,
    gaps,
    simulates,
    hostName: () => readTextIfExists(linux.system.fs, "/etc/hostname")?.trim() ?? "",
    standardError: () => linux.output.stderr,
  };
}

/**
 * `base`, where a command of the agent's that is not simulated counts as done when it changes
 * something, and is not found when it only reads: in neither case does the plan know what it does.
 * What is sent to a server counts as received.
 */
export function assumeUnknown(
  base: System,
  simulates: (program: string) => boolean,
  gaps: string[],
): System {
  const isUnknown = (argv: readonly string[]): boolean => {
    const unknown = !simulates(argv[0] ?? "");
    if (unknown) {
      gaps.push(formatCommandLine(argv));
    }
    return unknown;
  };
  return {
    ...base,
    exec: {
      async query(argv, options) {
        isUnknown(argv);
        return base.exec.query(argv, options);
      },
      async run(argv, options = {}) {
        if (options.owner === "user" || !isUnknown(argv)) {
          return base.exec.run(argv, options);
        }
        return { exitCode: 0, stdout: "", stderr: "", timedOut: false, durationMs: 0 };
      },
    },
    http: {
      // A server that is told something has heard it.
      request: async (request) =>
        request.effect === "query"
          ? base.http.request(request)
          : { status: 200, headers: {}, body: new Uint8Array() },
    },
  };
}
