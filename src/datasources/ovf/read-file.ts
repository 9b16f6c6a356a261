import type { FileTree } from "../../system/file-tree.ts";
import { XML_BYTES_MAX } from "../../text/parse-xml.ts";

/** Tried in this order (compat datasources-clouds.md §9.1). */
const FILE_NAMES = ["ovf-env.xml", "ovf_env.xml", "OVF_ENV.XML", "OVF-ENV.XML"];

/** The OVF environment in a seed directory or on a disc. Throws where it cannot be read whole. */
export function readOvfFile(
  tree: FileTree,
): { readonly name: string; readonly bytes: Uint8Array } | undefined {
  for (const name of FILE_NAMES) {
    const bytes = tree.readBytes(name, XML_BYTES_MAX);
    if (bytes !== undefined) {
      return { name, bytes };
    }
  }
  return undefined;
}
