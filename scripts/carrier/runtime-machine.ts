/** What a runtime was built for. */
export interface RuntimeMachine {
  readonly system: "aix" | "linux";
  readonly machine: "ppc64" | "ppc64le" | "s390x" | "x86_64" | "aarch64";
}

const ELF_MAGIC = 0x7f_45_4c_46;
const ELF_64_BIT = 2;
const ELF_LITTLE_ENDIAN = 1;
const ELF_BIG_ENDIAN = 2;
/** ET_EXEC and ET_DYN: a program, and one that may lie anywhere. */
const ELF_PROGRAMS: ReadonlySet<number> = new Set([2, 3]);
/** Up to and with e_machine. */
const ELF_HEAD_BYTES = 20;
const XCOFF_64_MAGIC = 0x01_f7;
const XCOFF_64_HEADER_BYTES = 24;

/** e_machine and byte order to what `uname -m` says on Linux. */
const ELF_MACHINES: Readonly<Record<string, RuntimeMachine["machine"]>> = {
  [`21 ${ELF_BIG_ENDIAN}`]: "ppc64",
  [`21 ${ELF_LITTLE_ENDIAN}`]: "ppc64le",
  [`22 ${ELF_BIG_ENDIAN}`]: "s390x",
  [`62 ${ELF_LITTLE_ENDIAN}`]: "x86_64",
  [`183 ${ELF_LITTLE_ENDIAN}`]: "aarch64",
};

/**
 * Told by the first bytes of a program: 64-bit ELF (elf(5)) is Linux, 64-bit XCOFF (AIX Files
 * Reference, "XCOFF Object File Format") is AIX. Undefined for all else: scripts, archives, 32 bits.
 */
export function runtimeMachine(bytes: Uint8Array): RuntimeMachine | undefined {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= XCOFF_64_HEADER_BYTES && head.getUint16(0) === XCOFF_64_MAGIC) {
    return { system: "aix", machine: "ppc64" };
  }
  if (bytes.length < ELF_HEAD_BYTES || head.getUint32(0) !== ELF_MAGIC) {
    return undefined;
  }
  const order = head.getUint8(5);
  const isLittle = order === ELF_LITTLE_ENDIAN;
  if (head.getUint8(4) !== ELF_64_BIT || !ELF_PROGRAMS.has(head.getUint16(16, isLittle))) {
    return undefined;
  }
  const machine = ELF_MACHINES[`${head.getUint16(18, isLittle)} ${order}`];
  return machine === undefined ? undefined : { system: "linux", machine };
}
