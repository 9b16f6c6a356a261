import { parseDhclientServer, parseNetworkdServer } from "../../network/dhcp-lease.ts";
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

/** The servers in the lease files of this machine's DHCP clients, those of one client newest first. */
export function readLinuxDhcpServers(fs: FileSystem): readonly DhcpServer[] {
  return DIRECTORIES.flatMap((directory) =>
    listNewestFirst(fs, directory).flatMap((path) => {
      const text = readLease(fs, path);
      const address = parseNetworkdServer(text) ?? parseDhclientServer(text);
      return address === undefined ? [] : [{ address, source: path }];
    }),
  );
}

/** networkd names its files by the number of the interface, the others end in ".lease" or ".leases". */
function listNewestFirst(fs: FileSystem, directory: string): readonly string[] {
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
    })
    .sort((a, b) => b.modifiedMs - a.modifiedMs)
    .slice(0, FILE_COUNT_MAX)
    .map(({ path }) => path);
}

/** A lease that may not be read is like one that is not there. */
function readLease(fs: FileSystem, path: string): string {
  try {
    return new TextDecoder().decode(fs.readBytesIfExists(path) ?? new Uint8Array());
  } catch {
    return "";
  }
}
