import { isRecord } from "../text/record.ts";
import type { Datasource } from "./datasource.ts";
import { keepableMetadata } from "./keepable-metadata.ts";
import { parsePublicKeys } from "./public-keys.ts";

/**
 * None: no cloud at all (compat datasources.md §2). Always found; user-data and metadata may stand
 * in the configuration. The id is the same on every machine.
 */
export const none: Datasource = {
  name: "None",
  needs: "nothing",
  async find({ config }) {
    const metadata = isRecord(config["metadata"]) ? config["metadata"] : {};
    const userData = config["userdata_raw"];
    const hostname = metadata["local-hostname"];
    const zone = metadata["availability-zone"] ?? metadata["availability_zone"];
    return {
      found: true,
      instance: {
        id: "iid-datasource-none",
        datasource: "None",
        description: "DataSourceNone",
        platform: "none",
        dsmode: "net",
        ...(typeof hostname === "string" && hostname !== "" ? { localHostname: hostname } : {}),
        ...(typeof zone === "string" ? { availabilityZone: zone } : {}),
        publicKeys: parsePublicKeys(metadata["public-keys"]),
        ...(typeof userData === "string" ? { userData: new TextEncoder().encode(userData) } : {}),
        ...(userData instanceof Uint8Array ? { userData } : {}),
        files: [],
        rawMetadata: keepableMetadata(metadata),
        isFallback: true,
      },
    };
  },
};
