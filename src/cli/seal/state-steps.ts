import type { SealFinding, SealStep } from "../../distros/seal-adapter.ts";
import type { Paths } from "../../instance/paths.ts";
import { isDirectory } from "../../system/files.ts";
import { readUserScripts } from "../../userdata/user-scripts.ts";
import type { FileSystem, System } from "../../system/system.ts";
import { stateEntries } from "../clean/state-entries.ts";

/** Under cloud_dir, what the makers of an image put there, and `clean` without --seed takes away all the same. */
const OF_THE_IMAGE = ["seed", "scripts", "handlers"];

/** What the agent itself keeps of its instances, last of all: the other steps read it. */
export function stateSteps(
  sys: System,
  paths: Paths,
  ownLogs: () => readonly string[],
): readonly SealStep[] {
  const { fs } = sys;
  return [
    {
      name: "user-scripts",
      why: "Each clone would run, as root, the scripts that this instance's user-data put among those of the image",
      find: async () => {
        const own = readUserScripts(fs, paths).filter((path) => fs.stat(path) !== undefined);
        return [...own.map((path) => removal(fs, path)), ...findOthers(fs, paths, new Set(own))];
      },
    },
    {
      name: "instance-data",
      why: "A clone would show the user-data, passwords and results of this instance, and not run what has run here",
      after: ["name-resolution", "hostname", "user-scripts"],
      find: async () => {
        const kept = new Set(OF_THE_IMAGE.map((name) => `${paths.cloudDir}/${name}`));
        const entries = stateEntries(fs, paths, { seed: false }).filter((path) => !kept.has(path));
        return [...entries.map((path) => removal(fs, path)), ...findSeeds(fs, paths.seedDir)];
      },
    },
    {
      name: "logs",
      why: "Logs hold output of this instance's scripts, and a clone's own log would begin with them",
      find: async () => ownLogs().map((path) => removal(fs, path)),
    },
    {
      name: "clock",
      why: "Files of the image would lie in the future of its clones, and certificates would not be valid yet",
      find: async () => findWrongClock(sys, [paths.configFile, sys.process.executablePath]),
    },
  ];
}

function removal(fs: FileSystem, path: string): SealFinding {
  return { kind: "change", what: `Remove ${path}`, apply: () => fs.remove(path) };
}

/** What the image brings, or what came there by another way than user-data. */
function findOthers(
  fs: FileSystem,
  { scriptsDir, handlersDir }: Paths,
  own: ReadonlySet<string>,
): readonly SealFinding[] {
  const places = [
    ["per-boot", "at each boot"],
    ["per-instance", "once for each instance"],
    ["per-once", "once"],
    ["vendor", "once for each instance"],
  ] as const;
  const scripts = places.flatMap(([name, when]) =>
    pathsIn(fs, `${scriptsDir}/${name}`)
      .filter((path) => !own.has(path))
      .map((path) => `${path} stays: each clone runs it ${when}`),
  );
  const handlers = pathsIn(fs, handlersDir).map((path) => `${path} stays in each clone`);
  return [...scripts, ...handlers].map((what) => ({ kind: "notice", what }));
}

function pathsIn(fs: FileSystem, directory: string): readonly string[] {
  return isDirectory(fs, directory) ? fs.list(directory).map((name) => `${directory}/${name}`) : [];
}

/** A seed was put there on purpose; each clone is an instance of it. */
function findSeeds(fs: FileSystem, seedDir: string): readonly SealFinding[] {
  return pathsIn(fs, seedDir).map((path) => ({
    kind: "notice",
    what: `${path} stays: each clone takes its data from there, if its datasource is used`,
  }));
}

/** A file that is older than the clock says is no proof that it is right, a newer one is proof that it is wrong. */
function findWrongClock(sys: System, paths: readonly string[]): readonly SealFinding[] {
  const now = sys.clock.now();
  return paths.flatMap((path): readonly SealFinding[] => {
    const modifiedMs = sys.fs.stat(path)?.modifiedMs ?? 0;
    return modifiedMs <= now.getTime() + CLOCK_TOLERANCE_MS
      ? []
      : [
          {
            kind: "notice",
            what: `The clock says ${now.toISOString()}, and ${path} was changed later, at ${new Date(modifiedMs).toISOString()}: one of them is wrong`,
          },
        ];
  });
}

const CLOCK_TOLERANCE_MS = 60_000;
