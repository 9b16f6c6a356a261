import { configureInterface } from "./kernel.ts";
import { adapterOfInterface, type AixMachine, type Device, findDevice } from "./machine.ts";
import {
  addAttributeRow,
  attributeValue,
  attributeValues,
  findAttribute,
  removeAttribute,
  setAttribute,
} from "./odm.ts";

/** Where chdev makes its change: -P, -T, or neither. */
export type ChangeScope = "database" | "device" | "both";

/** One attribute given to chdev. */
export interface NewValue {
  readonly name: string;
  readonly value: string;
}

/**
 * The method chgif: database first, then the kernel. Returns its complaint, or undefined.
 *
 * Source: IBM documentation, "chgif Method".
 */
export function changeInterface(
  machine: AixMachine,
  device: Device,
  values: readonly NewValue[],
  scope: ChangeScope,
): string | undefined {
  const kept = machine.attributes.map((row) => ({ ...row }));
  for (const { name, value } of values) {
    const complaint =
      refusal(machine, device, name, value) ?? changeRow(machine, device, name, value);
    if (complaint !== undefined) {
      machine.attributes = kept;
      return complaint;
    }
  }
  if (scope !== "database") {
    configureInterface(machine, device);
  }
  if (scope === "device") {
    machine.attributes = kept;
  }
  return undefined;
}

/** What the interface cannot have: a packet larger than its adapter takes, an address that a fault refuses. */
function refusal(
  machine: AixMachine,
  device: Device,
  name: string,
  value: string,
): string | undefined {
  const [address = ""] = value.split(/[,/]/u);
  const isRefused =
    (name === "mtu" && Number(value) > MTU_PLAIN_MAX && !takesJumboFrames(machine, device)) ||
    (/^(?:netaddr6?|alias[46])$/u.test(name) && machine.faults.refusedAddresses.includes(address));
  return isRefused
    ? `0514-018 The values specified for the following attributes\n                 are not valid:\n    ${name}`
    : undefined;
}

const MTU_PLAIN_MAX = 1_500;

function takesJumboFrames(machine: AixMachine, device: Device): boolean {
  const adapter = findDevice(machine, adapterOfInterface(device.name) ?? "");
  if (adapter?.subclass === "vlan") {
    const base = attributeValue(machine, adapter, "base_adapter").replace("ent", "en");
    return takesJumboFrames(machine, { ...device, name: base });
  }
  const name = adapter?.subclass === "pseudo" ? "use_jumbo_frame" : "jumbo_frames";
  return (
    adapter === undefined ||
    findAttribute(machine, adapter, name) === undefined ||
    attributeValue(machine, adapter, name) === "yes"
  );
}

function changeRow(
  machine: AixMachine,
  device: Device,
  name: string,
  value: string,
): string | undefined {
  switch (name) {
    case "alias4":
    case "alias6":
      if (!attributeValues(machine, device, name).includes(value)) {
        addAttributeRow(machine, device.name, name, value);
      }
      return undefined;
    case "delalias4":
    case "delalias6":
      return removeAttribute(machine, device.name, name.slice(3), value) === 0
        ? `0514-018 The values specified for the following attributes\n                 are not valid:\n    ${name}`
        : undefined;
    default:
      setAttribute(machine, device, name, value);
      return undefined;
  }
}
