import { readInstanceId } from "../../instance/instance-store.ts";
import type { Paths } from "../../instance/paths.ts";
import type { System } from "../../system/system.ts";
import { detectContentType } from "../../userdata/content-type.ts";
import type { SchemaType } from "./check-input.ts";

/** One file to check. */
export interface SchemaInput {
  /** "user-data", "vendor-data", "network-config". */
  readonly title: string;
  readonly type: SchemaType;
  readonly path: string;
  readonly hasHeader: boolean;
  readonly bytes: Uint8Array;
}

/**
 * What the machine's current instance was given, without what is empty. User-data is taken as its
 * sender wrote it where it is one cloud-config, so that line numbers are the sender's; else as it
 * was merged.
 */
export function findSystemInputs(sys: System, paths: Paths): readonly SchemaInput[] {
  const id = readInstanceId(sys, paths);
  if (id === undefined) {
    return [];
  }
  const own = paths.instance(id);
  const inputs: SchemaInput[] = [];
  const add = (title: string, type: SchemaType, candidates: readonly string[]): void => {
    const path = candidates.find((candidate) => isUsable(sys, candidate, type));
    const bytes = path === undefined ? undefined : sys.fs.readBytesIfExists(path);
    if (path !== undefined && bytes !== undefined) {
      inputs.push({ title, type, path, bytes, hasHeader: type === "cloud-config" });
    }
  };
  add("user-data", "cloud-config", [own.userDataFile, own.cloudConfigFile]);
  add("vendor-data", "cloud-config", [own.vendorDataFile, own.vendorCloudConfigFile]);
  add("vendor2-data", "cloud-config", [own.vendorData2File, own.vendor2CloudConfigFile]);
  add("network-config", "network-config", [own.networkConfigFile]);
  return inputs;
}

function isUsable(sys: System, path: string, type: SchemaType): boolean {
  const bytes = sys.fs.readBytesIfExists(path);
  return (
    bytes !== undefined &&
    bytes.length > 0 &&
    (type === "network-config" || detectContentType(bytes) === "text/cloud-config")
  );
}
