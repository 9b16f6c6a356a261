import { join } from "node:path";
import { cachedDirectory, checkSha256, runDownload } from "./download.ts";

/** Machines that npm has a Node.js for and Bun has none. */
export type ForeignMachine = "ppc64le" | "s390x";

/** A release of Node.js. */
export interface NodeRuntime {
  /** The npm package, as the carrier's build takes it. */
  readonly archive: string;
  readonly archiveSha256: string;
  /** The executable out of it. */
  readonly path: string;
}

const VERSION = "20.11.0";
/** Of the npm package of that version. */
const SHA256: Readonly<Record<ForeignMachine, string>> = {
  ppc64le: "b973281d42a7f875847de390c8f61e4934228fd2d5f09c238c60ac55b5870077",
  s390x: "f15601cdb3cdc0623e4492e3bbcf2b8101ebc567225433fa2a0788896a10d7d9",
};

/** The oldest Node.js that the program's syntax and APIs are for, and one of those that AIX is given. */
export type OtherVersion = "18.20.4" | "22.12.0";

/** Of the npm packages for Linux on x86-64. */
const OTHER_SHA256: Readonly<Record<OtherVersion, string>> = {
  "18.20.4": "af0373d376b36ace4acafcb236684df93853192e830879cf224028b78e2fa1c3",
  "22.12.0": "1ff44b161fc7a3990bac0c7e1e1333ec14a180131b43c1f648d240c9794bdfed",
};

/** Node.js 20.11.0 for Linux on such a machine, from its npm package, in the cache. Throws where it is not the one that is meant. */
export function nodeRuntime(machine: ForeignMachine): NodeRuntime {
  return fetchRuntime(machine, VERSION, SHA256[machine]);
}

/** Another Node.js than the one in PATH, for Linux on x86-64, likewise. */
export function otherNode(version: OtherVersion): NodeRuntime {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(`There is no Node.js ${version} to test with for ${process.arch}`);
  }
  return fetchRuntime("x64", version, OTHER_SHA256[version]);
}

function fetchRuntime(machine: string, version: string, archiveSha256: string): NodeRuntime {
  const name = `node-linux-${machine}`;
  const file = `${name}-${version}.tgz`;
  const directory = cachedDirectory(`${name}-${version}`, (target) => {
    // No install: its scripts would run, and npm refuses another machine's package.
    runDownload(["npm", "pack", "--silent", `${name}@${version}`], target);
    checkSha256(join(target, file), archiveSha256);
    runDownload(["tar", "-xzf", file, "package/bin/node"], target);
  });
  const archive = join(directory, file);
  return { archive, archiveSha256, path: join(directory, "package", "bin", "node") };
}
