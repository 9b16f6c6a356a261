import type { SealFinding, SealStep } from "../../distros/seal-adapter.ts";
import type { Paths } from "../../instance/paths.ts";
import { isDirectory } from "../../system/files.ts";
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
      name: "instance-data",
      why: "A clone would show the user-data, passwords and results of this instance, and not run what has run here",
      after: ["name-resolution", "hostname"],
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

/** A seed was put there on purpose; each clone is an instance of it. */
function findSeeds(fs: FileSystem, seedDir: string): readonly SealFinding[] {
  const names = isDirectory(fs, seedDir) ? fs.list(seedDir) : [];
  return names.map((name) => ({
    kind: "notice",
    what: `${seedDir}/${name} stays: each clone takes its data from there, if its datasource is used`,
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
