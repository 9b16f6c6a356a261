import { joinUrl } from "../http/join-url.ts";
import type { MetadataClient } from "../http/metadata-client.ts";
import { crawlTree } from "../http/crawl-tree.ts";
import type { Logger } from "../../report/logger.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { errorMessage } from "../../text/error-message.ts";
import { isRecord } from "../../text/record.ts";
import { OPENSTACK_VERSIONS } from "../openstack-metadata.ts";

const FILES = [
  "meta_data.json",
  "user_data",
  "vendor_data.json",
  "vendor_data2.json",
  "network_data.json",
];
const LISTING_BYTES_MAX = 64 * 1024;
const FILE_BYTES_MAX = 64 * 1024 * 1024;

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
    const metadata = await fetchFile(client, base, `${directory}/meta_data.json`);
    if (metadata === undefined) {
      continue;
    }
    const others = await Promise.all(
      FILES.slice(1).map((name) => fetchFile(client, base, `${directory}/${name}`)),
    );
    return createTree(
      [metadata, ...others].flatMap((bytes, index) =>
        bytes === undefined ? [] : [[`${directory}/${FILES[index] ?? ""}`, bytes] as const],
      ),
    );
  }
  return createTree([]);
}

function fetchFile(
  client: MetadataClient,
  base: string,
  path: string,
): Promise<Uint8Array | undefined> {
  return client.get(joinUrl(base, path), { maxBodyBytes: FILE_BYTES_MAX });
}

/** What was fetched, as the drive's reader wants it. */
function createTree(entries: readonly (readonly [string, Uint8Array])[]): FileTree {
  const files = new Map(entries);
  return {
    readBytes: (path) => files.get(path),
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
      get: (url) => client.get(url, { retries: 1 }),
      log,
    });
    return isRecord(devices) ? { "block-device-mapping": devices } : undefined;
  } catch (error) {
    log.debug(`No device names from the Ec2 tree: ${errorMessage(error)}`);
    return undefined;
  }
}
