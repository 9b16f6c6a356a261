import { type CloudConfig, valueAt } from "../config/cloud-config.ts";
import { listDatasourceNames, plainDatasourceName } from "../config/datasource-list.ts";
import type { Instance } from "../instance/instance.ts";
import { describeKind } from "../text/describe-kind.ts";
import { errorMessage } from "../text/error-message.ts";
import type { Problem } from "../text/problem.ts";
import { isRecord } from "../text/record.ts";
import type { DatasourceContext } from "./datasource.ts";
import { type DatasourceEntry, DATASOURCES, DATASOURCES_NOT_BUILT } from "./registry.ts";
import { createSearchDeadline } from "./search-deadline.ts";

/** Which part of the boot looks: "later" are the stages after init, and `single`. */
export type SearchStage = "init-local" | "init" | "later";

/** What the search came to. */
export interface DatasourceSearch {
  /** Of the first datasource that has one. */
  readonly instance?: Instance;
  /** In init-local: found before it, with dsmode "pass": only its network and files are for this machine. */
  readonly networkOnly?: Instance;
  /** `networkOnly` has no id of its own. */
  readonly isNetworkOnlyUnnamed?: true;
  /** As the answer that gave `instance` says. */
  readonly yieldsToKept?: true;
  /** What of the data of `instance`, else of `networkOnly`, cannot be used: in the log already. */
  readonly problems: readonly Problem[];
  /** Of the datasource of `instance`: to be called once that is stored. */
  readonly afterStored?: () => Promise<void>;
  /** In the order of datasource_list. */
  readonly passedOver: readonly PassedOver[];
  /** Names for "Did not find any data source, searched classes: (…)". */
  readonly searchedClasses: readonly string[];
}

/** A datasource that gave no instance, and why. */
export interface PassedOver {
  /** As in datasource_list. */
  readonly name: string;
  readonly reason: string;
  /** It threw: this is its cloud, or should be, and its data cannot be read. */
  readonly hasFailed: boolean;
  /** In init-local: init asks it for what only a network gives. */
  readonly isAskedLater?: true;
  /** This should be its machine, and nobody answers. */
  readonly isSilent?: true;
}

/**
 * Asks the datasources of `datasource_list` in their order for this machine's instance (compat
 * core.md §4.4), those that this part of the boot offers what they need. `config` is the base
 * configuration. One that fails is a warning, and the next is asked. When the time of the whole
 * search is over, nobody on the network is asked any more.
 */
export async function findDatasource(
  stage: SearchStage,
  config: CloudConfig,
  given: Omit<DatasourceContext, "config">,
): Promise<DatasourceSearch> {
  const deadline = createSearchDeadline(given.sys, config, given.log);
  const ctx = { ...given, sys: deadline.sys };
  const passedOver: PassedOver[] = [];
  const searchedClasses: string[] = [];
  let networkOnly: Pick<DatasourceSearch, "networkOnly" | "isNetworkOnlyUnnamed"> = {};
  let problems: readonly Problem[] = [];
  for (const entry of listEntries(stage, config, ctx, passedOver)) {
    if (!isOffered(entry, stage)) {
      continue;
    }
    const over = entry.needs === "network" ? deadline.reasonToStop() : undefined;
    if (over !== undefined) {
      ctx.log.warn(`DataSource${entry.name} is not asked: ${over}`);
      passedOver.push({ name: entry.name, reason: over, hasFailed: false });
      continue;
    }
    const className = classNameOf(entry, stage);
    searchedClasses.push(className);
    ctx.log.debug(`Seeking instance data from ${className}`);
    const hasNetwork = stage !== "init-local";
    const answer = await ask(entry, className, config, { ...ctx, hasNetwork });
    if (!("instance" in answer)) {
      passedOver.push({ name: entry.name, ...answer });
      continue;
    }
    const { instance } = answer;
    if (instance.dsmode !== "pass") {
      return {
        instance,
        ...networkOnly,
        problems: answer.problems,
        ...(answer.yieldsToKept === undefined ? {} : { yieldsToKept: answer.yieldsToKept }),
        ...(answer.afterStored === undefined ? {} : { afterStored: answer.afterStored }),
        passedOver,
        searchedClasses,
      };
    }
    const reason = "not claiming datasource, dsmode=pass";
    ctx.log.debug(`${instance.description}: ${reason}`);
    const later = answer.isAskedLater === true ? { isAskedLater: answer.isAskedLater } : {};
    passedOver.push({ name: entry.name, reason, hasFailed: false, ...later });
    if (stage === "init-local" && networkOnly.networkOnly === undefined) {
      networkOnly = {
        networkOnly: instance,
        ...(answer.hasDefaultId === undefined ? {} : { isNetworkOnlyUnnamed: answer.hasDefaultId }),
      };
      problems = answer.problems;
    }
  }
  return { ...networkOnly, problems, passedOver, searchedClasses };
}

/** The datasources that the configuration names, each once; what it names wrongly is logged. */
function listEntries(
  stage: SearchStage,
  config: CloudConfig,
  ctx: Omit<DatasourceContext, "config">,
  passedOver: PassedOver[],
): readonly DatasourceEntry[] {
  const list = config["datasource_list"];
  const names: readonly unknown[] = Array.isArray(list) ? list : [list];
  if (!Array.isArray(list) && typeof list !== "string") {
    ctx.log.warn(
      `Cannot use "datasource_list": expected a list of names, found ${describeKind(list)}`,
    );
    return [];
  }
  const entries = new Set<DatasourceEntry>();
  for (const given of names) {
    const entry = typeof given === "string" ? findByName(given) : undefined;
    if (typeof entry === "object") {
      entries.add(entry);
    } else if (typeof entry === "string") {
      // Once per boot is enough: the stages after init look for None alone.
      const reason = "is none that this program has";
      if (stage !== "later") {
        ctx.log.info(`Datasource "${entry}" ${reason}: it is passed over`);
      }
      passedOver.push({ name: entry, reason, hasFailed: false });
    } else {
      const shown = typeof given === "string" ? `"${given}"` : describeKind(given);
      ctx.log.warn(
        `Cannot use an entry of "datasource_list": expected the name of a datasource, found ${shown}`,
      );
    }
  }
  return [...entries];
}

/** A datasource, or the right name of one that upstream has and this program has not; in any case, "DataSource" before it or not. */
function findByName(given: string): DatasourceEntry | string | undefined {
  const wanted = plainDatasourceName(given);
  return (
    DATASOURCES.find(({ name }) => name.toLowerCase() === wanted) ??
    DATASOURCES_NOT_BUILT.find((name) => name.toLowerCase() === wanted)
  );
}

function isOffered(entry: DatasourceEntry, stage: SearchStage): boolean {
  switch (stage) {
    case "init-local":
      return entry.needs === "filesystem";
    case "init":
      return true;
    case "later":
      return entry.needs === "nothing";
  }
}

/** As in cloud-init's messages, where the class of the second stage ends in "Net". */
function classNameOf(entry: DatasourceEntry, stage: SearchStage): string {
  const suffix = stage === "init" && entry.needs === "filesystem" ? "Net" : "";
  return `DataSource${entry.name}${suffix}`;
}

async function ask(
  entry: DatasourceEntry,
  className: string,
  config: CloudConfig,
  ctx: Omit<DatasourceContext, "config">,
): Promise<
  | {
      readonly instance: Instance;
      readonly problems: readonly Problem[];
      readonly afterStored?: () => Promise<void>;
      readonly isAskedLater?: true;
      readonly hasDefaultId?: true;
      readonly yieldsToKept?: true;
    }
  | Omit<PassedOver, "name">
> {
  try {
    const datasource = await entry.load();
    const answer = await datasource.find({
      ...ctx,
      config: configOf(entry.name, config, ctx),
      isOnlySource: isOnlySource(config),
      defaultUserName: () => defaultUserName(config, ctx),
    });
    if (answer.found) {
      const { found: _, problems = [], ...rest } = answer;
      return { ...rest, problems };
    }
    const { found: _, ...rest } = answer;
    ctx.log.debug(`${className} has no instance: ${answer.reason}`);
    return { ...rest, hasFailed: false };
  } catch (error) {
    const reason = errorMessage(error);
    ctx.log.warn(`Getting data from ${className} failed: ${reason}`);
    return { reason, hasFailed: true };
  }
}

/** Whether the list has one name that is not None: the same one twice is one. */
function isOnlySource(config: CloudConfig): boolean {
  return new Set(listDatasourceNames(config).filter((name) => name !== "none")).size === 1;
}

/** The configured default user's name, else the system's. */
function defaultUserName(
  config: CloudConfig,
  { distro }: Pick<DatasourceContext, "distro">,
): string | undefined {
  const written = valueAt(config, "system_info", "default_user");
  const user = isRecord(written) ? written : distro.defaultUser;
  const name = user?.["name"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

function configOf(
  name: string,
  config: CloudConfig,
  ctx: Omit<DatasourceContext, "config">,
): DatasourceContext["config"] {
  const all = config["datasource"];
  const own = isRecord(all) && Object.hasOwn(all, name) ? all[name] : undefined;
  if (own !== undefined && own !== null && !isRecord(own)) {
    ctx.log.warn(`Cannot use "datasource.${name}": expected a mapping, found ${describeKind(own)}`);
  }
  return isRecord(own) ? own : {};
}
