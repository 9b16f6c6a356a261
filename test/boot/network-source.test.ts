import { describe, expect, test } from "bun:test";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { runBoot } from "../support/boot-scenario.ts";
import {
  buildDrive,
  CLOUD_CFG,
  CLOUD_DIR,
  createMachine,
  DRIVE_ID,
  ledgerOf,
  messagesAt,
  resultOf,
  textAt,
} from "../support/sample-machine.ts";
import { createScriptedLinux } from "../support/scripted-linux.ts";
import { exists, readText } from "../../src/system/files.ts";

const UNIT = "/etc/systemd/network/10-cloud-init-eth0.network";

/** `network:` of the system configuration, for the adapter that the drive describes as 192.0.2.20. */
const VERSION_1 = `
network:
  version: 1
  config:
    - type: physical
      name: eth0
      mac_address: "fa:16:3e:5c:1a:01"
      subnets:
        - { type: static, address: 192.0.2.77/24, gateway: 192.0.2.1, dns_nameservers: [192.0.2.54] }
`;

const VERSION_2 = `
network:
  version: 2
  ethernets:
    all:
      match: { name: "eth[1-9]" }
      addresses: [198.51.100.77/24]
`;

async function bootAix(config: string) {
  const aix = createMachine({ drive: buildDrive(), config });
  const codes = await runBoot(aix);
  const addresses = aix.machine.interfaces.flatMap((each) =>
    each.addresses.map(({ address }) => `${each.name} ${address}`),
  );
  return { aix, codes, addresses };
}

describe("network: of the system configuration, on AIX", () => {
  test("version 1 comes before the drive's, and is kept", async () => {
    const { aix, codes, addresses } = await bootAix(VERSION_1);
    expect(codes["init-local"]).toBe(0);
    expect(addresses).toContain("en0 192.0.2.77");
    expect(addresses).not.toContain("en0 192.0.2.20");
    expect(textAt(aix, "/etc/resolv.conf")).toBe("nameserver 192.0.2.54\n");
    expect(ledgerOf(aix, DRIVE_ID).filter(({ kind }) => kind === "network")).toMatchObject([
      { what: CLOUD_CFG, outcome: "ok" },
    ]);
    const kept = JSON.parse(textAt(aix, `${CLOUD_DIR}/instances/${DRIVE_ID}/network-config.json`));
    expect(kept).toMatchObject({
      version: 1,
      config: [{ type: "physical", name: "eth0", mac_address: "fa:16:3e:5c:1a:01" }],
    });
    expect(aix.system.fs.readLink("/run/cloud-init/network-config.json")).toBe(
      `${CLOUD_DIR}/instances/${DRIVE_ID}/network-config.json`,
    );
  });

  test("version 2 can describe an adapter by a pattern of its name", async () => {
    const { codes, addresses } = await bootAix(VERSION_2);
    expect(codes["init-local"]).toBe(0);
    expect(addresses).toContain("en1 198.51.100.77");
    expect(addresses).not.toContain("en0 192.0.2.20");
  });

  test("config: disabled leaves everything as it is", async () => {
    const { aix, addresses } = await bootAix("network: {config: disabled}\n");
    expect(addresses).not.toContain("en0 192.0.2.20");
    expect(messagesAt(aix, "INFO")).toContain(
      `network: {config: disabled} is set (${CLOUD_CFG}): the network is left as it is`,
    );
  });

  test("one that cannot be used is told of with its place, and the drive's is applied", async () => {
    const { aix, codes, addresses } = await bootAix("network: {version: 3}\n");
    expect(codes["init-local"]).toBe(1);
    expect(addresses).toContain("en0 192.0.2.20");
    expect(resultOf(aix).errors.join("\n")).toContain(
      `${CLOUD_CFG}: network.version: Cannot read network settings: expected version 1 or 2, found "3"`,
    );
  });

  test("one wrong item is told of, and the others are applied", async () => {
    const { aix, codes, addresses } = await bootAix(
      VERSION_1.replace("gateway: 192.0.2.1", "gateway: 198.51.100.1"),
    );
    expect(codes["init-local"]).toBe(1);
    expect(addresses).toContain("en0 192.0.2.77");
    expect(resultOf(aix).errors.join("\n")).toContain(
      'network.config[0].subnets[0].gateway: Gateway "198.51.100.1" of eth0 is in none of the interface\'s networks (192.0.2.77/24)',
    );
  });

  test("updates: {network: {when: [boot]}} applies it at each boot, and changes what differs only", async () => {
    const { aix } = await bootAix(
      `${VERSION_1}updates: {network: {when: [boot-new-instance, boot]}}\n`,
    );
    aix.reboot();
    aix.changes.length = 0;
    await runBoot(aix);
    expect(aix.changes.filter(({ kind }) => kind === "command")).toEqual([]);
    await aix.system.exec.run(["/usr/sbin/chdev", "-l", "en0", "-a", "netaddr=192.0.2.99"]);
    aix.reboot();
    await runBoot(aix);
    const en0 = aix.machine.interfaces.find(({ name }) => name === "en0");
    expect(en0?.addresses.map(({ address }) => address)).toEqual(["192.0.2.77"]);
  });
});

describe("network-config= of the kernel, on Linux", () => {
  const YAML = "version: 2\nethernets: {eth0: {addresses: [192.0.2.88/24]}}\n";
  const OTHERS =
    "cloud_init_modules: []\ncloud_config_modules: []\ncloud_final_modules: []\nnetwork: {version: 2, ethernets: {eth0: {dhcp4: true}}}\n";

  async function bootLinux(value: string | Buffer) {
    const text = typeof value === "string" ? value : value.toString("base64");
    const linux = createScriptedLinux({
      config: OTHERS,
      files: { "/proc/cmdline": `root=/dev/sda1 network-config=${text} quiet\n` },
    });
    const codes = await runBoot(linux);
    const { fs } = linux.system;
    return { codes, unit: exists(fs, UNIT) ? readText(fs, UNIT) : undefined, fs };
  }

  test("comes before everything else, plain and gzipped", async () => {
    for (const value of [Buffer.from(YAML), gzipSync(YAML)]) {
      const { codes, unit } = await bootLinux(value);
      expect(codes["init-local"]).toBe(0);
      expect(unit).toContain("Address=192.0.2.88/24\n");
    }
  });

  test("disabled switches the network off", async () => {
    expect((await bootLinux("disabled")).unit).toBeUndefined();
  });

  test("what is no configuration is told of, and the next source counts", async () => {
    const truncated = gzipSync(YAML).subarray(0, 30);
    for (const value of ["!!!", Buffer.from("a: [b"), Buffer.from("just text"), truncated]) {
      const { codes, unit, fs } = await bootLinux(Buffer.from(value));
      expect(codes["init-local"]).toBe(1);
      expect(unit).toContain("DHCP=ipv4\n");
      expect(readText(fs, "/var/lib/cloud/data/status.json")).toContain("kernel command line");
    }
    expect((await bootLinux("not-base64")).codes["init-local"]).toBe(1);
  });
});
