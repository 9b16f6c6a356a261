// The carrier: one executable of a shell stub, a Node.js runtime and the program, for systems that Bun
// has no build for (AIX, Linux on POWER and s390x).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { VERSION } from "../../src/version.ts";
import { cksum } from "./cksum.ts";
import { compress } from "./compress.ts";
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
}

/** How much of the file is the stub; dd(1) reads in pieces of this size. */
export const BLOCK_BYTES = 32_768;
const STUB = join(dirname(fileURLToPath(import.meta.url)), "stub.sh");

/** The carrier's bytes; the same input gives the same ones. */
export function buildCarrier(input: CarrierInput): Uint8Array {
  const files = filesOf(input);
  const archive = writeUstar(files);
  const payload = input.form === "compress" ? compress(archive) : archive;
  const stub = new TextEncoder().encode(renderStub(files, input.form).text);
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
  const { text, directory, marker } = renderStub(files, "ustar");
  const content = new TextEncoder().encode(`${marker}\n`);
  return { stub: text, directory, files: [...files, { name: ".ok", mode: 0o644, content }] };
}

/** Sorted as `LC_ALL=C ls` sorts them: the stub reads their sizes in this order. */
function filesOf({ runtime, program, libraries = {} }: CarrierInput): readonly UstarFile[] {
  const files: UstarFile[] = [
    { name: "app.cjs", mode: 0o644, content: program },
    { name: "node", mode: 0o755, content: runtime },
    ...Object.entries(libraries).map(([name, content]) => ({
      name: `lib/${name}`,
      mode: 0o755,
      content,
    })),
  ];
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface RenderedStub {
  readonly text: string;
  readonly directory: string;
  readonly marker: string;
}

function renderStub(files: readonly UstarFile[], form: CarrierInput["form"]): RenderedStub {
  const hash = createHash("sha256");
  for (const { name, content } of files) {
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  const digest = hash.digest("hex");
  // A directory of its own for each content: what runs is never replaced.
  const directory = `${VERSION}-${digest.slice(0, 12)}`;
  const marker = `${VERSION} ${digest}`;
  const values: Readonly<Record<string, string>> = {
    VERSION: directory,
    BLOCK: String(BLOCK_BYTES),
    FORM: form,
    FILES: files
      .map(({ name, content }) => `${cksum(content)} ${content.length} ${name}`)
      .join("\n"),
    NAMES: files.map(({ name }) => name).join(" "),
    SIZES: files.map(({ content }) => content.length).join(" "),
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
