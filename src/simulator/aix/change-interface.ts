import { configureInterface } from "./kernel.ts";
import type { AixMachine, Device } from "./machine.ts";
import { addAttributeRow, attributeValues, removeAttribute, setAttribute } from "./odm.ts";

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
    const complaint = changeRow(machine, device, name, value);
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
