import type { Datasource } from "./datasource.ts";

/** One datasource; its code is loaded when it is tried. */
export interface DatasourceEntry {
  readonly name: string;
  readonly needs: Datasource["needs"];
  load(): Promise<Datasource>;
}

/** All datasources that there are. */
export const DATASOURCES: readonly DatasourceEntry[] = [
  {
    name: "ConfigDrive",
    needs: "filesystem",
    load: async () => (await import("./config-drive.ts")).configDrive,
  },
  { name: "None", needs: "nothing", load: async () => (await import("./none.ts")).none },
];

/** cloud-init's other datasources (compat datasources.md §1.1): known by name, passed over. */
export const DATASOURCES_NOT_BUILT: readonly string[] = [
  "AltCloud",
  "Azure",
  "CloudSigma",
  "CloudStack",
  "Ec2",
  "GCE",
  "MAAS",
  "NoCloud",
  "OVF",
  "OpenNebula",
  "OpenStack",
  "SmartOS",
];
