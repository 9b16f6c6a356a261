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
    }
  /** Why this is not it, for the log, `status` and `plan`: "no disc labelled config-2 (looked at cd0)". */
  | { readonly found: false; readonly reason: string };

export interface DatasourceContext {
  readonly sys: System;
  readonly distro: Distro;
  readonly paths: Paths;
  /** `datasource.<name>` of the base configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly log: Logger;
}
