import { defineInterfaces } from "./discover.ts";
import { type AixFaults, createFaults } from "./faults.ts";
import type { AixLevel, AixMachine, Device, LinkServices } from "./machine.ts";
import {
  createBaseDevices,
  createEthernetAdapter,
  createOpticalDrive,
  createPhysicalAdapter,
} from "./seed-devices.ts";
import { createDiskDevices, createStorage } from "./seed-storage.ts";
import { createSubsystems } from "./seed-subsystems.ts";
import type { SeedStorage } from "./volumes.ts";

/** What a simulated machine is made of. Everything has a plausible default. */
export interface AixSeed {
  /** Absolute path → content, over the default files. "/dev/cd0": the disc in that drive. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Physical adapters that the partition has now. Default: ent0. */
  readonly adapters?: readonly SeedAdapter[];
  /** Default "7.3". */
  readonly level?: AixLevel;
  /**
   * "captured": the ODM of the machine that the image was taken from is still there. "clouddev":
   * this first boot has cleared it. Default "clouddev", as PowerVC deploys.
   */
  readonly firstBoot?: "clouddev" | "captured";
  readonly faults?: SeedFaults;
  /** Of the captured machine, in the ODM. Default "golden". */
  readonly hostname?: string;
  /** Default 2026-01-02T03:04:05Z. */
  readonly now?: Date;
  /** How long ago the machine booted. Default 40 seconds. */
  readonly uptimeSeconds?: number;
  readonly partitionUuid?: string;
  /** Disks, volume groups and file systems beside rootvg. */
  readonly storage?: SeedStorage;
}

export interface SeedAdapter {
  /** "ent0" */
  readonly name: string;
  /** With colons. */
  readonly mac: string;
  /** Absent: "en0" for "ent0", which is what AIX makes of it anyway. */
  readonly interface?: string;
  /** A physical adapter instead of the hypervisor's: it has `jumbo_frames`. */
  readonly isPhysical?: boolean;
  /** Known only after cfgmgr. */
  readonly isLate?: boolean;
  /** What answers on its link. */
  readonly link?: LinkServices;
}

/** The lasting faults, and how the machine can start out. */
export interface SeedFaults extends Partial<AixFaults> {
  /** The drives appear only after cfgmgr. */
  readonly lateDisc?: boolean;
  /** The captured machine had two default routes. */
  readonly twoDefaultRoutes?: boolean;
  /** How the captured default route is written. Default "plain". */
  readonly routeForm?: "plain" | "static" | "padded";
  /** The last adapter's interface has nothing but a link-local address, which RMC needs. */
  readonly linkLocalOnly?: boolean;
}

const PARTITION_UUID = "7f94d9b8-0a1c-4d5e-9f10-2a3b4c5d6e7f";
const CAPTURED_UUID = "11111111-2222-4333-8444-555555555555";
const PID_FIRST = 3_145_990;
const BOOT_SECONDS = 40;

/** When the seed's machine was switched on and what time it is on it now. */
export function seedTimes(seed: AixSeed): { readonly nowMs: number; readonly bootMs: number } {
  const nowMs = (seed.now ?? new Date("2026-01-02T03:04:05Z")).getTime();
  return { nowMs, bootMs: nowMs - (seed.uptimeSeconds ?? BOOT_SECONDS) * 1_000 };
}

/** The machine before its first boot: the ODM as the image brings it, on new hardware. */
export function createMachine(seed: AixSeed): AixMachine {
  const level = seed.level ?? "7.3";
  const { lateDisc, twoDefaultRoutes, routeForm, linkLocalOnly, ...faults } = seed.faults ?? {};
  const machine: AixMachine = {
    level,
    technologyLevel: level === "7.3" ? "7300-03-00-2446" : "7200-05-08-2420",
    identity: {
      machineId: "00F9C1AF4B00",
      systemId: "IBM,0678C1AF0",
      modelName: "IBM,9105-22A",
      partitionNumber: 25,
      partitionName: "vm1-7f94d9b8-00000025",
      partitionUuid: seed.partitionUuid ?? PARTITION_UUID,
      osUuid: "28ae01c2-5b0f-4d1e-8a7b-0c9d8e7f6a5b",
      idToPartition: "0X80000B422BD00019",
      idToSystem: "0X80000B422BD00000",
    },
    hostname: "localhost",
    nodeName: "localhost",
    bootTimeMs: 0,
    devices: createBaseDevices(),
    attributes: [],
    undiscovered: [],
    interfaces: [],
    routes: [],
    subsystems: createSubsystems(),
    links: {},
    mounts: [],
    storage: createStorage(seed.storage),
    nvram: {},
    configuredFor: CAPTURED_UUID,
    nextPid: PID_FIRST,
    faults: createFaults(faults),
  };
  machine.devices.push(...createDiskDevices(seed.storage, false));
  const adapters = seed.adapters ?? DEFAULT_ADAPTERS;
  machine.devices.push(
    ...adapters.flatMap((adapter, index) =>
      adapter.isLate === true ? [] : [toDevice(adapter, index)],
    ),
  );
  for (const { name, link } of adapters) {
    if (link !== undefined) {
      machine.links[name.replace("ent", "en")] = link;
    }
  }
  defineInterfaces(machine);
  seedOdm(machine, seed, routeForm ?? "plain", twoDefaultRoutes === true);
  if (linkLocalOnly === true) {
    seedLinkLocal(machine, adapters.at(-1));
  }
  if (lateDisc !== true) {
    machine.devices.push(...createDrives(seed));
  }
  return machine;
}

/** Once the machine has booted: attaches what only the next cfgmgr finds. */
export function attachLateDevices(machine: AixMachine, seed: AixSeed): void {
  const adapters = seed.adapters ?? DEFAULT_ADAPTERS;
  machine.undiscovered.push(
    ...createDiskDevices(seed.storage, true),
    ...(seed.faults?.lateDisc === true ? createDrives(seed) : []),
    ...adapters.flatMap((adapter, index) =>
      adapter.isLate === true ? [toDevice(adapter, index)] : [],
    ),
  );
}

const DEFAULT_ADAPTERS: readonly SeedAdapter[] = [{ name: "ent0", mac: "fa:16:3e:00:00:01" }];

/** Optical drives for the discs of the seed, at least cd0. */
export function createDrives(seed: AixSeed): Device[] {
  const names = Object.keys(seed.files ?? {}).flatMap((path) => discOfPath(path) ?? []);
  return [...new Set(["cd0", ...names])].sort().map(createOpticalDrive);
}

/** "cd0" for "/dev/cd0" and "/dev/rcd0"; undefined for other paths. */
export function discOfPath(path: string): string | undefined {
  return /^\/dev\/r?(cd\d+)$/u.exec(path)?.[1];
}

function toDevice(adapter: SeedAdapter, index: number): Device {
  if (
    adapter.interface !== undefined &&
    `e${adapter.interface.slice(1)}` !== adapter.name.replace("t", "")
  ) {
    throw new TypeError(
      `Cannot seed adapter "${adapter.name}" with interface "${adapter.interface}": AIX names them alike`,
    );
  }
  const create = adapter.isPhysical === true ? createPhysicalAdapter : createEthernetAdapter;
  return create(adapter.name, adapter.mac.toLowerCase(), index + 2);
}

/** What the image's own machine had configured. */
function seedOdm(
  machine: AixMachine,
  seed: AixSeed,
  routeForm: "plain" | "static" | "padded",
  hasSecondRoute: boolean,
): void {
  const isCleared = (seed.firstBoot ?? "clouddev") === "clouddev";
  const hasCloudDev = !machine.faults.missingSysAttributes.includes("clouddev");
  const add = (device: string, attribute: string, value: string): void => {
    machine.attributes.push({ device, attribute, value });
  };
  if (isCleared) {
    add("sys0", hasCloudDev ? "clouddev" : "ghostdev", "1");
  } else {
    machine.configuredFor = machine.identity.partitionUuid;
  }
  add("en0", "netaddr", "192.0.2.50");
  add("en0", "netmask", "255.255.255.0");
  add("en0", "state", "up");
  add("inet0", "hostname", seed.hostname ?? "golden");
  add("inet0", "route", defaultRoute(routeForm, "192.0.2.1"));
  if (hasSecondRoute) {
    add("inet0", "route", defaultRoute(routeForm, "192.0.2.254"));
  }
}

/** Forms of a stored default route that were found on machines. */
function defaultRoute(formOfRoute: "plain" | "static" | "padded", gateway: string): string {
  switch (formOfRoute) {
    case "plain":
      return `net,-hopcount,0,,0,${gateway}`;
    case "static":
      return `net,-hopcount,0,,,,,,-static,0,${gateway}`;
    case "padded":
      return `net,-hopcount,0,,,,,0,${gateway}`;
  }
}

/** Survives the cleared ODM in the sense that the cloud configures it before anyone else. */
function seedLinkLocal(machine: AixMachine, adapter: SeedAdapter | undefined): void {
  const name = adapter?.name.replace("ent", "en") ?? "en0";
  machine.attributes = machine.attributes.filter((row) => row.device !== name);
  for (const [attribute, value] of [
    ["netaddr6", "fe80::80de:eff:fe65:c1a"],
    ["prefixlen", "64"],
    ["state", "up"],
  ] as const) {
    machine.attributes.push({ device: name, attribute, value });
  }
}
