// Time servers, log hosts and certificates of a Linux over its first boot, later boots and a new deploy.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { defaultConfigFiles } from "../../src/config/default-cloud-cfg.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import type { System } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const SEED = "/var/lib/cloud/seed/config_drive/openstack/latest";
const CHRONY = "/etc/chrony/chrony.conf";
const RSYSLOG = "/etc/rsyslog.d/20-cloud-config.conf";
const ANCHOR = "/usr/local/share/ca-certificates/cloud-init-ca-cert-1.crt";
const BUNDLE = "/etc/ssl/certs/ca-certificates.crt";
const CERTIFICATE = readFileSync(
  new URL("../fixtures/certificates/ca1.pem", import.meta.url),
  "utf8",
);
const SETTINGS = {
  ntp: { servers: ["192.0.2.123"], pools: ["pool.example.com"] },
  rsyslog: { remotes: { central: "192.0.2.50" } },
  ca_certs: { trusted: [CERTIFICATE] },
};

const metaData = (uuid: string): string => JSON.stringify({ uuid, hostname: "vm1.example.com" });

function createMachine(settings: unknown) {
  const config = defaultConfigFiles("linux").map(({ name, content }) => [
    `/etc/cloud/${name}`,
    content,
  ]);
  const linux = bootSimulatedLinux({
    files: {
      ...Object.fromEntries(config),
      "/usr/sbin/chronyd": "",
      "/usr/sbin/rsyslogd": "",
      [CHRONY]: "# Debian's own\npool 2.example.com iburst\nrtcsync\n",
      [`${SEED}/meta_data.json`]: metaData("i-1"),
      [`${SEED}/user_data`]: `#cloud-config\n${JSON.stringify(settings)}\n`,
    },
  });
  const commands: string[] = [];
  const { exec } = linux.system;
  const system: System = {
    ...linux.system,
    exec: {
      ...exec,
      run: (argv, options) => {
        commands.push(argv.join(" "));
        return exec.run(argv, options);
      },
    },
  };
  const own = (): readonly string[] =>
    commands.filter((line) => /chrony|rsyslog|update-ca/u.test(line));
  return { ...linux, system, own, commands };
}

describe("time servers, log hosts and certificates on Linux", () => {
  test("are set up at the first boot; later boots and a new deploy find them so", async () => {
    const linux = createMachine(SETTINGS);
    const { fs } = linux.system;
    expect(await runBoot(linux)).toEqual(CLEAN);
    expect(linux.own()).toEqual([
      "/usr/sbin/update-ca-certificates",
      "/usr/bin/systemctl --no-block restart rsyslog.service",
      "/usr/bin/systemctl --no-block restart chrony.service",
    ]);
    expect(readText(fs, CHRONY)).toBe(
      "# Debian's own\npool pool.example.com iburst\nserver 192.0.2.123 iburst\nrtcsync\n",
    );
    expect(readText(fs, `${CHRONY}.dist`)).toContain("pool 2.example.com iburst\n");
    expect(readText(fs, RSYSLOG)).toContain("*.* @192.0.2.50 # central\n");
    expect(readText(fs, BUNDLE)).toBe(CERTIFICATE);
    expect(linux.gaps).toEqual([]);

    const files = [CHRONY, `${CHRONY}.dist`, RSYSLOG, ANCHOR, BUNDLE];
    const before = files.map((path) => readText(fs, path));
    for (const uuid of ["i-1", "i-2"]) {
      linux.commands.length = 0;
      fs.remove("/run/cloud-init");
      fs.write(`${SEED}/meta_data.json`, metaData(uuid));
      expect(await runBoot(linux)).toEqual(CLEAN);
      expect(linux.own()).toEqual([]);
      expect(files.map((path) => readText(fs, path))).toEqual(before);
    }
    expect(readText(fs, "/var/lib/cloud/data/instance-id").trim()).toBe("i-2");
  });

  test("what is wrong is left out, and the rest is done", async () => {
    const linux = createMachine({
      ntp: { servers: ["192.0.2.123", "a\nserver evil.example.com"] },
      rsyslog: { configs: [{ content: "x", filename: "../passwd" }, 5], remotes: { a: "b c" } },
      ca_certs: { trusted: ["junk", CERTIFICATE] },
    });
    const { fs } = linux.system;
    const codes = await runBoot(linux);
    expect(codes.init).toBe(4);
    expect(codes["modules-config"]).toBe(1);
    expect(readText(fs, CHRONY)).toContain("server 192.0.2.123 iburst\n");
    expect(readText(fs, CHRONY)).not.toContain("evil");
    expect(readText(fs, ANCHOR)).toBe(CERTIFICATE);
    expect(readTextIfExists(fs, "/etc/passwd")).toContain("root:x:0:0");
    expect(readText(fs, RSYSLOG)).toBe("x\n");
    expect(linux.gaps).toEqual([]);
  });
});
