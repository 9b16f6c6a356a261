import type { ChangeScope, NewValue } from "./change-interface.ts";
import { addKernelRoute, deleteKernelRoute } from "./kernel.ts";
import type { AixMachine, Device } from "./machine.ts";
import { addAttributeRow, attributeValues, removeAttribute, setAttribute } from "./odm.ts";
import { parseOdmRoute } from "./odm-route.ts";

/**
 * The method chginet: `route` and `rout6` add a row and a route, `delroute` and `delrout6` remove
 * both, `hostname` also sets the running name. Returns its complaint, or undefined.
 *
 * Source: IBM documentation, "chginet Method".
 */
export function changeInet(
  machine: AixMachine,
  device: Device,
  values: readonly NewValue[],
  scope: ChangeScope,
): string | undefined {
  for (const { name, value } of values) {
    const complaint = changeOne(machine, device, name, value, scope);
    if (complaint !== undefined) {
      return complaint;
    }
  }
  return undefined;
}

function changeOne(
  machine: AixMachine,
  device: Device,
  name: string,
  value: string,
  scope: ChangeScope,
): string | undefined {
  switch (name) {
    case "route":
      return addRoute(machine, name, value, 4, scope);
    case "rout6":
      return addRoute(machine, name, value, 6, scope);
    case "delroute":
      return deleteRoute(machine, device, "route", value, 4, scope);
    case "delrout6":
      return deleteRoute(machine, device, "rout6", value, 6, scope);
    default:
      if (scope !== "device") {
        setAttribute(machine, device, name, value);
      }
      if (name === "hostname" && scope !== "database") {
        machine.hostname = value;
      }
      return undefined;
  }
}

function addRoute(
  machine: AixMachine,
  attribute: string,
  value: string,
  family: 4 | 6,
  scope: ChangeScope,
): string | undefined {
  const route = parseOdmRoute(value, family);
  if (route === undefined) {
    return invalidValue(attribute);
  }
  const failure = scope === "database" ? undefined : addKernelRoute(machine, route, "UG");
  if (scope !== "device" && (failure === undefined || machine.faults.refusedRouteIsKept)) {
    addAttributeRow(machine, "inet0", attribute, value);
  }
  return failure === undefined ? undefined : routingError(failure);
}

function deleteRoute(
  machine: AixMachine,
  device: Device,
  attribute: string,
  value: string,
  family: 4 | 6,
  scope: ChangeScope,
): string | undefined {
  const route = parseOdmRoute(value, family);
  if (route === undefined) {
    return invalidValue(`del${attribute}`);
  }
  if (scope !== "device" && !attributeValues(machine, device, attribute).includes(value)) {
    return routingError("not in table");
  }
  if (scope !== "device") {
    removeAttribute(machine, "inet0", attribute, value);
  }
  const failure = scope === "database" ? undefined : deleteKernelRoute(machine, route);
  return failure === undefined ? undefined : routingError(failure);
}

function invalidValue(attribute: string): string {
  return `0514-018 The values specified for the following attributes\n                 are not valid:\n    ${attribute}`;
}

function routingError(reason: string): string {
  return `0821-279 writing to routing socket: ${reason}`;
}
