import type { Distro, DistroContext } from "../distro.ts";
import { createAixClean } from "./clean.ts";
import { createAixDefaultUser } from "./defaults.ts";
import { createAixDiagnosis } from "./diagnosis.ts";
import { createAixDisks } from "./disks.ts";
import { readAixFirmware } from "./firmware.ts";
import { createAixGrowth } from "./growth.ts";
import { createAixHostname } from "./hostname.ts";
import { readAixMachineId } from "./machine-id.ts";
import { createAixLocale } from "./locale.ts";
import { createAixNetwork } from "./network.ts";
import { createAixPackages } from "./packages.ts";
import { createPlannedVolumes } from "./planned-volumes.ts";
import { createAixPower } from "./power.ts";
import { createAixResolver } from "./resolver.ts";
import { createAixNamedServices } from "./named-services.ts";
import type { SeenRootDisks } from "./seen-root-disks.ts";
import { createAixServices } from "./services.ts";
import { createAixStorage } from "./storage.ts";
import { readAixSystemFacts } from "./system-facts.ts";
import { createAixLogForwarding } from "./syslog.ts";
import { createAixTime } from "./time.ts";
import { createAixTrust } from "./trust.ts";
import { readAixUptimeSeconds } from "./uptime.ts";
import { createAixUsers } from "./users.ts";
import { createAixVolumes } from "./volumes.ts";

/** AIX 7.1 to 7.3: the ODM, SRC, security stanza files. */
export function createAix(ctx: DistroContext): Distro {
  const services = { ...createAixServices(ctx), named: createAixNamedServices(ctx) };
  const planned = createPlannedVolumes();
  const rootDisks: SeenRootDisks = { names: [] };
  return {
    name: "aix",
    family: "aix",
    defaultUser: createAixDefaultUser(),
    readMachineId: () => readAixMachineId(ctx.sys),
    readFirmware: (keyword) => readAixFirmware(ctx.sys, keyword),
    readUptimeSeconds: () => readAixUptimeSeconds(ctx.sys),
    readSystemFacts: () => readAixSystemFacts(ctx.sys),
    hostname: createAixHostname(ctx),
    resolver: createAixResolver(ctx),
    users: createAixUsers(ctx),
    network: createAixNetwork(ctx),
    services,
    storage: createAixStorage(ctx),
    time: createAixTime(ctx, services),
    trust: createAixTrust(ctx),
    logForwarding: createAixLogForwarding(ctx),
    packages: createAixPackages(ctx),
    locale: createAixLocale(ctx),
    power: createAixPower(ctx, rootDisks),
    clean: createAixClean(ctx),
    diagnosis: createAixDiagnosis(ctx),
    seal: async () => (await import("./seal.ts")).createAixSeal(ctx),
    loadDoctor: async () => (await import("./doctor.ts")).createAixDoctor(ctx),
    loadSelfTest: async () => (await import("./self-test.ts")).createAixSelfTest(),
    growth: createAixGrowth(ctx, rootDisks),
    volumes: createAixVolumes(ctx, planned),
    disks: createAixDisks(ctx, planned),
  };
}
