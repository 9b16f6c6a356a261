// `npm run build`: the two artefacts from src/main.ts, in dist/ (or --outdir DIR).
//   cloud-init       a binary that Bun compiles, for the machine it is built on
//   cloud-init.cjs   one CommonJS file for Node.js
// --carrier --runtime FILE [--runtime-sha256 HEX] [--runtime-lib DIR] [--form ustar|compress] adds
//   cloud-init.carrier   one executable of a shell stub, that Node.js runtime and cloud-init.cjs
// --rpm, with the same options, adds the package for AIX, the runtime unpacked in it
// --verify builds each a second time and fails unless the bytes are the same.
// A line for each: SHA-256, size, path, and what it is by its own bytes.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildCarrier, type CarrierInput } from "./carrier/carrier.ts";
import { readLibraries, readRuntime } from "./carrier/read-runtime.ts";
import { describeArtefact } from "./describe-artefact.ts";
import { buildRpm } from "./rpm/build-rpm.ts";
import { startSooner } from "./node-bundle.ts";
import { joinChunks } from "./node-chunks.ts";
import { COMPILE_FLAGS } from "./compile-flags.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ENTRY = "src/main.ts";
const ENTRY_CHUNK = "./main.js";

const BUNDLE = "cloud-init.cjs";
const CARRIER = "cloud-init.carrier";

interface Artefact {
  readonly name: string;
  readonly flags: readonly string[];
  /** What is built are chunks for Node.js, to be joined behind this line. */
  readonly firstLine?: string;
}

const ARTEFACTS: readonly Artefact[] = [
  {
    name: "cloud-init",
    flags: COMPILE_FLAGS,
  },
  {
    name: BUNDLE,
    flags: ["--target=node", "--format=esm", "--splitting", "--minify"],
    firstLine: "#!/usr/bin/env node\n",
  },
];

const { values } = parseArgs({
  options: {
    outdir: { type: "string", default: join(ROOT, "dist") },
    verify: { type: "boolean", default: false },
    carrier: { type: "boolean", default: false },
    rpm: { type: "boolean", default: false },
    runtime: { type: "string" },
    "runtime-sha256": { type: "string" },
    "runtime-lib": { type: "string" },
    form: { type: "string", default: "ustar" },
  },
});

try {
  process.exitCode = main(resolve(values.outdir), values.verify);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function main(outdir: string, verify: boolean): number {
  mkdirSync(outdir, { recursive: true });
  for (const make of recipes()) {
    const { name, bytes } = make();
    if (verify && sha256(make().bytes) !== sha256(bytes)) {
      console.error(`Cannot reproduce "${name}": a second build gave other bytes`);
      return 1;
    }
    place(outdir, name, bytes);
  }
  return 0;
}

interface Built {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One for each artefact that is asked for; carrier and package are made of the bundle that was built last. */
function recipes(): readonly (() => Built)[] {
  let program: Uint8Array = new Uint8Array();
  const all: (() => Built)[] = ARTEFACTS.map((artefact) => () => {
    const bytes = build(artefact);
    program = artefact.name === BUNDLE ? bytes : program;
    return { name: artefact.name, bytes };
  });
  if (values.carrier || values.rpm) {
    const parts = carrierParts();
    if (values.carrier) {
      all.push(() => ({ name: CARRIER, bytes: buildCarrier({ ...parts, program }) }));
    }
    if (values.rpm) {
      all.push(() => buildRpm({ ...parts, program }));
    }
  }
  return all;
}

/** Renamed into place: a running program's file cannot be written to. */
function place(outdir: string, name: string, bytes: Uint8Array): void {
  const path = join(outdir, name);
  writeFileSync(`${path}.new`, bytes);
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
  const size = String(bytes.length).padStart(11);
  console.log(`${sha256(bytes)}  ${size} bytes  ${path}: ${describeArtefact(bytes)}`);
}

/** All but the program. Throws where what is given is not right, before anything is built. */
function carrierParts(): Omit<CarrierInput, "program"> {
  const { runtime, form } = values;
  if (runtime === undefined) {
    throw new Error(
      "--carrier and --rpm need --runtime FILE: a release archive of Node.js (node-vX-aix-ppc64.tar.gz) or a node executable",
    );
  }
  if (form !== "ustar" && form !== "compress") {
    throw new Error(`--form "${form}": expected ustar or compress`);
  }
  return {
    runtime: readRuntime(runtime, values["runtime-sha256"]),
    libraries: readLibraries(values["runtime-lib"]),
    form,
  };
}

/** Each build has a directory of its own, so that nothing of its path can hide in the bytes. */
function build(artefact: Artefact): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), "cloud-init-build-"));
  try {
    const { name, flags, firstLine } = artefact;
    const outfile = join(dir, name);
    const out = firstLine === undefined ? ["--outfile", outfile] : ["--outdir", dir];
    const argv = ["build", ...flags, ENTRY, ...out];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      cwd: ROOT,
      encoding: "utf8",
    });
    if (status !== 0) {
      throw new Error(`Cannot build "${name}": bun build ended with ${status}\n${stdout}${stderr}`);
    }
    if (firstLine === undefined) {
      return readFileSync(outfile);
    }
    const chunks = readdirSync(dir).map(
      (file) => [`./${file}`, readFileSync(join(dir, file), "utf8")] as const,
    );
    return Buffer.from(firstLine + startSooner(joinChunks(new Map(chunks), ENTRY_CHUNK)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
