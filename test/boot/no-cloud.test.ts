// Whole boots from NoCloud seeds, on a simulated AIX and a simulated Linux.
import { describe, expect, test } from "bun:test";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import {
  bootSimulatedLinux,
  type SimulatedLinux,
} from "../../src/simulator/linux/simulated-linux.ts";
import type { HttpRequest, HttpResponse } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { buildIso } from "../support/build-iso.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { CLEAN } from "../support/run-by-hand.ts";
import { machineChanges } from "../support/machine-state.ts";
import { CLOUD_DIR, createMachine, resultOf, statusOf, textAt } from "../support/sample-machine.ts";

const CONFIG = "datasource_list: [NoCloud, None]\n";
const SEED = `${CLOUD_DIR}/seed/nocloud`;

function seed(id: string): Record<string, string> {
  return {
    "meta-data": `instance-id: ${id}\nlocal-hostname: ${id}.example.com\npublic-keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGU ops@example.com]\n`,
    "user-data": `#cloud-config\nwrite_files: [{path: /etc/from-user, content: ${id}}]\n`,
    "vendor-data": "#cloud-config\nwrite_files: [{path: /etc/from-vendor, content: vendor}]\n",
    "network-config": [
      "network:",
      "  version: 2",
      "  ethernets:",
      "    any:",
      '      match: {macaddress: "fa:16:3e:5c:1a:01"}',
      "      addresses: [192.0.2.30/24]",
      "      gateway4: 192.0.2.1",
      "      nameservers: {addresses: [192.0.2.53], search: [example.com]}",
      "",
    ].join("\n"),
  };
}

function below(directory: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [`${directory}/${name}`, content]),
  );
}

describe("A boot of AIX from NoCloud", () => {
  const sources = [
    ["a seed directory", SEED, below(SEED, seed("one")), undefined],
    ["an ISO disc", "cd0", {}, buildIso({ files: seed("one"), label: "cidata" })],
    ["a FAT disc", "cd0", {}, buildVfat({ files: seed("one"), label: "CIDATA" })],
  ] as const;
  for (const [what, shown, files, drive] of sources) {
    test(`with ${what} sets up network, names, keys and files, and a second boot changes nothing`, async () => {
      const aix = createMachine({
        config: CONFIG,
        files,
        ...(drive === undefined ? {} : { drive }),
      });
      expect(await runBoot(aix)).toEqual(CLEAN);
      expect(statusOf(aix).datasource).toBe(`DataSourceNoCloud [seed=${shown}]`);
      expect(resultOf(aix).errors).toEqual([]);
      expect(textAt(aix, "/etc/from-user")).toBe("one");
      expect(textAt(aix, `${CLOUD_DIR}/instances/one/vendor-data.txt`)).toContain("from-vendor");
      expect(textAt(aix, "/etc/resolv.conf")).toContain("192.0.2.53");
      expect(aix.machine.hostname).toBe("one");
      expect(aix.machine.attributes).toContainEqual({
        device: "en0",
        attribute: "netaddr",
        value: "192.0.2.30",
      });
      aix.reboot();
      const changes = aix.changes.length;
      expect(await runBoot(aix)).toEqual(CLEAN);
      expect(machineChanges(aix, changes)).toEqual([]);
    });
  }

  test("with another instance-id is deployed anew", async () => {
    const aix = createMachine({ config: CONFIG, files: below(SEED, seed("one")) });
    await runBoot(aix);
    for (const [path, content] of Object.entries(below(SEED, seed("two")))) {
      aix.system.fs.write(path, content);
    }
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, "/etc/from-user")).toBe("two");
    expect(aix.machine.hostname).toBe("two");
    expect(textAt(aix, `${CLOUD_DIR}/data/previous-instance-id`).trim()).toBe("one");
  });

  test("with dsmode local runs the modules in init --local", async () => {
    const files = { ...seed("one"), "meta-data": "{instance-id: one, dsmode: local}" };
    const aix = createMachine({ config: CONFIG, files: below(SEED, files) });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(statusOf(aix).datasource).toBe(`DataSourceNoCloud [seed=${SEED}][dsmode=local]`);
    expect(textAt(aix, "/etc/from-user")).toBe("one");
  });

  test("with a disc that names a server gets the network by the disc, then the rest by the server", async () => {
    const asked: string[] = [];
    const served: Readonly<Record<string, string>> = seed("served");
    const http = ({ url }: HttpRequest): HttpResponse => {
      const name = new URL(url).pathname.slice("/c/".length);
      asked.push(name);
      const body = name === "network-config" ? undefined : served[name];
      return {
        status: body === undefined ? 404 : 200,
        headers: {},
        body: new TextEncoder().encode(body ?? ""),
      };
    };
    const disc = {
      "meta-data": "seedfrom: http://192.0.2.5/c/\n",
      "user-data": "",
      "network-config": seed("one")["network-config"] ?? "",
    };
    const aix = createMachine({ config: CONFIG, drive: buildVfat({ files: disc }), http });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(asked).toEqual(["network-config", "meta-data", "user-data", "vendor-data"]);
    expect(textAt(aix, "/etc/from-user")).toBe("served");
    expect(aix.machine.hostname).toBe("served");
    expect(aix.machine.attributes).toContainEqual({
      device: "en0",
      attribute: "netaddr",
      value: "192.0.2.30",
    });
  });

  test("asks a server at each boot, and is deployed anew when that says so", async () => {
    let id = "first";
    const http = ({ url }: HttpRequest): HttpResponse => {
      const body = seed(id)[new URL(url).pathname.slice(1)] ?? "";
      return { status: 200, headers: {}, body: new TextEncoder().encode(body) };
    };
    const config = `${CONFIG}datasource: {NoCloud: {seedfrom: "http://192.0.2.5/", fs_label: null}}\n`;
    const aix = createMachine({ config, http });
    for (const next of ["first", "first", "second"]) {
      id = next;
      expect(await runBoot(aix)).toEqual(CLEAN);
      expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`).trim()).toBe(next);
      expect(textAt(aix, "/etc/from-user")).toBe(next);
      expect(statusOf(aix).datasource).toBe(
        "DataSourceNoCloudNet [seed=ds_config_seedfrom,http://192.0.2.5/]",
      );
      aix.reboot();
    }
  });

  test("with a broken seed keeps the instance that the machine has, and says what is broken", async () => {
    const aix = createMachine({
      config: "datasource_list: [NoCloud]\n",
      files: below(SEED, seed("one")),
    });
    await runBoot(aix);
    aix.system.fs.write(`${SEED}/meta-data`, "instance-id: [\n");
    aix.reboot();
    const changes = aix.changes.length;
    const codes = await runBoot(aix);
    expect(codes["init-local"]).toBe(1);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`).trim()).toBe("one");
    expect(machineChanges(aix, changes)).toEqual([]);
    expect(resultOf(aix).errors.join("\n")).toContain("Broken seed");
  });
});

describe.each(["debian", "rhel"])("A boot of a Linux of %s from NoCloud", (distro) => {
  function createLinux(disc: Uint8Array): SimulatedLinux {
    const config = defaultConfigFiles("linux").map(({ name, content }) => [
      `/etc/cloud/${name}`,
      content,
    ]);
    return bootSimulatedLinux({
      distro,
      disc,
      adapters: [{ name: "eth0", macAddress: "fa:16:3e:5c:1a:01" }],
      files: { ...Object.fromEntries(config), "/etc/cloud/cloud.cfg.d/50.cfg": CONFIG },
    });
  }

  for (const [what, disc] of [
    ["FAT", buildVfat({ files: seed("one"), fatBits: 16 })],
    ["ISO", buildIso({ files: seed("one"), label: "cidata" })],
  ] as const) {
    test(`with a disc with ${what} has its names and files, and is deployed once`, async () => {
      const linux = createLinux(disc);
      const text = (path: string): string =>
        Buffer.from(linux.system.fs.readBytes(path)).toString();
      expect(await runBoot(linux)).toEqual(CLEAN);
      expect(text("/etc/from-user")).toBe("one");
      expect(text("/etc/hostname")).toMatch(/^one(?:\.example\.com)?\n$/u);
      expect(text("/var/lib/cloud/data/result.json")).toContain(
        "DataSourceNoCloud [seed=/dev/sr0]",
      );
      expect(text("/var/lib/cloud/instance/network-config.json")).toContain("192.0.2.30");
      linux.system.fs.write("/etc/from-user", "changed by hand");
      linux.reboot();
      expect(await runBoot(linux)).toEqual(CLEAN);
      expect(text("/etc/from-user")).toBe("changed by hand");
    });
  }
});
