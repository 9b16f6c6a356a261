import { isDirectory } from "../../system/files.ts";
import type { Problem } from "../../text/problem.ts";
import type { DistroContext } from "../distro.ts";
import type { SettingOutcome } from "../locale-adapter.ts";
import { assignmentFile } from "../posix/assignment-file.ts";
import { hasZone, zoneAdvice } from "../posix/find-zone.ts";
import { isPosixZone } from "../posix/zone-name.ts";

const ENVIRONMENT = "/etc/environment";
const CHTZ = "/usr/bin/chtz";
const ZONE_DIRECTORY = "/usr/share/lib/zoneinfo";
const CHTZ_TIMEOUT_MS = 60_000;

/**
 * TZ of /etc/environment by chtz. Names are checked first: chtz and the C library take any, and an
 * unknown one makes UTC under a wrong name (aix/commands.md 8).
 */
export async function ensureAixTimezone(
  { sys, log }: DistroContext,
  zone: string,
): Promise<SettingOutcome> {
  const problems: Problem[] = [];
  if (!isPosixZone(zone) && !hasZone(sys.fs, ZONE_DIRECTORY, zone)) {
    if (isDirectory(sys.fs, ZONE_DIRECTORY)) {
      const advice = zoneAdvice(sys.fs, ZONE_DIRECTORY, zone);
      const message = `Cannot set the time zone "${zone}": it is neither in "${ZONE_DIRECTORY}"${advice} nor a POSIX rule such as CET-1CEST; TZ stays as it is`;
      return { changed: false, problems: [{ message }] };
    }
    const message = `Cannot check the time zone "${zone}": there is no "${ZONE_DIRECTORY}" (fileset bos.rte.libc or ICU4C.rte); it is set as it is`;
    problems.push({ message, severity: "warning" });
  }
  const environment = assignmentFile(sys.fs, ENVIRONMENT);
  if (environment.read("TZ") === zone) {
    return { changed: false, value: zone, problems };
  }
  await sys.exec.run([CHTZ, zone], {
    okExitCodes: "any",
    timeoutMs: CHTZ_TIMEOUT_MS,
    // Its exit code is not to be relied on: the file tells.
    verify: async () => {
      if (environment.read("TZ") !== zone) {
        log.debug(`chtz did not set TZ in ${ENVIRONMENT}: the line is written instead`);
        environment.ensure({ TZ: zone });
      }
      return undefined;
    },
  });
  log.info(
    "The new time zone holds for new logins; what runs already, cron and syslogd too, keeps the old one until it is started again",
  );
  return { changed: true, value: zone, problems };
}
