// What the sample drive says, for the page that the demo prints.
import { openIso9660 } from "../../src/iso9660/open-iso9660.ts";
import { createHostFileSystem } from "../../src/system/host-file-system.ts";
import { isRecord } from "../../src/text/record.ts";

export interface SampleDrive {
  readonly bytes: Uint8Array;
  readonly label: string;
  readonly instanceId: string;
  readonly hostname: string;
  /** Top-level keys of the cloud-config in its user-data. */
  readonly userDataKeys: readonly string[];
}

/** Throws where it is no config drive. */
export function readSampleDrive(path: string): SampleDrive {
  const files = createHostFileSystem();
  const disc = files.open(path);
  try {
    const { label, tree } = openIso9660(disc);
    const read = (name: string): string =>
      new TextDecoder().decode(tree.readBytes(`openstack/latest/${name}`));
    const metadata: unknown = JSON.parse(read("meta_data.json"));
    const { uuid, hostname } = isRecord(metadata) ? metadata : {};
    return {
      bytes: files.readBytes(path),
      label,
      instanceId: String(uuid),
      hostname: String(hostname),
      userDataKeys: [...read("user_data").matchAll(/^(\w+):/gmu)].flatMap(([, key]) => key ?? []),
    };
  } finally {
    disc.close();
  }
}
