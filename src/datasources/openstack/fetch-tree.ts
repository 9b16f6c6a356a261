import { joinUrl } from "../http/join-url.ts";
import type { MetadataClient } from "../http/metadata-client.ts";
import { crawlTree } from "../http/crawl-tree.ts";
import type { Logger } from "../../report/logger.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { errorMessage } from "../../text/error-message.ts";
import { isRecord } from "../../text/record.ts";
import { OPENSTACK_VERSIONS } from "../openstack-metadata.ts";

const MIB = 1024 * 1024;
/** Each with the bytes that it may have; nova takes 64 KiB of user-data. */
const FILES = [
  ["meta_data.json", 4 * MIB],
  ["user_data", 16 * MIB],
  ["vendor_data.json", 4 * MIB],
  ["vendor_data2.json", 4 * MIB],
  ["network_data.json", 4 * MIB],
] as const;
const LISTING_BYTES_MAX = 64 * 1024;
const DEVICE_NAME_BYTES_MAX = 64 * 1024;

/**
 * Fetches what nova serves of one version (nova, "Metadata service"; compat datasources.md §4): the
 * newest one that is in `listing`, else "latest". Throws where a file cannot be read. `files` and
 * `content/` are not fetched: they are for config drives.
 */
export async function fetchOpenStackTree(
  client: MetadataClient,
  base: string,
  listing: Uint8Array,
): Promise<FileTree> {
  const offered = new Set(
    new TextDecoder()
      .decode(listing.subarray(0, LISTING_BYTES_MAX))
      .split("\n")
      .map((line) => line.trim().replace(/\/$/u, "")),
  );
  const dated = OPENSTACK_VERSIONS.find((version) => offered.has(version));
  for (const version of dated === undefined ? ["latest"] : [dated, "latest"]) {
    const directory = `openstack/${version}`;
    const fetchFile = async ([name, maxBodyBytes]: (typeof FILES)[number]): Promise<Entry[]> => {
      const path = `${directory}/${name}`;
      const bytes = await client.get(joinUrl(base, path), { maxBodyBytes });
      return bytes === undefined ? [] : [[path, bytes]];
    };
    const [first, ...others] = FILES;
    const metadata = await fetchFile(first);
    if (metadata.length > 0) {
      const rest = await Promise.all(others.map(fetchFile));
      return createTree([...metadata, ...rest.flat()]);
    }
  }
  return createTree([]);
}

type Entry = readonly [path: string, bytes: Uint8Array];

/** What was fetched, as the drive's reader wants it. */
function createTree(entries: readonly Entry[]): FileTree {
  const files = new Map(entries);
  return {
    readBytes(path, maxBytes = Infinity) {
      const bytes = files.get(path);
      if (bytes !== undefined && bytes.length > maxBytes) {
        throw new Error(
          `Cannot read "${path}": it has ${bytes.length} bytes, at most ${maxBytes} are read`,
        );
      }
      return bytes;
    },
    list(path) {
      const below = [...files.keys()].filter((name) => name.startsWith(`${path}/`));
      return below.map((name) => name.slice(path.length + 1)).sort();
    },
  };
}

/**
 * Which disk is the ephemeral one, from the Ec2 tree of the same service (compat datasources.md §4):
 * device names are all that is used of it. Undefined where it has none.
 */
export async function fetchDeviceNames(
  client: MetadataClient,
  base: string,
  log: Logger,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const devices = await crawlTree(joinUrl(base, "latest/meta-data/block-device-mapping"), {
      get: (url) => client.get(url, { retries: 1, maxBodyBytes: DEVICE_NAME_BYTES_MAX }),
      log,
    });
    return isRecord(devices) ? { "block-device-mapping": devices } : undefined;
  } catch (error) {
    log.debug(`No device names from the Ec2 tree: ${errorMessage(error)}`);
    return undefined;
  }
}
