import type { DistroContext } from "../distro.ts";
import type { ForwardingRule, LogForwardingAdapter } from "../log-forwarding-adapter.ts";
import { editFile } from "../posix/edit-file.ts";
import { setMarkedBlock } from "../posix/marked-block.ts";
import { isSubsystemUp } from "./services.ts";
import { isInfoDiscarded } from "./syslog-rules.ts";

const SYSLOG_CONF = "/etc/syslog.conf";
const REFRESH = "/usr/bin/refresh";
const MARKS = { begin: "# Log hosts of cloud-init: begin", end: "# Log hosts of cloud-init: end" };
const FILE_MODE = 0o644;

/**
 * syslogd of AIX: lines `selector <tab> @host` in a marked part of /etc/syslog.conf, then `refresh -s
 * syslogd`. AIX has no priority "*": it says "debug", which is everything.
 */
export function createAixLogForwarding({ sys }: DistroContext): LogForwardingAdapter {
  return {
    isInfoDiscarded: (facility) => isInfoDiscarded(sys.fs, facility),
    async ensureRules(rules) {
      const undo = editFile(
        sys.fs,
        SYSLOG_CONF,
        (text) => setMarkedBlock(text, MARKS, rules.map(formatRule)),
        FILE_MODE,
      );
      if (undo === undefined) {
        return { changed: false, problems: [] };
      }
      try {
        if (await isSubsystemUp(sys, "syslogd")) {
          await sys.exec.run([REFRESH, "-s", "syslogd"]);
        }
      } catch (error) {
        // With the new file in place the next run would find nothing to do.
        undo();
        throw error;
      }
      return { changed: true, problems: [] };
    },
  };
}

function formatRule({ selector, host }: ForwardingRule): string {
  const own = selector
    .split(";")
    .map((part) => part.replace(/\.\*$/u, ".debug"))
    .join(";");
  return `${own}\t@${host}`;
}
