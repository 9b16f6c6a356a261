/** One event in upstream's shape, as `analyze dump` writes it (compat core.md §7.6). */
export interface BootEvent {
  /** "init-network/config-ssh" */
  readonly name: string;
  readonly description: string;
  readonly event_type: "start" | "finish";
  readonly origin: "cloudinit";
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Of a finish event: SUCCESS, WARN, FAIL. */
  readonly result?: string;
}

/** A command of the agent, as the log tells of it. */
export interface CommandSpan {
  /** With its arguments, as logged. */
  readonly command: string;
  /** The event that it ran in: "init-network/config-ssh". */
  readonly within: string;
  /** Seconds since 1970. */
  readonly start: number;
  /** Undefined where no end of it is logged. */
  readonly end?: number;
  readonly exitCode?: number;
}

/** What a log tells of its boots, in the order of the log. */
export interface LogContent {
  readonly events: readonly BootEvent[];
  readonly commands: readonly CommandSpan[];
  /** The machine's start by the uptime in each welcome line: stage's start → seconds since 1970. */
  readonly machineStarts: ReadonlyMap<number, number>;
}
