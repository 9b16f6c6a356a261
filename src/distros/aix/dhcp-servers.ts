import { parseAixDhcpServer } from "../../network/dhcp-lease.ts";
import { DHCPCD_INI_PATH } from "../../network/renderers/aix-daemons.ts";
import { isDirectory } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { DhcpServer } from "../dhcp-server.ts";

/** What dhcpcd keeps of its leases over a restart: dhcpc.db, dhcpc.opt; their form is not documented. */
const DATABASE_NAME = /^dhcpc\./u;
/** In the dhcpcd.ini that AIX ships. */
const DEFAULT_LOG_PATH = "/usr/tmp/dhcpcd.log";
/** The end of a log is the newest. */
const TAIL_BYTES = 256 * 1024;

/**
 * The server that AIX's dhcpcd got its lease from, as far as its log or its database tell (both
 * unconfirmed). Everybody may make files in /usr/tmp: what another than root can write says nothing.
 */
export function readAixDhcpServers(fs: FileSystem): readonly DhcpServer[] {
  const logPath = /^[ \t]*logFileName[ \t]+(\/\S+)/imu.exec(readTail(fs, DHCPCD_INI_PATH))?.[1];
  const names = isDirectory(fs, "/etc") ? fs.list("/etc") : [];
  const databases = names.filter((name) => DATABASE_NAME.test(name)).map((name) => `/etc/${name}`);
  return [logPath ?? DEFAULT_LOG_PATH, ...databases].flatMap((path) => {
    const address = parseAixDhcpServer(readTail(fs, path));
    return address === undefined ? [] : [{ address, source: path }];
  });
}

/** Group and others. */
const WRITABLE_BY_OTHERS = 0o022;

/** The last bytes of a file of root's as text, whatever they are; "" where it is none, or may not be read. */
function readTail(fs: FileSystem, path: string): string {
  try {
    const stat = fs.stat(path);
    if (stat?.kind !== "file" || stat.uid !== 0 || (stat.mode & WRITABLE_BY_OTHERS) !== 0) {
      return "";
    }
    const file = fs.open(path);
    try {
      const start = Math.max(0, (file.sizeBytes ?? 0) - TAIL_BYTES);
      return new TextDecoder("latin1").decode(file.read(start, TAIL_BYTES));
    } finally {
      file.close();
    }
  } catch {
    return "";
  }
}
