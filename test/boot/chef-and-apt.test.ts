// A node of a Chef server on AIX, and apt on Debian, over a first boot, later boots and a new deploy.
import { describe, expect, test } from "bun:test";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { machineChanges, machineState } from "../support/machine-state.ts";
import { buildDrive, createMachine, messagesAt, textAt } from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const KEY = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n";
const CHEF = {
  server_url: "https://chef.example.com",
  validation_name: "validator",
  validation_cert: KEY,
  run_list: ["recipe[base]"],
};
const TEMPLATES = "/opt/freeware/etc/cloud/templates";

const userData = (config: unknown): string => `#cloud-config\n${JSON.stringify(config)}\n`;

describe("chef on AIX", () => {
  const install = (files: Readonly<Record<string, string>> = {}) => {
    const drive = buildDrive({ userData: userData({ chef: CHEF }) });
    const aix = createMachine({ drive, files: { "/opt/chef/bin/chef-client": "", ...files } });
    aix.system.fs.setAttributes("/opt/chef/bin/chef-client", { mode: 0o755 });
    return aix;
  };

  test("the files are written once, private where they have to be", async () => {
    const aix = install();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(messagesAt(aix, "WARNING")).toEqual([]);
    expect(textAt(aix, "/etc/chef/client.rb")).toMatch(/^node_name {14}"[0-9a-z-]+"$/mu);
    const { fs } = aix.system;
    const modes = ["validation.pem", "firstboot.json", "client.rb"].map(
      (name) => fs.stat(`/etc/chef/${name}`)?.mode,
    );
    expect(modes).toEqual([0o600, 0o600, 0o644]);
    expect(aix.gaps).toEqual([]);

    const state = machineState(aix);
    const mark = aix.changes.length;
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineChanges(aix, mark)).toEqual([]);
    expect(machineState(aix)).toEqual(state);
  });

  test("a template of the image's own is used, and one that is wrong is told with its line", async () => {
    const path = `${TEMPLATES}/chef_client.rb.tmpl`;
    const aix = install({ [path]: "chef_server_url '$server_url'\n" });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, "/etc/chef/client.rb")).toBe("chef_server_url 'https://chef.example.com'\n");
    const wrong = install({ [path]: "#if $server_url\n" });
    expect((await runBoot(wrong))["modules-config"]).toBe(1);
    expect(messagesAt(wrong, "WARNING").join("\n")).toContain(
      `${path}:1: Cannot render this template`,
    );
    expect(readTextIfExists(wrong.system.fs, "/etc/chef/client.rb")).toBeUndefined();
  });
});

describe("apt on Debian", () => {
  const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
  const LIST = "/etc/apt/sources.list";
  const PROXY = "/etc/apt/apt.conf.d/90cloud-init-aptproxy";
  const metaData = (uuid: string): string => JSON.stringify({ uuid, hostname: "vm1" });
  const config = Object.fromEntries(
    defaultConfigFiles("linux").map(({ name, content }) => [`/etc/cloud/${name}`, content]),
  );

  const install = (distro: string) =>
    bootSimulatedLinux({
      distro,
      files: {
        ...config,
        [LIST]: "deb http://deb.example.com/debian bookworm main\n",
        [`${SEED}/meta_data.json`]: metaData("i-1"),
        [`${SEED}/user_data`]: userData({
          apt: {
            primary: [{ uri: "https://mirror.example.com/debian" }],
            http_proxy: "http://proxy.example.com:3128/",
            sources: { own: { source: "deb https://p.example.com $RELEASE main" } },
            debconf_selections: { a: "a a/b select c" },
          },
        }),
      },
    });

  test("is set up at the first boot; a new deploy without it takes the proxy back", async () => {
    const linux = install("debian");
    const { fs } = linux.system;
    expect(await runBoot(linux)).toEqual(CLEAN);
    expect(readText(fs, LIST)).toBe("deb https://mirror.example.com/debian bookworm main\n");
    expect(readText(fs, "/etc/apt/sources.list.d/debian.sources")).toContain(
      "URIs: https://mirror.example.com/debian\nSuites: bookworm bookworm-updates\n",
    );
    expect(readText(fs, "/etc/apt/sources.list.d/own.list")).toContain(" bookworm main\n");
    expect(readText(fs, PROXY)).toContain("proxy.example.com");
    expect(readText(fs, "/var/cache/debconf/config.dat")).toBe("a a/b select c\n");
    expect(linux.gaps).toEqual([]);

    fs.remove("/run/cloud-init");
    fs.write(`${SEED}/meta_data.json`, metaData("i-2"));
    fs.write(`${SEED}/user_data`, userData({ apt: { preserve_sources_list: true } }));
    expect(await runBoot(linux)).toEqual(CLEAN);
    expect(readTextIfExists(fs, PROXY)).toBeUndefined();
    expect(readText(fs, LIST)).toContain("mirror.example.com");
  });

  test("is nothing on Red Hat", async () => {
    const linux = install("rhel");
    expect(await runBoot(linux)).toEqual(CLEAN);
    expect(readText(linux.system.fs, LIST)).toContain("deb.example.com");
    const log = readText(linux.system.fs, "/var/log/cloud-init.log");
    expect(log).toContain("'apt_configure' because they are not verified on distro 'rhel'");
  });
});
