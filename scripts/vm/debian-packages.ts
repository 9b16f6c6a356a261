import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CACHE_DIR, cachedDirectory, runDownload } from "./download.ts";

/** As Debian names architectures. */
export type DebianArchitecture = "amd64" | "ppc64el" | "s390x";

/**
 * The files of Debian packages of any architecture, unpacked over each other into a directory of the
 * cache. apt fetches and verifies them with lists of its own below the cache: what the machine has
 * installed, and which architectures its dpkg knows, stays as it is. A name that ends in "*" is a
 * metapackage: what it depends on is taken.
 */
export function debianFiles(architecture: DebianArchitecture, packages: readonly string[]): string {
  const key = createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 8);
  return cachedDirectory(`debian-${architecture}-${key}`, (directory) => {
    const apt = openApt(architecture);
    const names = packages.map((name) =>
      name.endsWith("*") ? apt.dependencyOf(name.slice(0, -1)) : name,
    );
    const downloads = join(directory, "packages");
    mkdirSync(downloads);
    apt.download(names, downloads);
    for (const name of readdirSync(downloads).sort()) {
      runDownload(["dpkg-deb", "-x", join(downloads, name), directory], directory);
    }
    rmSync(downloads, { recursive: true });
    makeLoaderLinksRelative(join(directory, "lib64"));
  });
}

/** An absolute link in the directory would lead out of it, to the machine's own libraries. */
function makeLoaderLinksRelative(directory: string): void {
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) {
    return;
  }
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const target = lstatSync(path).isSymbolicLink() ? readlinkSync(path) : "";
    if (target.startsWith("/")) {
      rmSync(path);
      symlinkSync(`..${target}`, path);
    }
  }
}

interface Apt {
  dependencyOf(name: string): string;
  download(names: readonly string[], directory: string): void;
}

const opened = new Map<DebianArchitecture, Apt>();

function openApt(architecture: DebianArchitecture): Apt {
  const known = opened.get(architecture);
  if (known !== undefined) {
    return known;
  }
  const state = join(CACHE_DIR, `apt-${architecture}`);
  mkdirSync(join(state, "lists", "partial"), { recursive: true });
  mkdirSync(join(state, "cache", "archives", "partial"), { recursive: true });
  writeFileSync(join(state, "status"), "");
  const options = [
    `Dir::State=${state}`,
    `Dir::State::lists=${state}/lists`,
    `Dir::State::status=${state}/status`,
    `Dir::Cache=${state}/cache`,
    `APT::Architecture=${architecture}`,
    `APT::Architectures=${architecture}`,
    "Acquire::Languages=none",
    "Acquire::Retries=3",
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  let problem: unknown;
  try {
    runDownload(["apt-get", "-qq", ...options, "update"], state);
  } catch (error) {
    // A list that cannot be had is ignored by apt; whether one is missed, the download tells.
    problem = error;
  }
  const orWhy = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw problem ?? error;
    }
  };
  const apt: Apt = {
    dependencyOf: (name) =>
      orWhy(() => {
        const text = runDownload(["apt-cache", ...options, "depends", name], state);
        const found = /^ {2}Depends: (\S+)$/mu.exec(text)?.[1];
        if (found === undefined) {
          throw new Error(`Cannot find what the package "${name}" depends on in "${text}"`);
        }
        return found;
      }),
    download: (names, directory) => {
      orWhy(() => runDownload(["apt-get", "-qq", ...options, "download", ...names], directory));
    },
  };
  opened.set(architecture, apt);
  return apt;
}
