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
    name: "AltCloud",
    needs: "network",
    load: async () => (await import("./alt-cloud.ts")).altCloud,
  },
  { name: "Azure", needs: "network", load: async () => (await import("./azure.ts")).azure },
  { name: "OVF", needs: "filesystem", load: async () => (await import("./ovf.ts")).ovf },
  {
    name: "CloudStack",
    needs: "network",
    load: async () => (await import("./cloudstack.ts")).cloudStack,
  },
  {
    name: "ConfigDrive",
    needs: "filesystem",
    load: async () => (await import("./config-drive.ts")).configDrive,
  },
  {
    name: "Ec2",
    needs: "network",
    load: async () => (await import("./ec2.ts")).ec2,
  },
  {
    name: "OpenStack",
    needs: "network",
    load: async () => (await import("./openstack.ts")).openStack,
  },
  { name: "GCE", needs: "network", load: async () => (await import("./gce.ts")).gce },
  { name: "MAAS", needs: "network", load: async () => (await import("./maas.ts")).maas },
  {
    name: "NoCloud",
    needs: "filesystem",
    load: async () => (await import("./no-cloud.ts")).noCloud,
  },
  {
    name: "OpenNebula",
    needs: "filesystem",
    load: async () => (await import("./open-nebula.ts")).openNebula,
  },
  {
    name: "CloudSigma",
    needs: "filesystem",
    load: async () => (await import("./cloud-sigma.ts")).cloudSigma,
  },
  { name: "None", needs: "nothing", load: async () => (await import("./none.ts")).none },
];

/** cloud-init's other datasources (compat datasources.md §1.1): known by name, passed over. */
export const DATASOURCES_NOT_BUILT: readonly string[] = ["SmartOS"];
