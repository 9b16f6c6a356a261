import { classfulPrefix, isSameNetwork, parseIpv4, parseIpv6, prefixOfMask } from "./ip-text.ts";
import {
  type AixMachine,
  type Device,
  findInterface,
  type KernelAddress,
  type KernelInterface,
} from "./machine.ts";
import { attributeValue, attributeValues } from "./odm.ts";

/**
 * Makes the kernel's interface what the ODM says of it: state, addresses, MTU. Addresses that came
 * from autoconf6 or a plain ifconfig stay. An interface that is not in the kernel is attached only
 * when its state is "up", which also makes the device Available.
 */
export function configureInterface(machine: AixMachine, device: Device): void {
  const state = attributeValue(machine, device, "state");
  if (state === "detach") {
    detachInterface(machine, device.name);
    return;
  }
  const known = findInterface(machine, device.name);
  if (known === undefined && state !== "up") {
    return;
  }
  const target = known ?? attachInterface(machine, device.name);
  device.status = "Available";
  const wanted = odmAddresses(machine, device);
  const hasPrimary = wanted.some(({ family }) => family === 4);
  const others = target.addresses.filter(
    (old) =>
      old.origin !== "odm" &&
      !(hasPrimary && old.origin === "dhcp" && old.family === 4) &&
      !wanted.some((each) => each.address === old.address),
  );
  const isChanged = !isSamePrimary(target.addresses, wanted) || target.isUp !== (state === "up");
  target.addresses = [...wanted, ...others];
  if (known === undefined && machine.faults.interfaceTakesMs > 0) {
    target.upAfterMs = machine.faults.interfaceTakesMs;
  }
  target.isUp = state === "up" && !isComing(target);
  target.mtuBytes = Number(attributeValue(machine, device, "mtu"));
  if (isChanged && known !== undefined && machine.faults.addressChangeDropsRoutes) {
    dropRoutesThrough(machine, device.name);
  }
}

/** Time passes for interfaces that are not up yet. */
export function raiseInterfaces(machine: AixMachine, nowMs: number): void {
  for (const each of machine.interfaces.filter(isComing)) {
    each.upAtMs ??= nowMs + (each.upAfterMs ?? 0);
    if (nowMs >= each.upAtMs) {
      each.isUp = true;
      delete each.upAfterMs;
      delete each.upAtMs;
    }
  }
}

function isComing({ upAfterMs }: KernelInterface): boolean {
  return upAfterMs !== undefined;
}

/** Takes an interface out of the kernel, with the routes through it. */
export function detachInterface(machine: AixMachine, name: string): void {
  machine.interfaces = machine.interfaces.filter((candidate) => candidate.name !== name);
  dropRoutesThrough(machine, name);
}

/** Gives an interface an address that the ODM does not know of. */
export function addKernelAddress(
  machine: AixMachine,
  name: string,
  address: KernelAddress,
): KernelInterface {
  const target = findInterface(machine, name) ?? attachInterface(machine, name);
  const known = target.addresses.find((old) => old.address === address.address);
  target.addresses = [
    ...target.addresses.filter((old) => old !== known),
    known?.origin === "odm" ? known : address,
  ];
  return target;
}

/** The interface that reaches `gateway` directly, if it is up. */
export function interfaceTowards(
  machine: AixMachine,
  gateway: string,
): KernelInterface | undefined {
  const isLinkLocal = /^fe80:/iu.test(gateway);
  return machine.interfaces.find(
    (candidate) =>
      candidate.isUp &&
      candidate.addresses.some((own) =>
        isSameNetwork(own.address, gateway, isLinkLocal ? 64 : own.prefixLength),
      ),
  );
}

/** What the routing socket answers: undefined where it took the message. */
export type RoutingFailure = "entry already exists" | "not in table" | "Network is unreachable";

/** A destination and its gateway. */
export interface RouteKey {
  readonly family: 4 | 6;
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string;
}

/** Adds a route to the kernel's table. */
export function addKernelRoute(
  machine: AixMachine,
  route: RouteKey,
  flags: string,
  origin?: "dhcp" | "router",
): RoutingFailure | undefined {
  if (machine.routes.some((known) => isSameRoute(known, route))) {
    return "entry already exists";
  }
  const through = interfaceTowards(machine, route.gateway);
  if (through === undefined) {
    return "Network is unreachable";
  }
  const learned = origin === undefined ? {} : { origin };
  machine.routes.push({ ...route, interface: through.name, flags, ...learned });
  return undefined;
}

/** Deletes a route from the kernel's table. */
export function deleteKernelRoute(
  machine: AixMachine,
  route: RouteKey,
): RoutingFailure | undefined {
  const kept = machine.routes.filter((known) => !isSameRoute(known, route));
  if (kept.length === machine.routes.length) {
    return "not in table";
  }
  machine.routes = kept;
  return undefined;
}

function attachInterface(machine: AixMachine, name: string): KernelInterface {
  const created: KernelInterface = { name, isUp: true, mtuBytes: 1_500, addresses: [] };
  machine.interfaces.push(created);
  machine.interfaces.sort((a, b) => (a.name < b.name ? -1 : 1));
  return created;
}

function odmAddresses(machine: AixMachine, device: Device): KernelAddress[] {
  const addresses: KernelAddress[] = [];
  const add = (address: string, prefixLength: number): void => {
    const family = parseIpv4(address) === undefined ? 6 : 4;
    if (!addresses.some((known) => known.address === address)) {
      addresses.push({ family, address, prefixLength, origin: "odm" });
    }
  };
  const read = (name: string): string => attributeValue(machine, device, name);
  const netaddr = read("netaddr");
  if (parseIpv4(netaddr) !== undefined) {
    add(netaddr, prefixOfMask(read("netmask")) ?? classfulPrefix(netaddr));
  }
  for (const alias of attributeValues(machine, device, "alias4")) {
    const [address = "", mask = ""] = alias.split(",");
    if (parseIpv4(address) !== undefined) {
      add(address, prefixOfMask(mask) ?? classfulPrefix(address));
    }
  }
  const netaddr6 = read("netaddr6");
  if (parseIpv6(netaddr6) !== undefined) {
    add(netaddr6, Number(read("prefixlen") || "64"));
  }
  for (const alias of attributeValues(machine, device, "alias6")) {
    const [address = "", prefixLength = "64"] = alias.split(/[/,]/u);
    if (parseIpv6(address) !== undefined) {
      add(address, Number(prefixLength));
    }
  }
  return addresses;
}

function isSamePrimary(old: readonly KernelAddress[], wanted: readonly KernelAddress[]): boolean {
  const first = old.find(({ origin, family }) => origin === "odm" && family === 4);
  const next = wanted.find(({ family }) => family === 4);
  return first?.address === next?.address && first?.prefixLength === next?.prefixLength;
}

function dropRoutesThrough(machine: AixMachine, name: string): void {
  machine.routes = machine.routes.filter((route) => route.interface !== name);
}

function isSameRoute(known: RouteKey, wanted: RouteKey): boolean {
  return (
    known.family === wanted.family &&
    known.destination === wanted.destination &&
    known.prefixLength === wanted.prefixLength &&
    known.gateway === wanted.gateway
  );
}
