import type { AixFaults } from "./faults.ts";
import type { AixStorage } from "./volumes.ts";

/**
 * The state of a simulated AIX machine that is not in its files: the device database (ODM), what
 * the kernel has configured, subsystems, mounts. Plain data throughout, so that it can be kept as
 * JSON. Users, groups and boot scripts are in the files, as on AIX.
 */
export interface AixMachine {
  level: AixLevel;
  /** As `oslevel -s`: "7300-03-00-2446". */
  technologyLevel: string;
  identity: PartitionIdentity;
  /** The running host name, as `hostname` prints it. */
  hostname: string;
  /** As `uname -n`. */
  nodeName: string;
  bootTimeMs: number;
  /** Customized devices, class CuDv. */
  devices: Device[];
  /** Customized attributes, class CuAt: what differs from the predefined value. Several rows may share device and attribute. */
  attributes: AttributeRow[];
  /** Attached, but not known to the ODM until `cfgmgr` runs. */
  undiscovered: Device[];
  /** Interfaces that the kernel has. A detached one is not among them. */
  interfaces: KernelInterface[];
  /** Routes through a gateway; those to the interfaces' own networks follow from their addresses. */
  routes: KernelRoute[];
  subsystems: Subsystem[];
  /** By interface: "en0". */
  links: Record<string, LinkServices>;
  mounts: Mount[];
  storage: AixStorage;
  /** Variables that survive in NVRAM, e.g. `ibm,aix-clearODMdata`. */
  nvram: Record<string, string>;
  /** The partition that the ODM was last booted on; ghostdev compares it. */
  configuredFor: string;
  nextPid: number;
  /** What `shutdown` was asked for; the simulated machine keeps running. */
  shutdown?: ShutdownRequest;
  faults: AixFaults;
}

export type AixLevel = "7.2" | "7.3";

export interface PartitionIdentity {
  /** As `uname -m`, 12 characters. */
  machineId: string;
  /** As sys0 `systemid`: "IBM,0278A1B2C". */
  systemId: string;
  modelName: string;
  partitionNumber: number;
  partitionName: string;
  partitionUuid: string;
  osUuid: string;
  idToPartition: string;
  idToSystem: string;
}

export interface Device {
  name: string;
  /** "adapter", "if", "disk", "cdrom", "tcpip", "sys", … */
  class: string;
  subclass: string;
  /** With class and subclass the key into the predefined attributes. */
  type: string;
  status: "Available" | "Defined" | "Stopped";
  /** AIX location code, empty for virtual devices and interfaces. */
  location: string;
  description: string;
  parent: string;
  /** "U9105.22A.7891231-V25-C2-T1", as lscfg shows it. */
  physicalLocation?: string;
  /** Lower case, with colons. */
  macAddress?: string;
}

export interface AttributeRow {
  device: string;
  attribute: string;
  value: string;
}

export interface KernelInterface {
  name: string;
  isUp: boolean;
  mtuBytes: number;
  addresses: KernelAddress[];
  /** It is not up yet: after so long, or from then on, it will be. */
  upAfterMs?: number;
  upAtMs?: number;
}

export interface KernelAddress {
  family: 4 | 6;
  address: string;
  prefixLength: number;
  /** "odm": from the interface's attributes. "auto": autoconf6. "manual": a plain ifconfig. "dhcp", "router": what a server or a router on the link gave. */
  origin: "odm" | "auto" | "manual" | "dhcp" | "router";
}

export interface KernelRoute {
  family: 4 | 6;
  /** Network address; "0.0.0.0" or "::" with length 0 is the default route. */
  destination: string;
  prefixLength: number;
  gateway: string;
  interface: string;
  /** "UG" from the ODM, "UGS" by hand. */
  flags: string;
  /** Set where a server or a router on the link gave it. */
  origin?: "dhcp" | "router";
}

export interface Subsystem {
  name: string;
  group: string;
  /** -K: sockets, can be refreshed. -S: signals. */
  method: "sockets" | "signals";
  state: "active" | "stopping" | "inoperative";
  pid?: number;
  /** When a stopping one will have ended. */
  stoppedAtMs?: number;
  startedAtMs?: number;
  /** The interfaces that its configuration file named when it started: dhcpcd, dhcpcd6. */
  interfaces?: ServedInterface[];
}

/** An interface that a DHCP client configures. */
export interface ServedInterface {
  /** "any": the first one that is up. */
  name: string;
  /** `reject 3`: no default route is wanted. */
  rejectsRouter: boolean;
}

/** What answers on the link of an interface. */
export interface LinkServices {
  dhcp4?: { address: string; prefixLength: number; router?: string; delayMs?: number };
  dhcp6?: { address: string; prefixLength: number; delayMs?: number };
  /** A router that advertises itself and a prefix of 64 bits. */
  router6?: { address: string; prefix: string };
}

export interface Mount {
  /** The server of an NFS mount. */
  node?: string;
  device: string;
  directory: string;
  vfs: string;
  options: string;
  mountedAtMs: number;
  /** Where what the mount hides is kept meanwhile. */
  hiddenAt?: string;
}

export interface ShutdownRequest {
  argv: string[];
  atMs: number;
}

/** The machine as JSON text. */
export function exportMachine(machine: AixMachine): string {
  return `${JSON.stringify(machine, null, 1)}\n`;
}

/** A machine from `exportMachine`. Throws a SyntaxError for other text. */
export function importMachine(text: string): AixMachine {
  const value: unknown = JSON.parse(text);
  if (!isMachine(value)) {
    throw new SyntaxError(
      "Cannot read a simulated machine: expected the JSON that exportMachine writes",
    );
  }
  return value;
}

/** A device that the ODM knows. */
export function findDevice(machine: AixMachine, name: string): Device | undefined {
  return machine.devices.find((device) => device.name === name);
}

/** An interface that the kernel knows. */
export function findInterface(machine: AixMachine, name: string): KernelInterface | undefined {
  return machine.interfaces.find((candidate) => candidate.name === name);
}

/** "ent3" → "en3"; undefined for other names. */
export function interfaceOfAdapter(adapter: string): string | undefined {
  return /^ent\d+$/u.test(adapter) ? `en${adapter.slice(3)}` : undefined;
}

/** "en3" and "et3" → "ent3"; undefined for other names. */
export function adapterOfInterface(name: string): string | undefined {
  return /^e[nt]\d+$/u.test(name) ? `ent${name.slice(2)}` : undefined;
}

/** A process id that no other simulated process has had. */
export function takePid(machine: AixMachine): number {
  machine.nextPid += 65_540;
  return machine.nextPid;
}

function isMachine(value: unknown): value is AixMachine {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const lists = ["devices", "attributes", "undiscovered", "interfaces", "routes", "mounts"];
  return (
    lists.every((key) => Array.isArray(Reflect.get(value, key))) &&
    "faults" in value &&
    "storage" in value
  );
}
