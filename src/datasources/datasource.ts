import type { Distro } from "../distros/distro.ts";
import type { Instance } from "../instance/instance.ts";
import type { Paths } from "../instance/paths.ts";
import type { Logger } from "../report/logger.ts";
import type { System } from "../system/system.ts";
import type { Problem } from "../text/problem.ts";

/** One kind of cloud: finds the instance's data, or says that this is another cloud. */
export interface Datasource {
  /** As in datasource_list. */
  readonly name: string;
  /** "filesystem": tried in init-local already. "network": from init on. "nothing": in every stage but init-local. */
  readonly needs: "filesystem" | "network" | "nothing";
  /** The answer for this machine. Throws when it is this cloud but its data cannot be read: message says what and where. */
  find(ctx: DatasourceContext): Promise<DatasourceAnswer>;
}

export type DatasourceAnswer =
  | {
      readonly found: true;
      readonly instance: Instance;
      /** What of its data cannot be used: in the log already, and errors of the stage. */
      readonly problems?: readonly Problem[];
      /** In init-local, with dsmode "pass": only the network is known, and init finds the rest. */
      readonly isAskedLater?: true;
      /** Nothing that was found says an id, and the datasource's own stands for it. */
      readonly hasDefaultId?: true;
      /** Nothing was delivered to this machine: where more than this made the instance that is kept for it, that one stays (DECISIONS 6). */
      readonly yieldsToKept?: true;
      /** Called once the instance is stored where the next boot finds it: the cloud may now forget what it gives only once. A failure is logged by the datasource. */
      readonly afterStored?: () => Promise<void>;
    }
  /**
   * Why this is not it, for the log, `status` and `plan`: "no disc labelled config-2 (looked at cd0)".
   * `isAskedLater`: in init-local, whatever it finds there init will ask for. `isSilent`: this should
   * be its machine, and nobody answers.
   */
  | {
      readonly found: false;
      readonly reason: string;
      readonly isAskedLater?: true;
      readonly isSilent?: true;
    };

export interface DatasourceContext {
  readonly sys: System;
  readonly distro: Distro;
  readonly paths: Paths;
  /** `datasource.<name>` of the base configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** True where datasource_list names this one alone, None aside: the administrator says which cloud this is. */
  readonly isOnlySource?: boolean;
  /** Name of the user that keys of a cloud are for; undefined where the configuration gives none. */
  readonly defaultUserName?: () => string | undefined;
  /** False in init-local, where nobody can be asked yet. Absent: true. */
  readonly hasNetwork?: boolean;
  readonly log: Logger;
}
