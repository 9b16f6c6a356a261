import type { InterfaceConfig, Link } from "../network-config.ts";

type Setting = readonly [string, string];

/** One section of a unit file. */
export function renderSection(name: string, settings: readonly Setting[]): string {
  return `[${name}]\n${settings.map(([key, value]) => `${key}=${value}\n`).join("")}`;
}

/** The systemd.netdev(5) unit that makes a bond or a VLAN; undefined for what is there by itself. */
export function renderNetdev({ name, link, macAddress }: InterfaceConfig): string | undefined {
  if (link.kind !== "bond" && link.kind !== "vlan") {
    return undefined;
  }
  const own = macAddress === undefined ? [] : [["MACAddress", macAddress] as const];
  return [
    renderSection("NetDev", [["Name", name], ["Kind", link.kind], ...own]),
    link.kind === "vlan"
      ? renderSection("VLAN", [["Id", String(link.id)]])
      : renderSection("Bond", [["Mode", link.mode], ...bondSettings(link)]),
  ].join("\n");
}

/** Linux's parameters, as sources name them, and networkd's; times are milliseconds. */
const BOND_SETTINGS: Readonly<Record<string, string>> = {
  "ad-select": "AdSelect",
  "all-slaves-active": "AllSlavesActive",
  "arp-interval": "ARPIntervalSec",
  "arp-ip-target": "ARPIPTargets",
  "arp-ip-targets": "ARPIPTargets",
  "arp-validate": "ARPValidate",
  "arp-all-targets": "ARPAllTargets",
  "down-delay": "DownDelaySec",
  downdelay: "DownDelaySec",
  "fail-over-mac": "FailOverMACPolicy",
  "fail-over-mac-policy": "FailOverMACPolicy",
  "lacp-rate": "LACPTransmitRate",
  "learn-packet-interval": "LearnPacketIntervalSec",
  "mii-monitor-interval": "MIIMonitorSec",
  miimon: "MIIMonitorSec",
  "min-links": "MinLinks",
  "primary-reselect": "PrimaryReselectPolicy",
  "primary-reselect-policy": "PrimaryReselectPolicy",
  "resend-igmp": "ResendIGMP",
  "transmit-hash-policy": "TransmitHashPolicy",
  "up-delay": "UpDelaySec",
  updelay: "UpDelaySec",
  "xmit-hash-policy": "TransmitHashPolicy",
};

function bondSettings(link: Extract<Link, { readonly kind: "bond" }>): readonly Setting[] {
  const settings = new Map<string, string>();
  for (const [name, value] of Object.entries(link.parameters)) {
    const key = Object.hasOwn(BOND_SETTINGS, name) ? BOND_SETTINGS[name] : undefined;
    if (key !== undefined) {
      settings.set(key, inUnits(key, value));
    }
  }
  return [...settings];
}

/** The kernel's rates have numbers too; lists have blanks here. */
function inUnits(key: string, value: string): string {
  if (key.endsWith("Sec") && /^\d+$/u.test(value)) {
    return key === "LearnPacketIntervalSec" ? `${value}s` : `${value}ms`;
  }
  if (key === "LACPTransmitRate") {
    return value === "1" ? "fast" : value === "0" ? "slow" : value;
  }
  return key === "ARPIPTargets" ? value.replaceAll(",", " ") : value;
}
