import type { Distro, DistroContext } from "../distro.ts";
import { createLinuxClean } from "./clean.ts";
import { createLinuxDefaultUser, familyOf } from "./defaults.ts";
import { createLinuxDiagnosis } from "./diagnosis.ts";
import { createLinuxDisks } from "./disks.ts";
import { readLinuxFirmware } from "./firmware.ts";
import { createLinuxGrowth } from "./growth.ts";
import { createLinuxHostname } from "./hostname.ts";
import { readLinuxMachineId } from "./machine-id.ts";
import { createLinuxLocale } from "./locale.ts";
import { createLinuxNetwork } from "./network.ts";
import { createLinuxPackages } from "./packages.ts";
import { createLinuxPower } from "./power.ts";
import { createLinuxResolver } from "./resolver.ts";
import { createLinuxServices } from "./services.ts";
import { readLinuxGuestInfo } from "./guest-info.ts";
import { createLinuxStorage } from "./storage.ts";
import { readLinuxSystemFacts } from "./system-facts.ts";
import { createLinuxTime } from "./time.ts";
import { createLinuxTrust } from "./trust.ts";
import { readLinuxUptimeSeconds } from "./uptime.ts";
import { createLinuxUsers } from "./users.ts";
import { createLinuxVolumes } from "./volumes.ts";

/** A Linux with shadow's tools and systemd or System V services. */
export function createLinux(ctx: DistroContext, name: string): Distro {
  return {
    name,
    family: familyOf(name),
    defaultUser: createLinuxDefaultUser(name),
    readMachineId: async () => readLinuxMachineId(ctx.sys),
    readFirmware: async (keyword) => readLinuxFirmware(ctx.sys, keyword),
    readGuestInfo: (key) => readLinuxGuestInfo(ctx.sys, key),
    readUptimeSeconds: async () => readLinuxUptimeSeconds(ctx.sys),
    readSystemFacts: async () => readLinuxSystemFacts(ctx.sys, name),
    hostname: createLinuxHostname(ctx),
    resolver: createLinuxResolver(ctx),
    users: createLinuxUsers(ctx),
    network: createLinuxNetwork(ctx),
    services: createLinuxServices(ctx),
    storage: createLinuxStorage(ctx),
    time: createLinuxTime(ctx, name),
    trust: createLinuxTrust(ctx, familyOf(name)),
    packages: createLinuxPackages(ctx),
    locale: createLinuxLocale(ctx, familyOf(name)),
    power: createLinuxPower(ctx),
    volumes: createLinuxVolumes(ctx),
    growth: createLinuxGrowth(ctx),
    disks: createLinuxDisks(ctx),
    clean: createLinuxClean(ctx),
    diagnosis: createLinuxDiagnosis(ctx, familyOf(name)),
    seal: async () => (await import("./seal.ts")).createLinuxSeal(ctx),
    loadDoctor: async () => (await import("./doctor.ts")).createLinuxDoctor(ctx, name),
    loadSelfTest: async () => (await import("./self-test.ts")).createLinuxSelfTest(name),
  };
}
