import { errorMessage } from "../text/error-message.ts";
import type { FileTree } from "../system/file-tree.ts";
import { readTextIfExists } from "../system/files.ts";
import type { Datasource, DatasourceAnswer, DatasourceContext } from "./datasource.ts";
import { readDmi } from "./dmi.ts";

/**
 * AltCloud: user-data that RHEV puts on a floppy, or vSphere on a CD labelled CDROM (compat
 * datasources-clouds.md §8). There are no metadata: the id is the same on every machine, so that
 * per-instance work is done once in a machine's life.
 */
export const altCloud: Datasource = {
  name: "AltCloud",
  needs: "network",
  async find(ctx) {
    const cloud = readCloud(ctx);
    if ("reason" in cloud) {
      return { found: false, reason: cloud.reason };
    }
    return cloud.type === "RHEV" ? findOnFloppy(ctx) : findOnDisc(ctx);
  },
};

const CLOUD_INFO = "/etc/sysconfig/cloud-info";
const CLOUD_INFO_LENGTH_MAX = 64 * 1024;
/** Of genisoimage, where none is given. */
const LABEL = "CDROM";
/** The last one is how ISO 9660 spells the second without Rock Ridge. */
const FILE_NAMES = ["deltacloud-user-data.txt", "user-data.txt", "USER_DAT.TXT"];
const USER_DATA_BYTES_MAX = 64 * 1024 * 1024;
const NO_DATA = "Failed accessing user data.";

/** By the file that names it, else by the machine's product name. */
function readCloud({
  sys,
}: DatasourceContext): { readonly type: "RHEV" | "VSPHERE" } | { readonly reason: string } {
  const info = readTextIfExists(sys.fs, CLOUD_INFO)?.slice(0, CLOUD_INFO_LENGTH_MAX).toUpperCase();
  if (info !== undefined) {
    if (info.includes("RHEV")) {
      return { type: "RHEV" };
    }
    return info.includes("VSPHERE")
      ? { type: "VSPHERE" }
      : { reason: `"${CLOUD_INFO}" names neither RHEV nor VSPHERE` };
  }
  const product = readDmi(sys, "product_name")?.toUpperCase() ?? "";
  if (product.startsWith("RHEV")) {
    return { type: "RHEV" };
  }
  return product.startsWith("VMWARE")
    ? { type: "VSPHERE" }
    : { reason: `there is no "${CLOUD_INFO}", and the firmware names neither RHEV nor VMware` };
}

async function findOnDisc(ctx: DatasourceContext): Promise<DatasourceAnswer> {
  const search = await ctx.distro.storage.findDiscs([LABEL]);
  for (const disc of search.discs) {
    try {
      const userData = await disc.read(readUserData);
      if (userData !== undefined) {
        return claim(userData);
      }
    } catch (error) {
      ctx.log.warn(`${disc.device}: ${errorMessage(error)}`);
    }
  }
  const looked = search.looked ?? [];
  const where = looked.length === 0 ? "no device to look at" : `looked at ${looked.join(", ")}`;
  return nothing(ctx, `expected "user-data.txt" on a disc labelled ${LABEL} (${where})`);
}

async function findOnFloppy(ctx: DatasourceContext): Promise<DatasourceAnswer> {
  const { storage } = ctx.distro;
  if (storage.findFloppy === undefined) {
    const reason = "user-data of RHEV comes on a floppy disk, which this system does not read";
    ctx.log.info(`DataSourceAltCloud: ${reason}`);
    return { found: false, reason };
  }
  const disc = await storage.findFloppy();
  if (disc === undefined) {
    return nothing(ctx, `expected "user-data.txt" on a floppy disk, found none`);
  }
  try {
    const userData = await disc.read(readUserData);
    return userData === undefined
      ? nothing(ctx, `expected "user-data.txt" on ${disc.device}`)
      : claim(userData);
  } catch (error) {
    return nothing(ctx, `${disc.device}: ${errorMessage(error)}`);
  }
}

/** Without white space around it; undefined where no file has anything in it. */
function readUserData(tree: FileTree): Uint8Array | undefined {
  for (const name of FILE_NAMES) {
    const bytes = tree.readBytes(name, USER_DATA_BYTES_MAX);
    const userData = bytes === undefined ? undefined : trim(bytes);
    if (userData !== undefined && userData.length > 0) {
      return userData;
    }
  }
  return undefined;
}

/** What gzip made ends in bytes that may look like white space (RFC 1952 §2.3). */
function trim(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return bytes;
  }
  const isBlank = (byte: number | undefined): boolean =>
    byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
  let start = 0;
  let end = bytes.length;
  while (start < end && isBlank(bytes[start])) {
    start += 1;
  }
  while (end > start && isBlank(bytes[end - 1])) {
    end -= 1;
  }
  return bytes.slice(start, end);
}

function nothing({ log }: DatasourceContext, reason: string): DatasourceAnswer {
  log.warn(NO_DATA);
  return { found: false, reason };
}

function claim(userData: Uint8Array): DatasourceAnswer {
  return {
    found: true,
    instance: {
      id: "455",
      datasource: "AltCloud",
      description: "DataSourceAltCloud [seed=None]",
      platform: "altcloud",
      dsmode: "net",
      localHostname: "localhost",
      publicKeys: [],
      userData,
      files: [],
      rawMetadata: {
        "instance-id": "455",
        "local-hostname": "localhost",
        placement: {},
        "block-device-mapping": {},
      },
    },
  };
}
