import { spawnSync } from "node:child_process";
import type { DebianArchitecture } from "./debian-packages.ts";
import { debianFiles } from "./debian-packages.ts";
import { NODE_LIBRARIES } from "./machines.ts";
import type { ForeignMachine } from "./node-runtime.ts";

/** What a process answered. */
export interface ProcessAnswer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Facts {
  readonly architecture: DebianArchitecture;
  /** EI_DATA of elf(5): 1 for little-endian, 2 for big-endian. */
  readonly byteOrder: 1 | 2;
  /** e_machine of elf(5). */
  readonly elfMachine: number;
}

const FACTS: Readonly<Record<ForeignMachine, Facts>> = {
  ppc64le: { architecture: "ppc64el", byteOrder: 1, elfMachine: 21 },
  s390x: { architecture: "s390x", byteOrder: 2, elfMachine: 22 },
};

const LIMIT_MS = 90_000;

/** The emulator of one program. */
export function emulatorOf(machine: ForeignMachine): string {
  return `qemu-${machine}-static`;
}

/** The directory with the libraries of that machine; fetched where it is not there yet. */
export function foreignLibraries(machine: ForeignMachine): string {
  return debianFiles(FACTS[machine].architecture, NODE_LIBRARIES);
}

/** Runs an executable of another machine; what it starts must be of this one. */
export function runForeign(machine: ForeignMachine, argv: readonly string[]): ProcessAnswer {
  return run([emulatorOf(machine), "-L", foreignLibraries(machine), ...argv], {});
}

/** Why `runAmongForeign` cannot work here; undefined where it can. */
export function namespaceObstacle(): string | undefined {
  const { exitCode, stderr } = run(["unshare", "-Urm", "sh", "-c", `mount ${BINFMT}`], {});
  return exitCode === 0
    ? undefined
    : `this machine has no namespace with executable formats of its own (Linux 6.7): ${stderr.trim()}`;
}

/**
 * Runs a program where executables of another machine can be started as if they were of this one:
 * in a namespace that has a table of executable formats of its own, so that the machine's stays as
 * it is (Documentation/admin-guide/binfmt-misc).
 */
export function runAmongForeign(
  machine: ForeignMachine,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ProcessAnswer {
  const register = `mount ${BINFMT} && printf %s "$0" > /proc/sys/fs/binfmt_misc/register && exec "$@"`;
  return run(["unshare", "-Urm", "sh", "-c", register, formatLine(machine), ...argv], {
    QEMU_LD_PREFIX: foreignLibraries(machine),
    ...env,
  });
}

const BINFMT = "-t binfmt_misc none /proc/sys/fs/binfmt_misc";

/** Magic and mask of the first bytes of an executable (elf(5)): class, byte order, type (EXEC or DYN), machine. */
function formatLine(machine: ForeignMachine): string {
  const { byteOrder, elfMachine } = FACTS[machine];
  const magic = new Uint8Array(20);
  magic.set([0x7f, 0x45, 0x4c, 0x46, 2, byteOrder, 1]);
  const view = new DataView(magic.buffer);
  view.setUint16(16, 2, byteOrder === 1);
  view.setUint16(18, elfMachine, byteOrder === 1);
  const mask = new Uint8Array(20).fill(0xff);
  // The system's identification varies, and DYN is EXEC with another last bit.
  mask.fill(0, 7, 16);
  mask[byteOrder === 1 ? 16 : 17] = 0xfe;
  const emulator = Bun.which(emulatorOf(machine)) ?? emulatorOf(machine);
  return `:${machine}:M::${escaped(magic)}:${escaped(mask)}:${emulator}:F`;
}

function escaped(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

function run(argv: readonly string[], env: Readonly<Record<string, string>>): ProcessAnswer {
  const [program = "", ...args] = argv;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC", ...env },
    timeout: LIMIT_MS,
  });
  return { exitCode: status, stdout: stdout ?? "", stderr: error?.message ?? stderr };
}
