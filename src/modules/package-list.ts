import { isMapping } from "../config/cloud-config.ts";
import type { PackageWish } from "../distros/package-adapter.ts";
import { describeKind } from "../text/describe-kind.ts";
import type { Problem } from "../text/problem.ts";

/** What `packages` asks for. */
export interface PackageList {
  readonly packages: readonly PackageWish[];
  readonly problems: readonly Problem[];
}

/** A name that a manager cannot take for an option or for two words. */
const NAME = /^(?:\/[^\s\p{Cc}]+|[A-Za-z0-9@][^\s\p{Cc}]*)$/u;
const VERSION = /^[A-Za-z0-9][^\s\p{Cc}]*$/u;
const FILESETS = "installp";

/**
 * Reads `packages` (compat modules.md): names, `[name, version]`, or a manager with its list, as
 * `{dnf: […]}`. Ours: `{installp: {source: /dir, filesets: […]}}` on AIX. Managers that this machine
 * does not have are left out; each entry is judged on its own.
 */
export function readPackageList(written: unknown, manager: string | undefined): PackageList {
  const problems: Problem[] = [];
  if (written === undefined || written === null) {
    return { packages: [], problems };
  }
  const items: readonly unknown[] = Array.isArray(written) ? written : [written];
  const packages = items.flatMap((item, index) =>
    readItem(item, { manager, problems, path: ["packages", index] }),
  );
  const unique = new Map(packages.map((wish) => [JSON.stringify(wish), wish]));
  return { packages: [...unique.values()], problems };
}

interface ReadState {
  readonly manager: string | undefined;
  readonly problems: Problem[];
  readonly path: readonly (string | number)[];
}

function readItem(item: unknown, state: ReadState): readonly PackageWish[] {
  if (!isMapping(item)) {
    const wish = readPackage(item, state);
    return wish === undefined ? [] : [wish];
  }
  return Object.entries(item).flatMap(([name, list]) => {
    const path = [...state.path, name];
    if (name === FILESETS) {
      return readFilesets(list, { ...state, path });
    }
    if (name !== managerKey(state.manager)) {
      state.problems.push({
        message: `the packages for "${name}" are left out: this machine has ${state.manager ?? "no package manager"}`,
        path,
        severity: "warning",
      });
      return [];
    }
    return readList(list, { ...state, path });
  });
}

/** Upstream's word for apt-get is apt. */
function managerKey(manager: string | undefined): string | undefined {
  return manager === "apt-get" ? "apt" : manager;
}

function readList(list: unknown, state: ReadState): readonly PackageWish[] {
  const items: readonly unknown[] = Array.isArray(list) ? list : [list];
  return items.flatMap((item, index) => {
    const wish = readPackage(item, { ...state, path: [...state.path, index] });
    return wish === undefined ? [] : [wish];
  });
}

function readFilesets(written: unknown, state: ReadState): readonly PackageWish[] {
  const source = isMapping(written) ? written["source"] : undefined;
  if (!isMapping(written) || typeof source !== "string" || !/^\/[^\s\p{Cc}]+$/u.test(source)) {
    state.problems.push({
      message: `expected a mapping with "source", the directory or device that has the filesets, and "filesets", got ${describeKind(written)}`,
      path: state.path,
    });
    return [];
  }
  const filesets = readList(written["filesets"], { ...state, path: [...state.path, "filesets"] });
  return filesets.map((wish) => Object.assign({}, wish, { filesetSource: source }));
}

function readPackage(item: unknown, state: ReadState): PackageWish | undefined {
  const [name, version, ...rest]: readonly unknown[] = Array.isArray(item) ? item : [item];
  const versionText = typeof version === "number" ? String(version) : version;
  if (typeof name === "string" && /:\/\/[^/\s]*@/u.test(name)) {
    state.problems.push({
      message:
        "the address has a user name or a password in it, which every user could see in the list of processes (it is not shown here): name the repository in yum_repos, or fetch the file beforehand",
      path: state.path,
    });
    return undefined;
  }
  const isGood =
    typeof name === "string" &&
    NAME.test(name) &&
    rest.length === 0 &&
    (versionText === undefined || (typeof versionText === "string" && VERSION.test(versionText)));
  if (!isGood) {
    state.problems.push({
      message: `expected the name of a package or [name, version], without blanks and not beginning with "-", got ${describeKind(item)}`,
      path: state.path,
    });
    return undefined;
  }
  return typeof versionText === "string" ? { name, version: versionText } : { name };
}
