// The carrier: one executable of a shell stub, a Node.js runtime and the program, for systems that Bun
// has no build for (AIX, Linux on POWER and s390x).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../../src/version.ts";
import { cksum } from "./cksum.ts";
import { compress } from "./compress.ts";
import { runtimeMachine } from "./runtime-machine.ts";
import { type UstarFile, writeUstar } from "./ustar.ts";

export interface CarrierInput {
  /** Node.js itself. */
  readonly runtime: Uint8Array;
  /** The bundle for Node.js. */
  readonly program: Uint8Array;
  /** Libraries that the runtime needs and a bare system lacks: name ("libstdc++.a") → bytes. */
  readonly libraries?: Readonly<Record<string, Uint8Array>>;
  /** "compress" is smaller and takes about a second more at the first run. */
  readonly form: "ustar" | "compress";
  /** True: nothing is said of the machine that the runtime is for, where uname(1) is a simulated one. */
  readonly runsOnAny?: boolean;
}

/** How much of the file is the stub; dd(1) reads in pieces of this size. */
export const BLOCK_BYTES = 32_768;
const HERE = dirname(fileURLToPath(import.meta.url));
const STUB = join(HERE, "stub.sh");
const LOADER = join(HERE, "loader.cjs");

/** The carrier's bytes; the same input gives the same ones. */
export function buildCarrier(input: CarrierInput): Uint8Array {
  const files = filesOf(input);
  const archive = writeUstar(files);
  const payload = input.form === "compress" ? compress(archive) : archive;
  const stub = new TextEncoder().encode(renderStub(files, input.form, systemOf(input)).text);
  if (stub.length > BLOCK_BYTES) {
    throw new Error(
      `The stub has ${stub.length} bytes, more than the ${BLOCK_BYTES} before the archive`,
    );
  }
  const carrier = new Uint8Array(BLOCK_BYTES + payload.length).fill(0x0a, 0, BLOCK_BYTES);
  carrier.set(stub);
  carrier.set(payload, BLOCK_BYTES);
  return carrier;
}

/** What a package has instead of a carrier: the files unpacked, and a stub that starts them. */
export interface UnpackedCarrier {
  /** Without an archive behind it: it can start, not unpack. */
  readonly stub: string;
  /** The directory below /opt/freeware/libexec/cloud-init. */
  readonly directory: string;
  /** The files of that directory; the marker is among them. */
  readonly files: readonly UstarFile[];
}

/** The parts of a carrier as they lie on the disk after its first run. */
export function unpackedCarrier(input: CarrierInput): UnpackedCarrier {
  const files = filesOf(input);
  const { text, directory, marker } = renderStub(files, "unpacked", systemOf(input));
  const content = new TextEncoder().encode(`${marker}\n`);
  return { stub: text, directory, files: [...files, { name: ".ok", mode: 0o644, content }] };
}

/** Sorted as `LC_ALL=C ls` sorts them: the stub reads their sizes in this order. */
function filesOf({ runtime, program, libraries = {} }: CarrierInput): readonly UstarFile[] {
  const files: UstarFile[] = [
    { name: "app.cjs", mode: 0o644, content: readFileSync(LOADER) },
    { name: "program.cjs", mode: 0o644, content: asFunction(program) },
    { name: "node", mode: 0o755, content: runtime },
    ...Object.entries(libraries).map(([name, content]) => ({
      name: `lib/${name}`,
      mode: 0o755,
      content,
    })),
  ];
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** As the loader wants it: an expression that is the function around a CommonJS module, in ASCII. */
function asFunction(program: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(program).replace(/^#!.*/u, "");
  // oxlint-disable-next-line no-control-regex
  if (!/^[\0-\x7f]*$/u.test(text)) {
    throw new Error("Cannot carry the program: expected ASCII alone, as the bundle for Node.js is");
  }
  return new TextEncoder().encode(
    `(function (exports, require, module, __filename, __dirname) {${text}\n})\n`,
  );
}

interface RenderedStub {
  readonly text: string;
  readonly directory: string;
  readonly marker: string;
}

/** So small that each start can take their checksums. */
const SUMMED: ReadonlySet<string> = new Set(["app.cjs", "program.cjs"]);
/** What the stub can list and compare without quoting. */
const PLAIN_NAME = /^[A-Za-z0-9_.+/-]+$/u;

function renderStub(
  files: readonly UstarFile[],
  form: CarrierInput["form"] | "unpacked",
  system: string,
): RenderedStub {
  const odd = files.find(({ name }) => !PLAIN_NAME.test(name));
  if (odd !== undefined) {
    throw new Error(`Cannot carry "${odd.name}": expected a name of letters, digits and "_.+-"`);
  }
  const hash = createHash("sha256");
  for (const { name, content } of files) {
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  const digest = hash.digest("hex");
  // A directory of its own for each content: what runs is never replaced.
  const directory = `${VERSION}-${digest.slice(0, 12)}`;
  const marker = `${VERSION} ${digest}`;
  const listed = listedNames(files);
  const sumLine = (chosen: readonly UstarFile[]): string =>
    chosen.map(({ name, content }) => `${cksum(content)} ${content.length} ${name}`).join(" ");
  const summed = files.filter(({ name }) => SUMMED.has(name));
  const values: Readonly<Record<string, string>> = {
    VERSION: directory,
    BLOCK: String(BLOCK_BYTES),
    FORM: form,
    SYSTEM: system,
    FILES: sumLine(files),
    NAMES: files.map(({ name }) => name).join(" "),
    LISTED: listed.map(({ name }) => name).join(" "),
    SIZES: listed.map(({ size }) => size).join(" "),
    SUMMED: summed.map(({ name }) => name).join(" "),
    SUMS: sumLine(summed),
    MARKER: marker,
  };
  const text = readFileSync(STUB, "utf8").replace(/@([A-Z]+)@/gu, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new Error(`The stub has "${whole}", which nothing is known of`);
    }
    return value;
  });
  return { text, directory, marker };
}

/** All that is unpacked, directories too, with what `ls -l` says of its size where that is known. */
function listedNames(
  files: readonly UstarFile[],
): readonly { readonly name: string; readonly size: string }[] {
  const directories = new Set(files.map(({ name }) => dirname(name)));
  directories.delete(".");
  return [
    { name: ".ok", size: "-" },
    ...[...directories].map((name) => ({ name, size: "-" })),
    ...files.map(({ name, content }) => ({ name, size: String(content.length) })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What uname(1) says where a runtime runs; empty where its first bytes do not tell. */
function systemOf({ runtime, runsOnAny }: CarrierInput): string {
  const machine = runsOnAny === true ? undefined : runtimeMachine(runtime);
  if (machine === undefined) {
    return "";
  }
  return machine.system === "aix" ? "AIX" : `Linux ${machine.machine}`;
}
