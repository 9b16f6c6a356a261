import { exists } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { DistroContext } from "../distro.ts";
import type { SettingOutcome } from "../locale-adapter.ts";
import { hasZone, zoneAdvice } from "../posix/find-zone.ts";
import { writeIfDifferent } from "../../system/write-if-different.ts";

const ZONE_DIRECTORY = "/usr/share/zoneinfo";
const LOCALTIME = "/etc/localtime";
/** The zone's name, on Debian and where something else left it. */
const TIMEZONE = "/etc/timezone";
/** First bytes of a compiled zone (tzfile(5), RFC 9636). */
const MAGIC = "TZif";

/** /etc/localtime as a link into the zone database (localtime(5)), and /etc/timezone. */
export function ensureLinuxTimezone(
  { sys }: DistroContext,
  family: string,
  zone: string,
): SettingOutcome {
  const { fs } = sys;
  if (!hasZone(fs, ZONE_DIRECTORY, zone) || !isCompiledZone(fs, `${ZONE_DIRECTORY}/${zone}`)) {
    const why = exists(fs, ZONE_DIRECTORY)
      ? `it is not in "${ZONE_DIRECTORY}"${zoneAdvice(fs, ZONE_DIRECTORY, zone)}`
      : `there is no "${ZONE_DIRECTORY}": install the package tzdata`;
    const message = `Cannot set the time zone "${zone}": ${why}; the time zone stays as it is`;
    return { changed: false, problems: [{ message }] };
  }
  const target = `${ZONE_DIRECTORY}/${zone}`;
  let changed = false;
  if (!isLinkTo(fs, target)) {
    // symlink replaces a link at once, but not a file.
    if (fs.stat(LOCALTIME)?.kind === "file") {
      fs.remove(LOCALTIME);
    }
    fs.symlink(target, LOCALTIME);
    changed = true;
  }
  if (family === "debian" || exists(fs, TIMEZONE)) {
    changed = writeIfDifferent(fs, TIMEZONE, `${zone}\n`, { mode: 0o644 }) || changed;
  }
  return { changed, value: zone, problems: [] };
}

function isLinkTo(fs: FileSystem, target: string): boolean {
  const link = fs.readLink(LOCALTIME);
  return link === target || link === `..${target}`;
}

function isCompiledZone(fs: FileSystem, path: string): boolean {
  const file = fs.open(path);
  try {
    return new TextDecoder().decode(file.read(0, MAGIC.length)) === MAGIC;
  } finally {
    file.close();
  }
}
