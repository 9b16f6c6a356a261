// What the program has not understood may not be told as "ok": every command's answer is replaced,
// one at a time. And the other way round: no machine that is well may be told as different.
import { describe, expect, test } from "bun:test";
import { runSelfTest } from "../../../../src/cli/doctor/selftest/self-test.ts";
import { createLinuxSelfTest } from "../../../../src/distros/linux/self-test.ts";
import { bootSimulatedLinux } from "../../../../src/simulator/linux/simulated-linux.ts";
import type { SimulatedAix } from "../../../../src/simulator/aix/simulated-aix.ts";
import type { System } from "../../../../src/system/system.ts";
import { findFalseOk } from "../../../support/altered-answers.ts";
import { runBoot } from "../../../support/boot-scenario.ts";
import { PLAIN_DRIVE } from "../../../support/doctor-illness.ts";
import { installedAix } from "../../../support/doctor-machine.ts";
import { buildDrive, type MachineOptions } from "../../../support/sample-machine.ts";
import { answeringOtherwise, askAix } from "../../../support/self-test.ts";

const TIMEOUT_MS = 120_000;
const MAC = "fa:16:3e:5c:1a:01";

const IPV6_DRIVE = buildDrive({
  network: "none",
  files: {
    "openstack/latest/network_data.json": JSON.stringify({
      links: [{ id: "tap0", type: "pvm_sea", ethernet_mac_address: MAC, mtu: 1500 }],
      networks: [
        {
          id: "network0",
          link: "tap0",
          type: "ipv6",
          ip_address: "2001:db8::20/64",
          gateway: "2001:db8::1",
          routes: [{ network: "::", netmask: "::", gateway: "2001:db8::1" }],
        },
      ],
      services: [],
    }),
  },
});

const STORAGE = {
  disks: [
    { name: "hdisk1", pvid: "00f9c1af1b2c3d5e", paths: 2 },
    { name: "hdisk2", pvid: "00f9c1af1b2c3d6e" },
    { name: "hdisk3" },
    { name: "hdisk4", foreignData: "ORCLDISK" },
    { name: "hdisk5", isLate: true },
  ],
  volumeGroups: [
    {
      name: "datavg",
      disks: ["hdisk1"],
      volumes: [
        { name: "datalv", type: "jfs2", lps: 8, mountPoint: "/data" },
        { name: "paging00", type: "paging", lps: 8 },
      ],
    },
    { name: "offvg", disks: ["hdisk2"], state: "varied-off" },
  ],
} as const;

/** "COMMAND: ALTERATION" that nothing can tell from an answer, and why. */
const EXCEPTIONS: Readonly<Record<"aix" | "debian" | "rhel", Readonly<Record<string, string>>>> = {
  aix: {},
  debian: {},
  rhel: {
    "/usr/bin/rpm -q rpm: nothing": "the exit code alone tells whether a package is there",
    "/usr/bin/rpm -q rpm: garbage": "the exit code alone tells whether a package is there",
  },
};

test(
  "an AIX that answers otherwise is not told to be understood",
  async () => {
    const aix = await installedAix({ drive: PLAIN_DRIVE });
    await runBoot(aix);
    expect(await findFalseOk(aix.system, askAix)).toEqual(Object.keys(EXCEPTIONS.aix));
  },
  TIMEOUT_MS,
);

/** Machines that are well, and unlike the usual one. */
const HEALTHY: readonly (readonly [
  name: string,
  options: MachineOptions,
  change?: (aix: SimulatedAix) => void,
])[] = [
  ["AIX 7.2", { drive: PLAIN_DRIVE, level: "7.2" }],
  ["AIX 7.3", { drive: PLAIN_DRIVE, level: "7.3" }],
  ["a captured device database", { drive: PLAIN_DRIVE, firstBoot: "captured" }],
  ["an empty drive", {}],
  ["no drive", {}, (aix) => withoutDevices(aix, "cdrom")],
  ["IPv6 alone", { drive: IPV6_DRIVE }],
  ["the network as it was", { drive: buildDrive({ network: "none" }) }],
  [
    "an adapter of hardware",
    { drive: PLAIN_DRIVE, adapters: [{ name: "ent0", mac: MAC, isPhysical: true }] },
  ],
  ["one adapter that comes late", { adapters: [{ name: "ent0", mac: MAC, isLate: true }] }],
  ["a link-local interface", { drive: PLAIN_DRIVE, faults: { linkLocalOnly: true } }],
  ["two default routes", { firstBoot: "captured", faults: { twoDefaultRoutes: true } }],
  ["static routes", { firstBoot: "captured", faults: { routeForm: "static" } }],
  ["padded routes", { firstBoot: "captured", faults: { routeForm: "padded" } }],
  ["late drives", { faults: { lateDisc: true } }],
  ["further disks and groups", { drive: PLAIN_DRIVE, storage: STORAGE }],
  ["further groups, captured", { firstBoot: "captured", storage: STORAGE }],
  ["an empty boot list", { storage: { normalBootList: [] } }],
  ["a tunnel of the kernel's alone", { drive: IPV6_DRIVE }, (aix) => withTunnel(aix)],
  ["disks without paths", {}, (aix) => withoutPaths(aix)],
];

function withoutDevices(aix: SimulatedAix, deviceClass: string): void {
  aix.machine.devices = aix.machine.devices.filter((device) => device.class !== deviceClass);
}

function withTunnel({ machine }: SimulatedAix): void {
  const { interfaces } = machine;
  interfaces.push({ name: "sit0", isUp: true, mtuBytes: 1480, addresses: [] });
}

/** Of a local controller: they have no hcheck_interval either. */
function withoutPaths({ machine }: SimulatedAix): void {
  machine.storage.paths = [];
  for (const disk of machine.devices.filter((device) => device.class === "disk")) {
    Object.assign(disk, { subclass: "sas", type: "scsd" });
  }
}

describe("a machine that is well is not told to be different", () => {
  test.each(HEALTHY)(
    "%s",
    async (_name, options, change = () => {}) => {
      for (const isBooted of [false, true]) {
        const aix = await installedAix(options);
        change(aix);
        if (isBooted) {
          await runBoot(aix);
        }
        const checks = await askAix(aix.system);
        const others = checks.filter(({ outcome }) => !["ok", "told", "absent"].includes(outcome));
        expect(others.map(({ name, what, unread }) => ({ name, what, unread }))).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );
});

describe.each(["debian", "rhel"] as const)("%s", (distro) => {
  test(
    "a Linux that answers otherwise is not told to be understood",
    async () => {
      const files = {
        "/var/lib/dpkg/status": "Package: dpkg\nStatus: install ok installed\nVersion: 1.21.22\n\n",
      };
      const rpm = { exitCode: 0, stdout: "rpm-4\n" };
      const sys = answeringOtherwise(
        bootSimulatedLinux({ distro, files }).system,
        "/usr/bin/rpm -q rpm",
        () => rpm,
      );
      const ask = (each: System) =>
        runSelfTest(each, { tests: [], adapter: createLinuxSelfTest(distro) });
      expect(await findFalseOk(sys, ask)).toEqual(Object.keys(EXCEPTIONS[distro]));
    },
    TIMEOUT_MS,
  );
});
