import { BLOCK_BYTES } from "./carrier/carrier.ts";
import { runtimeMachine } from "./carrier/runtime-machine.ts";

const USTAR_MAGIC_AT = 257;
const TAR_BLOCK = 512;
const RPM_MAGIC = "edabeedb";
/** rpm's own documentation, "Package File Format", The Lead: version, kind, name. */
const RPM_LEAD = { version: 4, kind: 6, name: 10, nameEnd: 76 };

/** What a file is, by its own bytes, in the words of file(1) where that has some. */
export function describeArtefact(bytes: Uint8Array): string {
  if (ascii(bytes, 0, 20).startsWith("#!/usr/bin/env node\n")) {
    return "script for Node.js";
  }
  if (ascii(bytes, 0, 10) === "#!/bin/sh\n") {
    return `shell stub + ${describeArchive(bytes.subarray(BLOCK_BYTES))}`;
  }
  if (Buffer.from(bytes.subarray(0, 4)).toString("hex") === RPM_MAGIC) {
    const { version, kind, name, nameEnd } = RPM_LEAD;
    const isSource = bytes[kind + 1] === 1;
    return `RPM v${bytes[version]}.${bytes[version + 1]} ${isSource ? "source" : "binary"} of ${text(bytes, name, nameEnd)}`;
  }
  return describeProgram(bytes) ?? "unknown data";
}

function describeProgram(bytes: Uint8Array): string | undefined {
  const machine = runtimeMachine(bytes);
  if (machine === undefined) {
    return undefined;
  }
  return machine.system === "aix"
    ? `64-bit XCOFF executable, AIX ${machine.machine}`
    : `ELF 64-bit executable, Linux ${machine.machine}`;
}

function describeArchive(archive: Uint8Array): string {
  if (archive[0] === 0x1f && archive[1] === 0x9d) {
    return "compress'd data";
  }
  const names: string[] = [];
  let at = 0;
  while (ascii(archive, at + USTAR_MAGIC_AT, 5) === "ustar") {
    const name = text(archive, at, at + 100);
    const size = Number.parseInt(text(archive, at + 124, at + 136), 8);
    const start = at + TAR_BLOCK;
    const program = describeProgram(archive.subarray(start, start + size));
    names.push(program === undefined ? name : `${name} (${program})`);
    at = start + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  return names.length === 0 ? "unknown data" : `ustar archive of ${names.join(", ")}`;
}

/** Up to the first NUL. */
function text(bytes: Uint8Array, start: number, end: number): string {
  return ascii(bytes, start, end - start).replace(/\0[^]*$/u, "");
}

function ascii(bytes: Uint8Array, start: number, length: number): string {
  return Buffer.from(bytes.subarray(start, start + length)).toString("latin1");
}
