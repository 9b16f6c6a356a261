import type { Disc } from "../../distros/distro.ts";
import { createDirectoryTree } from "../../system/directory-tree.ts";
import type { FileTree } from "../../system/file-tree.ts";
import { isDirectory } from "../../system/files.ts";
import { errorMessage } from "../../text/error-message.ts";
import { parseXml } from "../../text/parse-xml.ts";
import type { DatasourceContext } from "../datasource.ts";
import { readOvfFile } from "../ovf/read-file.ts";
import {
  type AzureProvisioning,
  parseAzureProvisioning,
  PROVISIONING_SOURCE,
} from "./parse-provisioning.ts";

/** A provisioning document, and where it was. */
export interface FoundProvisioning {
  /** Directory or device, as the datasource's description shows it. */
  readonly source: string;
  readonly isSeed: boolean;
  readonly provisioning: AzureProvisioning;
}

/** What the search came to. */
export interface ProvisioningSearch {
  readonly found?: FoundProvisioning;
  /** Documents that cannot be read. */
  readonly broken: readonly string[];
  /** For messages. */
  readonly looked: readonly string[];
}

/** Looks in the seed directory, on every disc, then where Azure's own agent keeps the document (compat datasources-clouds.md §2.1). */
export async function findAzureProvisioning(
  ctx: DatasourceContext,
  options: { readonly dataDirectory: string; readonly mayMount: boolean },
): Promise<ProvisioningSearch> {
  const { dataDirectory } = options;
  const broken: string[] = [];
  const looked: string[] = [];
  const take = async (
    source: string,
    isSeed: boolean,
    read: () => Uint8Array | undefined | Promise<Uint8Array | undefined>,
  ): Promise<FoundProvisioning | undefined> => {
    try {
      const bytes = await read();
      const answer = bytes === undefined ? undefined : await parse(bytes);
      if (answer !== undefined && "provisioning" in answer) {
        return { source, isSeed, provisioning: answer.provisioning };
      }
      if (answer !== undefined && "fault" in answer) {
        broken.push(`${source}: error parsing ${PROVISIONING_SOURCE}: ${answer.fault}`);
      } else if (answer !== undefined) {
        ctx.log.debug(`${source} is no seed for Azure: ${answer.reason}`);
      }
    } catch (error) {
      broken.push(`${source}: ${errorMessage(error)}`);
    }
    return undefined;
  };
  const seedDirectory = `${ctx.paths.seedDir}/azure`;
  const seed = await take(seedDirectory, true, () => readDirectory(ctx, seedDirectory));
  if (seed !== undefined) {
    return { found: seed, broken, looked };
  }
  const search = await ctx.distro.storage.findDiscs("any");
  looked.push(...(search.looked ?? []));
  for (const disc of search.discs) {
    const found = await take(disc.device, false, () =>
      disc.read((tree) =>
        hasReadableRoot(ctx, disc.device, tree) ? readDocument(tree) : undefined,
      ),
    );
    if (found !== undefined) {
      return { found, broken, looked };
    }
  }
  if (options.mayMount) {
    for (const drive of ctx.distro.storage.listUdfDrives?.() ?? []) {
      const isRead = search.discs.some(({ device }) => device === drive.device);
      const found = isRead ? undefined : await take(drive.device, false, () => readUdf(ctx, drive));
      if (found !== undefined) {
        return { found, broken, looked };
      }
    }
  }
  const kept = await take(dataDirectory, false, () => readDirectory(ctx, dataDirectory));
  return { ...(kept === undefined ? {} : { found: kept }), broken, looked };
}

async function parse(bytes: Uint8Array): Promise<ReturnType<typeof parseAzureProvisioning>> {
  const parsed = await parseXml(bytes);
  return "fault" in parsed ? parsed : parseAzureProvisioning(parsed.root);
}

/** Undefined where the drive is empty or holds another file system, which is nothing unusual. */
async function readUdf({ log }: DatasourceContext, drive: Disc): Promise<Uint8Array | undefined> {
  try {
    return await drive.read(readDocument);
  } catch (error) {
    log.debug(`${drive.device} cannot be read as UDF: ${errorMessage(error)}`);
    return undefined;
  }
}

/** A disc whose root cannot be read is not known to be Azure's. */
function hasReadableRoot({ log }: DatasourceContext, device: string, tree: FileTree): boolean {
  try {
    tree.list("");
    return true;
  } catch (error) {
    log.debug(`${device} is no seed for Azure: ${errorMessage(error)}`);
    return false;
  }
}

function readDocument(tree: FileTree): Uint8Array | undefined {
  return readOvfFile(tree)?.bytes;
}

function readDirectory({ sys }: DatasourceContext, directory: string): Uint8Array | undefined {
  return isDirectory(sys.fs, directory)
    ? readDocument(createDirectoryTree(sys.fs, directory, { followLinks: true }))
    : undefined;
}
