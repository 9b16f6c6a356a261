import { readTextIfExists, statTarget } from "../../system/files.ts";
import type { DistroContext } from "../distro.ts";
import type { ForwardingRule, LogForwardingAdapter } from "../log-forwarding-adapter.ts";
import { setMarkedBlock } from "../posix/marked-block.ts";
import { isSubsystemUp } from "./services.ts";

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
    async ensureRules(rules) {
      const old = readTextIfExists(sys.fs, SYSLOG_CONF);
      const text = setMarkedBlock(old ?? "", MARKS, rules.map(formatRule));
      if (text === (old ?? "")) {
        return { changed: false, problems: [] };
      }
      const stat = statTarget(sys.fs, SYSLOG_CONF);
      const attributes =
        stat?.kind === "file"
          ? { mode: stat.mode, owner: `${stat.uid}:${stat.gid}` }
          : { mode: FILE_MODE };
      sys.fs.write(SYSLOG_CONF, text, attributes);
      if (await isSubsystemUp(sys, "syslogd")) {
        await sys.exec.run([REFRESH, "-s", "syslogd"]);
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
