import type { Paths } from "../../instance/paths.ts";
import { readTextIfExists } from "../../system/files.ts";
import type { System } from "../../system/system.ts";
import { formatTime, semaphoreTime } from "./explain-module.ts";
import type { Explanation } from "./explanation.ts";
import type { KnownState } from "./known-state.ts";

/** Where the agent that came before kept the semaphores on AIX. */
const OLD_CLOUD_DIR = "/var/lib/cloud";

/** What was run under a name by `cloud-init-per`: an explanation for each frequency that has a semaphore. */
export function explainPer(
  sys: System,
  paths: Paths,
  state: KnownState,
  name: string,
): readonly Explanation[] {
  const names = [...new Set([name.replaceAll("-", "_"), name])];
  const instance = state.instanceId === undefined ? [] : [paths.instance(state.instanceId).semDir];
  const old = paths.cloudDir === OLD_CLOUD_DIR ? [] : [OLD_CLOUD_DIR];
  const places = [
    ...[paths.semDir, ...old.map((dir) => `${dir}/sem`)].flatMap((dir) => [
      { dir, frequency: "once" },
      { dir, frequency: "always" },
    ]),
    ...[...instance, ...old.map((dir) => `${dir}/instance/sem`)].map((dir) => ({
      dir,
      frequency: "instance",
    })),
  ];
  return places.flatMap(({ dir, frequency }) =>
    names.flatMap((file): readonly Explanation[] => {
      const path = `${dir}/bootper.${file}.${frequency}`;
      const text = readTextIfExists(sys.fs, path);
      return text === undefined ? [] : [explain(state, { name, frequency, path, text })];
    }),
  );
}

function explain(
  state: KnownState,
  found: {
    readonly name: string;
    readonly frequency: string;
    readonly path: string;
    readonly text: string;
  },
): Explanation {
  const { name, frequency, path, text } = found;
  const writtenAt = semaphoreTime(text);
  const exitCode = /^(\d+)\t/u.exec(text)?.[1];
  const when = writtenAt === undefined ? "" : ` at ${formatTime(writtenAt)}`;
  const ending = exitCode === undefined ? "" : ` and ended with exit code ${exitCode}`;
  const next: Readonly<Record<string, string>> = {
    once: "does not run it again, nor does any later one, whatever the instance-id",
    instance: "does not run it again, before the instance-id changes",
    always: "runs it again: with always, the semaphore only tells of the last time",
  };
  return {
    kind: "cloud-init-per",
    name,
    summary: `cloud-init-per ${frequency} ${name} ran its command${when}${ending}`,
    ...(frequency === "instance" && state.instanceId !== undefined
      ? { instanceId: state.instanceId }
      : {}),
    frequency,
    semaphore: { path, isThere: true, ...(writtenAt === undefined ? {} : { writtenAt }) },
    nextBoot: `${next[frequency] ?? ""}. To run it once more: delete the semaphore`,
    steps: [],
    notes: [],
  };
}
