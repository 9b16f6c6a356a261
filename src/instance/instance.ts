import type { NetworkConfig } from "../network/network-config.ts";

/** What a datasource found: plain data, kept as JSON between the stages of a boot. */
export interface Instance {
  /** Never contains "/" and is neither empty nor "." nor "..". */
  readonly id: string;
  /** As in datasource_list: "ConfigDrive". */
  readonly datasource: string;
  /** As cloud-init prints it: "DataSourceConfigDriveNet [net,ver=2][source=cd0]". */
  readonly description: string;
  /** For query and templates: "openstack", "none". */
  readonly platform: string;
  /** In which stage the instance's user-data and modules start: "local" is init-local, "net" is init, "pass" never (network and files only). */
  readonly dsmode: "local" | "net" | "pass";
  /** May be a full name; undefined where the cloud gives none. */
  readonly localHostname?: string;
  readonly publicKeys: readonly string[];
  readonly availabilityZone?: string;
  readonly launchIndex?: number;
  readonly randomSeed?: Uint8Array;
  readonly userData?: Uint8Array;
  /** One blob, or several parts. */
  readonly vendorData?: Uint8Array;
  readonly vendorData2?: Uint8Array;
  readonly network?: InstanceNetwork;
  /** Files that the cloud injects, applied once per instance in init-local. */
  readonly files: readonly InjectedFile[];
  /** Configuration that the cloud itself gives (level 6 of compat config.md §1), such as a password. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly rawMetadata: Readonly<Record<string, unknown>>;
  /** True for None: the machine got no data of its own. */
  readonly isFallback?: boolean;
}

export interface InstanceNetwork {
  /** "network_data.json", "content/0000": for messages. */
  readonly source: string;
  readonly config: NetworkConfig;
}

export interface InjectedFile {
  /** Absolute, without "..". */
  readonly path: string;
  readonly content: Uint8Array;
}
