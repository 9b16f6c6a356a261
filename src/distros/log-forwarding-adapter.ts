import type { Problem } from "../text/problem.ts";

/** One line of a syslog.conf(5) that sends messages elsewhere. */
export interface ForwardingRule {
  /** "*.*", "auth.info". */
  readonly selector: string;
  /** A host name or an address, an IPv6 one without brackets. */
  readonly host: string;
}

/** syslogd's own way of sending log lines to other machines. */
export interface LogForwardingAdapter {
  /** Whether it is sure that no rule takes a message of `facility` at priority "info". */
  isInfoDiscarded(facility: string): boolean;
  /** Keeps the rules in a marked part of the configuration, and has the daemon read it if it differs. */
  ensureRules(rules: readonly ForwardingRule[]): Promise<{
    readonly changed: boolean;
    readonly problems: readonly Problem[];
  }>;
}
