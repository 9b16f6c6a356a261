import { addKernelRoute, configureInterface, raiseInterfaces } from "./kernel.ts";
import { type AixMachine, findDevice } from "./machine.ts";
import { attributeValue, attributeValues } from "./odm.ts";
import { parseOdmRoute } from "./odm-route.ts";

/** What rc.net makes of the ODM at boot: interfaces, host name, static routes. */
export function configureNetwork(machine: AixMachine): void {
  machine.interfaces = [
    {
      name: "lo0",
      isUp: true,
      mtuBytes: 16_896,
      addresses: [
        { family: 4, address: "127.0.0.1", prefixLength: 8, origin: "odm" },
        { family: 6, address: "::1", prefixLength: 128, origin: "odm" },
      ],
    },
  ];
  machine.routes = [];
  for (const device of machine.devices) {
    if (device.class === "if" && device.name !== "lo0") {
      device.status = "Defined";
      configureInterface(machine, device);
    }
  }
  // Long before anything of ours runs.
  raiseInterfaces(machine, Number.POSITIVE_INFINITY);
  if (machine.faults.ipv6LostAtBoot) {
    for (const each of machine.interfaces) {
      each.addresses = each.addresses.filter(({ family }) => family === 4 || each.name === "lo0");
    }
  }
  configureInet(machine);
  machine.nodeName = machine.hostname.split(".")[0] ?? machine.hostname;
}

/** What configuring inet0 does: host name and static routes as the ODM has them. */
export function configureInet(machine: AixMachine): void {
  const inet = findDevice(machine, "inet0");
  if (inet === undefined) {
    return;
  }
  const hostname = attributeValue(machine, inet, "hostname");
  machine.hostname = hostname === "" ? "localhost" : hostname;
  const families = machine.faults.ipv6LostAtBoot ? ([4] as const) : ([4, 6] as const);
  for (const family of families) {
    for (const value of attributeValues(machine, inet, family === 4 ? "route" : "rout6")) {
      const route = parseOdmRoute(value, family);
      if (route !== undefined) {
        addKernelRoute(machine, route, "UG");
      }
    }
  }
}
