import { type AixMachine, adapterOfInterface, type Device, findDevice } from "./machine.ts";

/**
 * What cfgmgr does: devices that are attached and not known come into the database, Defined ones
 * that are there become Available, each Ethernet adapter gets its interfaces.
 */
export function discoverDevices(machine: AixMachine): void {
  for (const device of machine.undiscovered) {
    const known = findDevice(machine, device.name);
    if (known === undefined) {
      machine.devices.push({ ...device, status: "Available" });
    } else {
      known.status = "Available";
    }
  }
  machine.undiscovered = [];
  defineInterfaces(machine);
}

/** What /usr/lib/methods/defif does: en and et for each Ethernet adapter, Defined. */
export function defineInterfaces(machine: AixMachine): void {
  const adapters = machine.devices.filter(
    (device) => device.class === "adapter" && /^ent\d+$/u.test(device.name),
  );
  for (const adapter of adapters) {
    const number = adapter.name.slice(3);
    define(machine, createInterfaceDevice(`en${number}`));
    define(machine, createInterfaceDevice(`et${number}`));
  }
}

/** The device of an interface as defif makes it. */
export function createInterfaceDevice(name: string): Device {
  const isStandard = name.startsWith("en");
  return {
    name,
    class: "if",
    subclass: "EN",
    type: isStandard ? "en" : "ie3",
    status: "Defined",
    location: "",
    description: isStandard
      ? "Standard Ethernet Network Interface"
      : "IEEE 802.3 Ethernet Network Interface",
    parent: adapterOfInterface(name) ?? "",
  };
}

function define(machine: AixMachine, device: Device): void {
  if (findDevice(machine, device.name) === undefined) {
    machine.devices.push(device);
  }
}
