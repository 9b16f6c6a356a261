// `npm run build`: the two artefacts from src/main.ts, in dist/ (or --outdir DIR).
//   cloud-init       a binary that Bun compiles, for the machine it is built on
//   cloud-init.cjs   one CommonJS file for Node.js
// --verify builds both a second time and fails unless the bytes are the same.
// --carrier --runtime FILE [--runtime-sha256 HEX] [--runtime-lib DIR] [--form ustar|compress] adds
//   cloud-init.carrier   one executable of a shell stub, that Node.js runtime and cloud-init.cjs
// --rpm, with the same options, adds the package for AIX, the runtime unpacked in it
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
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
import { buildRpm } from "./rpm/build-rpm.ts";
import { COMPILE_FLAGS } from "./compile-flags.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const ENTRY = "src/main.ts";

const BUNDLE = "cloud-init.cjs";

interface Artefact {
  readonly name: string;
  readonly flags: readonly string[];
  readonly firstLine?: string;
}

const ARTEFACTS: readonly Artefact[] = [
  {
    name: "cloud-init",
    flags: COMPILE_FLAGS,
  },
  {
    name: BUNDLE,
    flags: ["--target=node", "--format=cjs", "--minify"],
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
  for (const artefact of ARTEFACTS) {
    const bytes = build(artefact);
    const hash = sha256(bytes);
    if (verify && sha256(build(artefact)) !== hash) {
      console.error(`Cannot reproduce "${artefact.name}": a second build gave other bytes`);
      return 1;
    }
    place(outdir, artefact.name, bytes);
    if (artefact.name === BUNDLE && values.carrier) {
      place(outdir, "cloud-init.carrier", buildCarrier(carrierInput(bytes)));
    }
    if (artefact.name === BUNDLE && values.rpm) {
      const rpm = buildRpm(carrierInput(bytes));
      place(outdir, rpm.name, rpm.bytes);
    }
  }
  return 0;
}

/** Renamed into place: a running program's file cannot be written to. */
function place(outdir: string, name: string, bytes: Uint8Array): void {
  const path = join(outdir, name);
  writeFileSync(`${path}.new`, bytes);
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
  console.log(`${sha256(bytes)}  ${String(bytes.length).padStart(11)} bytes  ${path}`);
}

function carrierInput(program: Uint8Array): CarrierInput {
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
    program,
    libraries: readLibraries(values["runtime-lib"]),
    form,
  };
}

/** Each build has a directory of its own, so that nothing of its path can hide in the bytes. */
function build(artefact: Artefact): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), "cloud-init-build-"));
  try {
    const outfile = join(dir, artefact.name);
    const argv = ["build", ...artefact.flags, ENTRY, "--outfile", outfile];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      cwd: ROOT,
      encoding: "utf8",
    });
    if (status !== 0) {
      throw new Error(
        `Cannot build "${artefact.name}": bun build ended with ${status}\n${stdout}${stderr}`,
      );
    }
    const bytes = readFileSync(outfile);
    return artefact.firstLine === undefined
      ? bytes
      : Buffer.concat([Buffer.from(artefact.firstLine), bytes]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
