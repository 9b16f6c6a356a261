import { describe, expect, test } from "bun:test";
import type { Distro, NetworkState } from "../../src/distros/distro.ts";
import { updateEtcHosts } from "../../src/modules/update-etc-hosts.ts";
import { parseNetworkConfig } from "../../src/network/parse-network-config.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readTextIfExists } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import {
  CLOUD_DIR,
  createTestDistro,
  INSTANCE_DIR,
  type ModuleRun,
  type ModuleRunOptions,
  runModule,
} from "../support/module-context.ts";

const HOSTS = "/etc/hosts";
const COPY = "/etc/hosts.cloud-init.orig";
const TEMPLATES = "/etc/cloud/templates";
const CAPTURED = "127.0.0.1 loopback localhost\n192.0.2.50 golden\n";

const NO_NETWORK: NetworkState = { devices: [], routes: [] };

function machine(
  files: Readonly<Record<string, string>> = {},
  platform: "aix" | "linux" = "aix",
): System {
  return createScriptedSystem({ platform, files: { [HOSTS]: CAPTURED, ...files } }).system;
}

function runOn(
  system: System,
  options: ModuleRunOptions & { readonly state?: NetworkState; readonly family?: string },
): Promise<ModuleRun> {
  const base = createTestDistro(system);
  const distro: Distro = {
    ...base,
    family: options.family ?? base.family,
    network: { ...base.network, read: async () => options.state ?? NO_NETWORK },
  };
  return runModule(updateEtcHosts, { ...options, system, distro });
}

function textAt(system: System, path: string): string | undefined {
  return readTextIfExists(system.fs, path);
}

/** Without the comment lines. */
function linesOf(system: System): readonly string[] {
  return (textAt(system, HOSTS) ?? "").split("\n").filter((line) => !/^(?:#.*)?$/u.test(line));
}

function networkOf(address: string): string {
  return JSON.stringify({
    version: 2,
    ethernets: {
      eth0: { addresses: ["198.51.100.7/24"] },
      eth1: { addresses: [`${address}/24`], routes: [{ to: "default", via: "192.0.2.1" }] },
    },
  });
}

const NAMES = { fqdn: "vm1.example.com" };

describe("from the template", () => {
  test("AIX gets its loopback lines and its own, and the first file is kept", async () => {
    const system = machine({ [`${INSTANCE_DIR}/network-config.json`]: networkOf("192.0.2.20") });
    const config = { manage_etc_hosts: true, ...NAMES };
    const run = await runOn(system, { config });
    expect(run.failures).toEqual([]);
    expect(linesOf(system)).toEqual([
      "127.0.0.1 loopback localhost",
      "::1 loopback localhost",
      "192.0.2.20 vm1.example.com vm1",
    ]);
    expect(textAt(system, COPY)).toBe(CAPTURED);
    await runOn(system, { config: { ...config, fqdn: "vm2.example.com" } });
    expect(linesOf(system)).toContain("192.0.2.20 vm2.example.com vm2");
    expect(textAt(system, COPY)).toBe(CAPTURED);
  });

  test("a second run writes nothing, and the file keeps its mode", async () => {
    const scripted = createScriptedSystem({ platform: "aix", files: { [HOSTS]: CAPTURED } });
    scripted.system.fs.setAttributes(HOSTS, { mode: 0o664 });
    const options = { config: { manage_etc_hosts: "template", ...NAMES } };
    await runOn(scripted.system, options);
    expect(scripted.system.fs.stat(HOSTS)?.mode).toBe(0o664);
    scripted.changes.length = 0;
    await runOn(scripted.system, options);
    expect(scripted.changes).toEqual([]);
  });

  test("without a known address there is no line of its own", async () => {
    const system = machine();
    await runOn(system, { config: { manage_etc_hosts: true, hostname: "vm1" } });
    expect(linesOf(system)).toEqual(["127.0.0.1 loopback localhost", "::1 loopback localhost"]);
  });

  test("with DHCP, and in later boots, the machine's own address counts", async () => {
    const state: NetworkState = {
      devices: [
        { name: "lo0", isUp: true, address: "127.0.0.1", mask: "255.0.0.0", macAddress: "." },
        {
          name: "en0",
          isUp: true,
          address: "198.51.100.9",
          mask: "255.255.255.0",
          macAddress: ".",
        },
        { name: "en1", isUp: true, address: "192.0.2.99", mask: "255.255.255.0", macAddress: "." },
        { name: "en1", isUp: true, address: "fe80::1/64", mask: ".", macAddress: "." },
      ],
      routes: [
        {
          family: 4,
          destination: "default",
          gateway: "192.0.2.1",
          mask: "",
          device: "en1",
          flags: "UG",
        },
      ],
    };
    const settings = parseNetworkConfig({ version: 2, ethernets: { eth0: { dhcp4: true } } }, "x");
    const config = { manage_etc_hosts: true, ...NAMES };
    const network =
      settings.kind === "settings" ? { source: "x", config: settings.config } : undefined;
    const dynamic = machine();
    await runOn(dynamic, {
      config,
      state,
      ...(network === undefined ? {} : { instance: { network } }),
    });
    expect(linesOf(dynamic)).toContain("192.0.2.99 vm1.example.com vm1");

    // Written when the machine was deployed; the clock of the next boot is days later.
    const later = machine({ [`${INSTANCE_DIR}/network-config.json`]: networkOf("192.0.2.20") });
    await later.clock.sleep(5 * 86_400_000);
    const base = createTestDistro(later);
    await runModule(updateEtcHosts, {
      config,
      system: later,
      distro: {
        ...base,
        readUptimeSeconds: async () => 30,
        network: { ...base.network, read: async () => state },
      },
    });
    expect(linesOf(later)).toContain("192.0.2.99 vm1.example.com vm1");
  });

  test.each([
    ["debian", "127.0.1.1 vm1.example.com vm1"],
    ["redhat", "127.0.0.1 vm1.example.com vm1"],
    ["suse", "127.0.0.1 vm1.example.com vm1"],
    ["linux", "127.0.0.1 vm1.example.com vm1"],
  ])("%s has a text of its own", async (family, line) => {
    const system = machine({}, "linux");
    await runOn(system, { family, config: { manage_etc_hosts: true, ...NAMES } });
    expect(linesOf(system)).toContain(line);
    expect(linesOf(system).some((each) => each.startsWith("127.0.0.1 localhost"))).toBe(true);
  });

  test("an edited copy is used, in each of the three forms", async () => {
    const forms = {
      "## dropped\n192.0.2.1 $fqdn ${hostname}\n": "192.0.2.1 vm1.example.com vm1\n",
      "## template:basic\n## kept $fqdn\n": "## kept vm1.example.com\n",
      "## template:jinja\n{# dropped #}{{ fqdn }} {{ hostname }}\n": "vm1.example.com vm1\n",
    };
    for (const [template, expected] of Object.entries(forms)) {
      const system = machine({ [`${TEMPLATES}/hosts.aix.tmpl`]: template });
      const run = await runOn(system, { config: { manage_etc_hosts: true, ...NAMES } });
      expect(run.failures).toEqual([]);
      expect(textAt(system, HOSTS)).toBe(expected);
    }
  });

  test("a template that cannot be used is a failure with its file and line; /etc/hosts stays", async () => {
    const path = `${TEMPLATES}/hosts.aix.tmpl`;
    const wrong = {
      "a\n$nobody\n": `${path}:2: Cannot render this template: "$nobody" is not known`,
      "## template:basic\n$nobody": `${path}: Cannot render this template: "$nobody" is not known`,
      "## template: jinja\n{{ nobody }}\n": `${path}: Cannot render this template: "nobody" not known`,
      "## template:mako\n": `${path}:1: Cannot render this template: Unknown template rendering type 'mako' requested`,
    };
    for (const [template, message] of Object.entries(wrong)) {
      const system = machine({ [path]: template });
      const run = await runOn(system, { config: { manage_etc_hosts: true, ...NAMES } });
      expect(run.failures).toEqual([message]);
      expect(textAt(system, HOSTS)).toBe(CAPTURED);
      expect(textAt(system, COPY)).toBeUndefined();
    }
  });
});

describe("on the loopback line", () => {
  const config = { manage_etc_hosts: "localhost", ...NAMES };

  test("the names are added once, and a new name replaces them", async () => {
    const system = machine();
    await runOn(system, { config });
    const expected = CAPTURED.replace("localhost\n", "localhost vm1.example.com vm1\n");
    expect(textAt(system, HOSTS)).toBe(expected);
    await runOn(system, { config });
    expect(textAt(system, HOSTS)).toBe(expected);
    await runOn(system, { config: { ...config, fqdn: "vm2.example.com" } });
    expect(textAt(system, HOSTS)).toBe(expected.replaceAll("vm1", "vm2"));
    expect(textAt(system, COPY)).toBeUndefined();
  });

  test("a name that an administrator put there is never taken away", async () => {
    const system = machine({ [HOSTS]: "127.0.0.1 localhost vm1\n" });
    await runOn(system, { config });
    await runOn(system, { config: { ...config, fqdn: "vm2.example.com" } });
    expect(textAt(system, HOSTS)).toBe("127.0.0.1 localhost vm1 vm2.example.com vm2\n");
    expect(textAt(system, `${CLOUD_DIR}/data/etc-hosts-names`)).toBe("vm2.example.com vm2\n");
  });

  test("Debian has a line of its own for them, and a missing file is made", async () => {
    const debian = machine({ [HOSTS]: "127.0.0.1\tlocalhost\n" }, "linux");
    await runOn(debian, { config });
    expect(textAt(debian, HOSTS)).toBe("127.0.0.1\tlocalhost\n127.0.1.1\tvm1.example.com vm1\n");
    const { system } = createScriptedSystem({ platform: "aix" });
    await runOn(system, { config });
    expect(textAt(system, HOSTS)).toBe("127.0.0.1\tloopback localhost vm1.example.com vm1\n");
  });
});

describe("not at all", () => {
  test.each([[false], ["no"], [null], [undefined], ["elsewhere"]])(
    "%p leaves the file",
    async (word) => {
      const system = machine();
      const run = await runOn(system, { config: { manage_etc_hosts: word, ...NAMES } });
      expect(run.failures).toEqual([]);
      expect(textAt(system, HOSTS)).toBe(CAPTURED);
    },
  );

  test("without a name there is a warning", async () => {
    const system = machine();
    const run = await runOn(system, { config: { manage_etc_hosts: true } });
    expect(run.log).toContain(
      "WARNING Option 'manage_etc_hosts' was set, but no hostname was found",
    );
    expect(textAt(system, HOSTS)).toBe(CAPTURED);
  });
});
