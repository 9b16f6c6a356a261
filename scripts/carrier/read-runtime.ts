import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { runtimeMachine } from "./runtime-machine.ts";

/**
 * SHA-256 of the runtimes that are known, by file name; those for AIX from the SHASUMS256.txt that Node.js
 * publishes with each release. Any other runtime needs its sum on the command line.
 */
const KNOWN: Readonly<Record<string, string>> = {
  "node-v22.22.0-aix-ppc64.tar.gz":
    "b5ab6deeb8d54b9738039a8ffdc4781cc4b81b291e79b20d3600f830d1d669cb",
  "node-v24.12.0-aix-ppc64.tar.gz":
    "31f3d065bb84f069e522e55d0d3035bd364cba5d8a22233ff68005d281e8bb78",
  // npm's packages of Node.js: what npm delivered when this was written.
  "node-linux-ppc64le-20.11.0.tgz":
    "b973281d42a7f875847de390c8f61e4934228fd2d5f09c238c60ac55b5870077",
  "node-linux-s390x-20.11.0.tgz":
    "f15601cdb3cdc0623e4492e3bbcf2b8101ebc567225433fa2a0788896a10d7d9",
};

/** The `node` of a release archive (`node-vX-PLATFORM.tar.gz`), or of a file that is one. Throws where the file is not the one that is meant. */
export function readRuntime(path: string, expectedSha256: string | undefined): Uint8Array {
  const bytes = readFileSync(path);
  const wanted = expectedSha256 ?? KNOWN[basename(path)];
  if (wanted === undefined) {
    throw new Error(
      `Cannot use runtime "${path}": its SHA-256 is not known here. Compare it with the SHASUMS256.txt of its release and give it as --runtime-sha256 (known: ${Object.keys(KNOWN).join(", ")})`,
    );
  }
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== wanted.toLowerCase()) {
    throw new Error(`Cannot use runtime "${path}": its SHA-256 is ${found}, expected ${wanted}`);
  }
  const runtime = bytes[0] === 0x1f && bytes[1] === 0x8b ? readFromArchive(path) : bytes;
  if (runtimeMachine(runtime) === undefined) {
    throw new Error(
      `Cannot use runtime "${path}": it begins with "${Buffer.from(runtime.subarray(0, 8)).toString("hex")}", expected a 64-bit program for AIX (XCOFF) or Linux (ELF), or a .tar.gz with one`,
    );
  }
  return runtime;
}

function readFromArchive(path: string): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), "cloud-init-runtime-"));
  try {
    const { status, stderr } = spawnSync(
      "tar",
      ["-xzf", path, "-C", dir, "--strip-components=1", "--wildcards", "*/bin/node"],
      { encoding: "utf8" },
    );
    if (status !== 0) {
      throw new Error(`Cannot unpack "bin/node" of "${path}": ${stderr.trim()}`);
    }
    return readFileSync(join(dir, "bin", "node"));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The files of a directory of libraries, by name. */
export function readLibraries(directory: string | undefined): Readonly<Record<string, Uint8Array>> {
  if (directory === undefined) {
    return {};
  }
  const names = readdirSync(directory).filter((name) => statSync(join(directory, name)).isFile());
  return Object.fromEntries(
    names.sort().map((name) => [name, readFileSync(join(directory, name))]),
  );
}
