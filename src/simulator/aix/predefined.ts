import { attribute, between, form, oneOf, type PredefinedAttribute } from "./attribute.ts";
import type { AixMachine, Device } from "./machine.ts";
import { sysAttributes } from "./predefined-sys.ts";

/** The attributes that a device can have, in the order in which lsattr prints them. */
export function predefinedAttributes(
  machine: AixMachine,
  device: Device,
): readonly PredefinedAttribute[] {
  switch (`${device.class}/${device.subclass}/${device.type}`) {
    case "if/EN/en":
    case "if/EN/ie3":
      return interfaceAttributes(machine);
    case "if/LO/lo":
      return loopbackAttributes();
    case "tcpip/TCPIP/inet":
      return inetAttributes();
    case "sys/node/chrp":
      return sysAttributes(machine);
    case "adapter/vdevice/IBM,l-lan":
      return virtualEthernetAttributes();
    case "adapter/pciex/e4145716e4142004":
      return physicalEthernetAttributes();
    case "adapter/pseudo/ibm_ech":
      return etherChannelAttributes();
    case "adapter/vlan/eth":
      return vlanAttributes();
    case "disk/vscsi/vdisk":
      return diskAttributes();
    case "processor/sys/proc_rspc":
      return [
        attribute("frequency", "", "Processor Speed", "False"),
        attribute("smt_enabled", "true", "Processor SMT enabled", "False"),
        attribute("state", "enable", "Processor state", "False"),
        attribute("type", "PowerPC_POWER10", "Processor type", "False"),
      ];
    default:
      return [];
  }
}

const IPV4 = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
const IPV6 = String.raw`[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:%\w+)?`;

const PACKET_BYTES = between(60, 65_535);

/** Rows of `lsattr -El en0` as AIX 6.1 and 7 print them. */
function interfaceAttributes(machine: AixMachine): readonly PredefinedAttribute[] {
  const alias4 = form(new RegExp(`^${IPV4},${IPV4}$`, "u"));
  // Whether "/" or "," goes before the length of an IPv6 alias is not confirmed: both are taken.
  const separator = { slash: "/", comma: ",", both: "[/,]" }[machine.faults.alias6Separator];
  const alias6 = form(new RegExp(`^${IPV6}${separator}\\d{1,3}$`, "u"));
  const ipv4OrEmpty = form(new RegExp(`^(?:${IPV4})?$`, "u"));
  const ipv6OrEmpty = form(new RegExp(`^(?:${IPV6})?$`, "u"));
  return [
    attribute("alias4", "", "IPv4 Alias including Subnet Mask", "True", {
      ...alias4,
      isMultiple: true,
    }),
    attribute("alias6", "", "IPv6 Alias including Prefix Length", "True", {
      ...alias6,
      isMultiple: true,
    }),
    attribute("arp", "on", "Address Resolution Protocol (ARP)", "True", oneOf("on", "off")),
    attribute("authority", "", "Authorized Users"),
    attribute("broadcast", "", "Broadcast Address", "True", ipv4OrEmpty),
    attribute("delalias4", "", "", "True", { ...alias4, isWriteOnly: true }),
    attribute("delalias6", "", "", "True", { ...alias6, isWriteOnly: true }),
    attribute("monitor", "off", "N/A", "True", oneOf("on", "off")),
    attribute("mtu", "1500", "Maximum IP Packet Size for This Device", "True", PACKET_BYTES),
    attribute(
      "mtu_bypass",
      "off",
      "Enable/Disable largesend for virtual Ethernet",
      "True",
      oneOf("on", "off"),
    ),
    attribute("netaddr", "", "Internet Address", "True", ipv4OrEmpty),
    attribute("netaddr6", "", "IPv6 Internet Address", "True", ipv6OrEmpty),
    attribute("netmask", "", "Subnet Mask", "True", ipv4OrEmpty),
    attribute(
      "prefixlen",
      "",
      "Prefix Length for IPv6 Internet Address",
      "True",
      form(/^(?:\d{1,2}|1[01]\d|12[0-8])?$/u),
    ),
    attribute("remmtu", "576", "Maximum IP Packet Size for REMOTE Networks", "True", PACKET_BYTES),
    attribute(
      "rfc1323",
      "",
      "Enable/Disable TCP RFC 1323 Window Scaling",
      "True",
      oneOf("", "0", "1"),
    ),
    attribute("security", "none", "Security Level", "True", oneOf("none", "inet")),
    attribute("state", "down", "Current Interface Status", "True", oneOf("up", "down", "detach")),
    attribute("tcp_mssdflt", "", "Set TCP Maximum Segment Size"),
    attribute("tcp_nodelay", "", "Enable/Disable TCP_NODELAY Option", "True", oneOf("", "0", "1")),
    attribute("tcp_recvspace", "", "Set Socket Buffer Space for Receiving"),
    attribute("tcp_sendspace", "", "Set Socket Buffer Space for Sending"),
    attribute("thread", "off", "N/A", "True", oneOf("on", "off")),
  ];
}

function loopbackAttributes(): readonly PredefinedAttribute[] {
  return [
    attribute("mtu", "16896", "Maximum IP Packet Size for This Device", "True", PACKET_BYTES),
    attribute("netaddr", "127.0.0.1", "Internet Address"),
    attribute("netaddr6", "::1", "IPv6 Internet Address"),
    attribute("netmask", "255.0.0.0", "Subnet Mask"),
    attribute("prefixlen", "0", "Prefix Length for IPv6 Internet Address"),
    attribute("rfc1323", "", "Enable/Disable TCP RFC 1323 Window Scaling"),
    attribute("state", "up", "Current Interface Status", "True", oneOf("up", "down", "detach")),
    attribute("tcp_mssdflt", "", "Set TCP Maximum Segment Size"),
    attribute("tcp_nodelay", "", "Enable/Disable TCP_NODELAY Option"),
    attribute("tcp_recvspace", "", "Set Socket Buffer Space for Receiving"),
    attribute("tcp_sendspace", "", "Set Socket Buffer Space for Sending"),
  ];
}

function inetAttributes(): readonly PredefinedAttribute[] {
  const route = form(/^(?:net|host),[^\s]*$/u);
  return [
    attribute("authm", "65536", "Authentication Methods"),
    attribute(
      "bootup_option",
      "no",
      "Use BSD-style Network Configuration",
      "True",
      oneOf("no", "yes"),
    ),
    attribute("delrout6", "", "", "True", { ...route, isWriteOnly: true }),
    attribute("delroute", "", "", "True", { ...route, isWriteOnly: true }),
    attribute("gateway", "", "Gateway"),
    attribute("hostname", "", "Host Name", "True", form(/^[A-Za-z0-9._-]{0,255}$/u)),
    attribute("rout6", "", "IPv6 Route", "True", { ...route, isMultiple: true }),
    attribute("route", "", "Route", "True", { ...route, isMultiple: true }),
  ];
}

/** No jumbo_frames: a virtual adapter takes packets up to 65,390 bytes as it is. */
function virtualEthernetAttributes(): readonly PredefinedAttribute[] {
  return [
    attribute("alt_addr", "0x000000000000", "Alternate Ethernet Address"),
    attribute(
      "chksum_offload",
      "yes",
      "Enable Checksum Offload for IPv4 packets",
      "True",
      oneOf("yes", "no"),
    ),
    attribute("copy_buffs", "32", "Transmit Copy Buffers", "True", between(0, 1_024)),
    attribute("copy_bytes", "65536", "Transmit Copy Buffer Size", "True", between(2_048, 65_536)),
    attribute("desired_mapmem", "0", "I/O memory entitlement reserved for device", "False"),
    attribute("max_buf_medium", "256", "Maximum Medium Buffers", "True", between(256, 2_048)),
    attribute("max_buf_small", "2048", "Maximum Small Buffers", "True", between(512, 4_096)),
    attribute("min_mapmem", "0", "Minimum I/O memory entitlement reserved for device", "False"),
    attribute("poll_uplink", "no", "Enable Uplink Polling", "True+", oneOf("yes", "no")),
    attribute(
      "poll_uplink_int",
      "1000",
      "Time interval for Uplink Polling",
      "True+",
      between(100, 5_000),
    ),
    attribute(
      "use_alt_addr",
      "no",
      "Enable Alternate Ethernet Address",
      "True",
      oneOf("yes", "no"),
    ),
  ];
}

/** A four-port gigabit adapter, as far as a network configuration looks at it. */
function physicalEthernetAttributes(): readonly PredefinedAttribute[] {
  return [
    attribute("alt_addr", "0x000000000000", "Alternate Ethernet Address"),
    attribute(
      "chksum_offload",
      "yes",
      "Enable RX and TX Checksum Offload",
      "True",
      oneOf("yes", "no"),
    ),
    attribute(
      "flow_ctrl",
      "yes",
      "Enable Transmit and Receive Flow Control",
      "True",
      oneOf("yes", "no"),
    ),
    attribute("jumbo_frames", "no", "Transmit Jumbo Frames", "True", oneOf("yes", "no")),
    attribute("large_send", "yes", "Enable TX TCP Resegmentation", "True", oneOf("yes", "no")),
    attribute("media_speed", "Auto_Negotiation", "Requested Media Speed"),
    attribute(
      "use_alt_addr",
      "no",
      "Enable Alternate Ethernet Address",
      "True",
      oneOf("yes", "no"),
    ),
  ];
}

function etherChannelAttributes(): readonly PredefinedAttribute[] {
  return [
    attribute("adapter_names", "", "EtherChannel Adapters"),
    attribute("alt_addr", "0x000000000000", "Alternate EtherChannel Address"),
    attribute(
      "auto_recovery",
      "yes",
      "Enable automatic recovery after failover",
      "True",
      oneOf("yes", "no"),
    ),
    attribute("backup_adapter", "NONE", "Adapter used when whole channel fails"),
    attribute(
      "hash_mode",
      "default",
      "Determines how outgoing adapter is chosen",
      "True",
      oneOf("default", "dst_port", "src_port", "src_dst_port"),
    ),
    attribute(
      "interval",
      "long",
      "Determines interval value for IEEE 802.3ad mode",
      "True",
      oneOf("long", "short"),
    ),
    attribute(
      "mode",
      "standard",
      "EtherChannel mode of operation",
      "True",
      oneOf("standard", "round_robin", "8023ad", "netif_backup"),
    ),
    attribute("netaddr", "0", "Address to ping"),
    attribute(
      "noloss_failover",
      "yes",
      "Enable lossless failover after ping failure",
      "True",
      oneOf("yes", "no"),
    ),
    attribute("num_retries", "3", "Times to retry ping before failing", "True", between(2, 100)),
    attribute("retry_time", "1", "Wait time (in seconds) between pings", "True", between(1, 100)),
    attribute(
      "use_alt_addr",
      "no",
      "Enable Alternate EtherChannel Address",
      "True",
      oneOf("yes", "no"),
    ),
    attribute(
      "use_jumbo_frame",
      "no",
      "Enable Gigabit Ethernet Jumbo Frames",
      "True",
      oneOf("yes", "no"),
    ),
  ];
}

function vlanAttributes(): readonly PredefinedAttribute[] {
  return [
    attribute("base_adapter", "", "VLAN Base Adapter"),
    attribute("vlan_priority", "0", "VLAN Priority", "True", between(0, 7)),
    attribute("vlan_tag_id", "", "VLAN Tag ID", "True", between(1, 4_094)),
  ];
}

function diskAttributes(): readonly PredefinedAttribute[] {
  return [
    attribute("algorithm", "fail_over", "Algorithm", "True+", oneOf("fail_over", "shortest_queue")),
    attribute("hcheck_interval", "0", "Health Check Interval", "True+", between(0, 3_600)),
    attribute("max_transfer", "0x40000", "Maximum TRANSFER Size"),
    attribute("pv", "", "Physical volume identifier", "True", {
      ...oneOf("yes", "clear"),
      isWriteOnly: true,
    }),
    attribute("pvid", "none", "Physical volume identifier", "False"),
    attribute("queue_depth", "8", "Queue DEPTH", "True+", between(1, 256)),
    attribute(
      "reserve_policy",
      "no_reserve",
      "Reserve Policy",
      "True+",
      oneOf("no_reserve", "single_path"),
    ),
    attribute("size_in_mb", "20480", "Size in Megabytes", "False"),
  ];
}
