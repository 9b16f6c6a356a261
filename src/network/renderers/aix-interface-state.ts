import { isLinkLocal6, parseAddress } from "../ip-address.ts";
import type { Change } from "../../system/change.ts";
import type { Problem } from "../../text/problem.ts";
import type { InterfaceConfig } from "../network-config.ts";
import { commandChange } from "./renderer.ts";

/** One interface as the ODM and the kernel have it. */
export interface AixInterfaceState {
  /** Values of the ODM; `alias4` and `alias6` can have several. Empty where it could not be read. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** As the kernel has it. Absent: not attached. */
  readonly kernel?: {
    readonly isUp: boolean;
    /** Canonical. */
    readonly addresses: readonly string[];
  };
  /** A virtual Ethernet adapter takes large packets without jumbo frames being switched on. */
  readonly isVirtual: boolean;
  /** The adapter below it, where its attributes matter: a large MTU, an EtherChannel. */
  readonly adapter?: {
    readonly name: string;
    readonly attributes: ReadonlyMap<string, readonly string[]>;
    /** Attributes that it has to have; those that it does not know are left out. */
    readonly settings: ReadonlyMap<string, string>;
  };
  /** Whether a DHCP client has configured it until now. */
  readonly hasDhcp?: boolean;
}

const CHDEV = "/usr/sbin/chdev";

/** Whether it is to have an address that others can reach: not only one of its own link. */
export function isReachable(iface: InterfaceConfig): boolean {
  return (
    iface.dhcp4 ||
    iface.dhcp6 !== "no" ||
    iface.slaac ||
    iface.addresses.some(({ address }) => !isLinkLocal(address))
  );
}

/** Whether the configuration says anything of an interface that it should be or have. */
export function hasSettings(iface: InterfaceConfig): boolean {
  return iface.addresses.length > 0 || iface.mtuBytes !== undefined || isReachable(iface);
}

/** fe80::/10 */
export function isLinkLocal(address: string): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined && isLinkLocal6(parsed);
}

/** The values of an attribute that are not empty. */
export function storedValues(state: AixInterfaceState, attribute: string): readonly string[] {
  return (state.attributes.get(attribute) ?? []).filter((value) => value !== "");
}

/** Whether the first value of an attribute is this one. */
export function isStored(state: AixInterfaceState, attribute: string, value: string): boolean {
  return state.attributes.get(attribute)?.[0] === value;
}

/** Up for good and now. */
export function isUp(state: AixInterfaceState): boolean {
  return isStored(state, "state", "up") && state.kernel?.isUp === true;
}

/** Up for good and now, with this address. */
export function isLive(state: AixInterfaceState, address: string): boolean {
  return isUp(state) && state.kernel?.addresses.includes(address) === true;
}

/** One chdev for several attributes of a device. */
export function chdev(device: string, settings: readonly string[]): Change {
  return commandChange([CHDEV, "-l", device, ...settings.flatMap((each) => ["-a", each])]);
}

/** A problem with the interface's line in the source, where that is known. */
export function interfaceProblem({ line }: InterfaceConfig, message: string): Problem {
  return line === undefined ? { message } : { message, line };
}
