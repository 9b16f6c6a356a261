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

/** Node.js 20.11.0 for Linux on such a machine, from its npm package, in the cache. Throws where it is not the one that is meant. */
export function nodeRuntime(machine: ForeignMachine): NodeRuntime {
  const name = `node-linux-${machine}`;
  const file = `${name}-${VERSION}.tgz`;
  const archiveSha256 = SHA256[machine];
  const directory = cachedDirectory(`${name}-${VERSION}`, (target) => {
    // No install: its scripts would run, and npm refuses another machine's package.
    runDownload(["npm", "pack", "--silent", `${name}@${VERSION}`], target);
    checkSha256(join(target, file), archiveSha256);
    runDownload(["tar", "-xzf", file, "package/bin/node"], target);
  });
  const archive = join(directory, file);
  return { archive, archiveSha256, path: join(directory, "package", "bin", "node") };
}
