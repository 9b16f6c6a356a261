import type { Problem } from "../text/problem.ts";

/**
 * What a cloud wants of the network, whatever format it came in (interfaces text,
 * network_data.json, version 1, version 2). Plain data, kept as JSON.
 */
export interface NetworkConfig {
  /** In the order of the source. */
  readonly interfaces: readonly InterfaceConfig[];
  /** For the whole machine; those of an interface are in its own lists. */
  readonly nameservers: readonly string[];
  readonly searchDomains: readonly string[];
}

export interface InterfaceConfig {
  /** As the source calls it: "eth0", "en1", "tap4c2f…"; unique within a config. */
  readonly name: string;
  /**
   * Shell pattern of the adapter's name ("en*"), where the source gives no name of it. Only between
   * a parser and `resolveNamePatterns`: no adapter of a distro sees it.
   */
  readonly namePattern?: string;
  readonly link: Link;
  /** Lower case, colons, zero padded: "fa:16:3e:00:00:01". Identifies the adapter where given. */
  readonly macAddress?: string;
  readonly mtuBytes?: number;
  readonly dhcp4: boolean;
  readonly dhcp6: "no" | "stateful" | "stateless";
  /** IPv6 addresses from router advertisements. */
  readonly slaac: boolean;
  /** Only where the source says so. */
  readonly dhcp4Overrides?: DhcpOverrides;
  readonly dhcp6Overrides?: DhcpOverrides;
  readonly addresses: readonly AddressConfig[];
  readonly routes: readonly RouteConfig[];
  readonly nameservers: readonly string[];
  readonly searchDomains: readonly string[];
  /** For messages: the line of the source that begins this interface, 1-based. */
  readonly line?: number;
}

/** What is made of a lease otherwise than the DHCP client does by itself (netplan's reference, "DHCP overrides"). */
export interface DhcpOverrides {
  readonly routeMetric?: number;
  readonly useDns?: boolean;
  readonly useNtp?: boolean;
  readonly useHostname?: boolean;
  readonly useMtu?: boolean;
  readonly useRoutes?: boolean;
  /** "route": as domains of the interface's own name servers only. */
  readonly useDomains?: boolean | "route";
  readonly sendHostname?: boolean;
  /** Sent in place of the machine's name. */
  readonly hostname?: string;
}

export type Link =
  | { readonly kind: "physical" }
  | { readonly kind: "loopback" }
  | {
      readonly kind: "bond";
      readonly members: readonly string[];
      /** As in Linux: "active-backup", "802.3ad", … */
      readonly mode: string;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly kind: "vlan"; readonly parent: string; readonly id: number };

export interface AddressConfig {
  readonly family: 4 | 6;
  /** Canonical text: dotted decimal, or RFC 5952. */
  readonly address: string;
  readonly prefixLength: number;
}

export interface RouteConfig {
  readonly family: 4 | 6;
  /** Canonical network address; "0.0.0.0" or "::" with length 0 is the default route. */
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly metric?: number;
}

/** A parser's answer: what could be used, and what could not. */
export interface ParsedNetwork {
  readonly config: NetworkConfig;
  readonly problems: readonly Problem[];
  /** For the log at DEBUG: what was taken for something else, and is fine. */
  readonly notes?: readonly string[];
}
