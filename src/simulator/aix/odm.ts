import type { PredefinedAttribute } from "./attribute.ts";
import { type CommandContext, type CommandOutcome, failed } from "./command.ts";
import type { AixMachine, Device } from "./machine.ts";
import { predefinedAttributes } from "./predefined.ts";

/** The predefined attribute of that name, write-only ones included. */
export function findAttribute(
  machine: AixMachine,
  device: Device,
  name: string,
): PredefinedAttribute | undefined {
  return predefinedAttributes(machine, device).find((candidate) => candidate.name === name);
}

/** The values in the database: the customized ones, else the predefined one. At least one, which may be empty. */
export function attributeValues(
  machine: AixMachine,
  device: Device,
  name: string,
): readonly string[] {
  const disk = machine.storage.disks.find((each) => each.name === device.name);
  if (disk !== undefined && name === "size_in_mb") {
    return [String(disk.sizeMb)];
  }
  if (disk !== undefined && name === "pvid") {
    return [disk.pvid === "" ? "none" : disk.pvid.padEnd(32, "0")];
  }
  const customized = machine.attributes
    .filter((row) => row.device === device.name && row.attribute === name)
    .map((row) => row.value);
  return customized.length > 0 ? customized : [findAttribute(machine, device, name)?.value ?? ""];
}

/** The first value in the database, perhaps empty. */
export function attributeValue(machine: AixMachine, device: Device, name: string): string {
  return attributeValues(machine, device, name)[0] ?? "";
}

/** Makes `value` the only one. The predefined value needs no row. */
export function setAttribute(
  machine: AixMachine,
  device: Device,
  name: string,
  value: string,
): void {
  removeAttribute(machine, device.name, name);
  if (value !== findAttribute(machine, device, name)?.value) {
    machine.attributes.push({ device: device.name, attribute: name, value });
  }
}

/** Adds a row beside those that are there. */
export function addAttributeRow(
  machine: AixMachine,
  device: string,
  attribute: string,
  value: string,
): void {
  machine.attributes.push({ device, attribute, value });
}

/** Removes the rows of an attribute, or the one with that value. Returns how many there were. */
export function removeAttribute(
  machine: AixMachine,
  device: string,
  attribute: string,
  value?: string,
): number {
  const isGone = (row: AixMachine["attributes"][number]): boolean =>
    row.device === device &&
    row.attribute === attribute &&
    (value === undefined || row.value === value);
  const before = machine.attributes.length;
  machine.attributes = machine.attributes.filter((row) => !isGone(row));
  return before - machine.attributes.length;
}

/** The failure of a command that finds the device database locked, as often as the fault says. */
export function lockFailure(ctx: CommandContext, name: string): CommandOutcome | undefined {
  const { faults } = ctx.machine;
  if (faults.odmLockCalls <= 0) {
    return undefined;
  }
  faults.odmLockCalls -= 1;
  return failed(
    1,
    `${name}: 0514-516 Device configuration database lock service timed out.\n` +
      "        Execute the command again; contact your service representative if the error persists.",
  );
}

/** The failure of a command that was given a device that is not in the database. */
export function unknownDevice(name: string, device: string, exitCode: number): CommandOutcome {
  return failed(
    exitCode,
    `${name}: 0514-519 The following device was not found in the customized\n` +
      `        device configuration database:\n        ${device}`,
  );
}
