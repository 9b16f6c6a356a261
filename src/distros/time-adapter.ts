import type { SettingOutcome } from "./locale-adapter.ts";

/** Where the machine's clock gets its time from. */
export interface TimeAdapter {
  /**
   * Gives the time client these servers, has it started at boot, and restarts it if something has
   * changed. The clock itself is the client's to set.
   */
  ensureTimeServers(wish: TimeWish): Promise<SettingOutcome>;
}

/** Names and addresses are checked by then. */
export interface TimeServers {
  readonly servers: readonly string[];
  readonly pools: readonly string[];
  readonly peers: readonly string[];
  /** Networks that may ask this machine (chrony). */
  readonly allow: readonly string[];
}

export interface TimeWish extends TimeServers {
  /** "auto", or the client to use: "chrony", "ntp", "ntpdate", "openntpd", "systemd-timesyncd". */
  readonly client: string;
  /** In place of the client's own file. */
  readonly configFile?: string;
  /** In place of the client's own program, by which it is seen that it is installed; a path or a name. */
  readonly program?: string;
  /** In place of the client's own service. */
  readonly service?: string;
  /** Of the client, for the message that it is not installed. */
  readonly packages?: readonly string[];
  /** The whole text of the file, in place of ours; `names` are those of the client's templates, without an ending. */
  readContent?(names: readonly string[]): Promise<string | undefined>;
}
