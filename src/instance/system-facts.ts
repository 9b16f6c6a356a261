/** What instance-data tells of the system itself (compat core.md §6). */
export interface SystemFacts {
  /** As uname(1): system, node, release, version, machine, processor ("" where nothing tells). */
  readonly uname: readonly [string, string, string, string, string, string];
  /** The distribution: name, version, code name; "" for what it has not. */
  readonly dist: readonly [string, string, string];
}
