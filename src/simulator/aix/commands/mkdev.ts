import { isLegalValue } from "../attribute.ts";
import {
  type CommandContext,
  type CommandOutcome,
  done,
  failed,
  type SimulatedCommand,
} from "../command.ts";
import { type Flags, parseFlags, usageError } from "../flags.ts";
import { configureInterface } from "../kernel.ts";
import {
  type AixMachine,
  type Device,
  findDevice,
  findInterface,
  interfaceOfAdapter,
} from "../machine.ts";
import { attributeValue, findAttribute, lockFailure, setAttribute, unknownDevice } from "../odm.ts";
import { configureInet } from "../boot-network.ts";

const USAGE =
  "mkdev {[-c Class] [-s Subclass] [-t Type]} [-l Name] [-a Attribute=Value]... [-p ParentName] [-w ConnectionLocation] [-d | -S | -R] [-q]\n       mkdev -l Name [-h] [-q] [-S]";

/** Makes a Defined device Available, or creates an EtherChannel or VLAN adapter. */
export const mkdev: SimulatedCommand = {
  path: "/usr/sbin/mkdev",
  isChange: () => true,
  run(ctx, args) {
    const flags = parseFlags(args, "c:s:t:l:a:p:w:dSRq");
    if (typeof flags === "string") {
      return usageError("mkdev", flags, USAGE);
    }
    const isNew = ["c", "s", "t"].some((letter) => flags.has(letter));
    if (flags.operands.length > 0 || (!isNew && flags.value("l") === undefined)) {
      return usageError("mkdev", "", USAGE);
    }
    return (
      lockFailure(ctx, "mkdev") ?? (isNew ? create(ctx.machine, flags) : configure(ctx, flags))
    );
  },
};

function configure(ctx: CommandContext, flags: Flags): CommandOutcome {
  const { machine } = ctx;
  const name = flags.value("l") ?? "";
  const device = findDevice(machine, name);
  if (device === undefined) {
    return unknownDevice("mkdev", name, 1);
  }
  if (name === "inet0") {
    configureInet(machine);
  } else if (device.class === "if") {
    configureInterface(machine, device);
  }
  device.status = "Available";
  return done(flags.has("q") ? "" : `${name} Available\n`);
}

function create(machine: AixMachine, flags: Flags): CommandOutcome {
  const key = `${flags.value("c") ?? ""}/${flags.value("s") ?? ""}/${flags.value("t") ?? ""}`;
  const description = DESCRIPTIONS[key];
  if (description === undefined) {
    return failed(
      1,
      "mkdev: 0514-521 Cannot find information in the predefined device\n        configuration database for the customized device.",
    );
  }
  const name = flags.value("l") ?? nextAdapter(machine);
  const device: Device = {
    name,
    class: flags.value("c") ?? "",
    subclass: flags.value("s") ?? "",
    type: flags.value("t") ?? "",
    status: "Available",
    location: "",
    description,
    parent: "",
  };
  const pairs = flags.values("a").map((text) => /^([^=]*)=(.*)$/su.exec(text) ?? []);
  for (const [, attribute = "", value = ""] of pairs) {
    const definition = findAttribute(machine, device, attribute);
    if (definition === undefined || !isLegalValue(definition, value)) {
      return invalid(attribute);
    }
  }
  const values = new Map(pairs.map(([, attribute = "", value = ""]) => [attribute, value]));
  const members = (values.get("adapter_names") ?? values.get("base_adapter") ?? "").split(",");
  const backup = values.get("backup_adapter") ?? "NONE";
  const used = [...members, ...(backup === "NONE" ? [] : [backup])];
  if (used.some((member) => findDevice(machine, member)?.class !== "adapter")) {
    return invalid(device.subclass === "vlan" ? "base_adapter" : "adapter_names");
  }
  const busy = used.find((member) => isInUse(machine, member) || isMember(machine, member));
  if (busy !== undefined && device.subclass === "pseudo") {
    return failed(
      1,
      "Method error (/usr/lib/methods/cfgech):\n        0514-062\n        Cannot perform the requested function because the\n        specified device is busy.",
    );
  }
  const macAddress = findDevice(machine, used[0] ?? "")?.macAddress;
  machine.devices.push({ ...device, ...(macAddress === undefined ? {} : { macAddress }) });
  for (const [attribute, value] of values) {
    setAttribute(machine, device, attribute, value);
  }
  return done(`${name} Available\n`);
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "adapter/pseudo/ibm_ech": "EtherChannel / IEEE 802.3ad Link Aggregation",
  "adapter/vlan/eth": "VLAN",
};

function nextAdapter(machine: AixMachine): string {
  let number = 0;
  while (findDevice(machine, `ent${number}`) !== undefined) {
    number += 1;
  }
  return `ent${number}`;
}

function isInUse(machine: AixMachine, adapter: string): boolean {
  const own = interfaceOfAdapter(adapter);
  return own !== undefined && findInterface(machine, own) !== undefined;
}

/** Whether an EtherChannel has it. */
function isMember(machine: AixMachine, adapter: string): boolean {
  return machine.devices.some(
    (device) =>
      device.subclass === "pseudo" &&
      ["adapter_names", "backup_adapter"].some((name) =>
        attributeValue(machine, device, name).split(",").includes(adapter),
      ),
  );
}

function invalid(attribute: string): CommandOutcome {
  return failed(
    1,
    `Method error (/usr/lib/methods/define_rspc):\n        0514-018 The values specified for the following attributes\n                 are not valid:\n    ${attribute}`,
  );
}
