import {
  isExpiredLease,
  parseDhclientServer,
  parseNetworkdServer,
} from "../../network/dhcp-lease.ts";
import { isDirectory, statTarget } from "../../system/files.ts";
import type { FileSystem } from "../../system/system.ts";
import type { DhcpServer } from "../dhcp-server.ts";

/** Where DHCP clients keep their leases, in the order in which cloud-init looks (compat datasources-clouds.md §5.1). */
const DIRECTORIES = [
  "/run/systemd/netif/leases",
  "/var/lib/dhclient",
  "/var/lib/dhcp",
  "/var/lib/NetworkManager",
];
const FILE_SIZE_MAX_BYTES = 1024 * 1024;
const FILE_COUNT_MAX = 64;

/** The server of the newest lease that any DHCP client of this machine keeps and that has not expired: one, or none. */
export function readLinuxDhcpServers(fs: FileSystem, now: Date): readonly DhcpServer[] {
  const files = DIRECTORIES.flatMap((directory) => listLeases(fs, directory))
    .sort((a, b) => b.modifiedMs - a.modifiedMs)
    .slice(0, FILE_COUNT_MAX);
  for (const { path, modifiedMs } of files) {
    const text = readLease(fs, path);
    const address = parseNetworkdServer(text) ?? parseDhclientServer(text);
    if (address !== undefined) {
      // networkd's are of this boot, and it removes them itself.
      const isOver = !path.startsWith("/run/") && isExpiredLease(text, modifiedMs, now.getTime());
      if (!isOver) {
        return [{ address, source: path }];
      }
    }
  }
  return [];
}

interface LeaseFile {
  readonly path: string;
  readonly modifiedMs: number;
}

/** networkd names its files by the number of the interface, the others end in ".lease" or ".leases". */
function listLeases(fs: FileSystem, directory: string): readonly LeaseFile[] {
  if (!isDirectory(fs, directory)) {
    return [];
  }
  return fs
    .list(directory)
    .filter((name) => /^\d+$|\.leases?$/u.test(name))
    .flatMap((name) => {
      const path = `${directory}/${name}`;
      const stat = statTarget(fs, path);
      const isUsable = stat?.kind === "file" && stat.sizeBytes <= FILE_SIZE_MAX_BYTES;
      return isUsable ? [{ path, modifiedMs: stat.modifiedMs }] : [];
    });
}

/** A lease that may not be read is like one that is not there. */
function readLease(fs: FileSystem, path: string): string {
  try {
    return new TextDecoder().decode(fs.readBytesIfExists(path) ?? new Uint8Array());
  } catch {
    return "";
  }
}
