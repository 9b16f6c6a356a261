// The same metadata services and seeds for Debian's cloud-init and for the built program, each in a
// private copy of this machine: both must tell the same instance, keys, user-data and network.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import {
  createLinuxSandbox,
  findSandboxObstacle,
  type LinuxSandbox,
  SANDBOX_MAC,
} from "../../scripts/linux-sandbox.ts";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import { isRecord } from "../../src/text/record.ts";
import {
  DRIVER_PROGRAMS,
  type MetadataOutcome,
  type MetadataSample,
  readTextTree,
  runMetadataSamples,
} from "../support/metadata-samples.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const PEER = "/usr/bin/cloud-init";
const OURS = "/usr/local/bin/our-cloud-init";
const STAGES = [["init", "--local"], ["init"]];
const USER_DATA = "#cloud-config\nruncmd: [date]\n";
const VENDOR_DATA = "#cloud-config\npackages: [ksh]\n";
const KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKp0b3J5c2FtcGxla2V5Zm9ydGhlZGVtb2FpeDEyMzQ1Njc4 ops@example.com";

const DHCP_CLIENTS = ["/usr/sbin/dhclient", "/sbin/dhclient", "/usr/sbin/udhcpc"];

function configOf(
  list: readonly string[],
  datasource: unknown = {},
  more: Readonly<Record<string, unknown>> = {},
): string {
  return `${JSON.stringify({
    datasource_list: list,
    datasource,
    users: [],
    cloud_init_modules: [],
    cloud_config_modules: [],
    cloud_final_modules: [],
    system_info: { distro: "debian", network: { renderers: ["networkd"] } },
    ...more,
  })}\n`;
}

/** With the name server where cloud-init 22.4 looks for it. */
function novaTree(): Record<string, string> {
  const tree = readTextTree("openstack/nova");
  const path = "openstack/2018-08-27/network_data.json";
  const network: unknown = JSON.parse(tree[path] ?? "");
  const services = [{ type: "dns", address: "192.0.2.53" }];
  return {
    ...tree,
    [path]: JSON.stringify({ ...(isRecord(network) ? network : {}), services }),
    // cloud-init reads what is to be injected, and injects it not.
    "openstack/content/0001": "motd\n",
  };
}

const NOVA = novaTree();
/** cloud-init 22.4 asks nobody on a PC without it. */
const NOVA_FIRMWARE = { product_name: "OpenStack Nova" };

/** The tree of nova as the files of a seed directory. */
function driveSeed(): Record<string, string> {
  const root = "/var/lib/cloud/seed/config_drive/";
  const { "openstack/.index": _, ...files } = NOVA;
  const seed = Object.entries(files).filter(([path]) => path.startsWith("openstack/"));
  return Object.fromEntries(seed.map(([path, text]) => [root + path, text]));
}

/** A tree of AWS whose first NIC is the sandbox's. */
function awsTree(): Record<string, string> {
  const files = Object.entries(readTextTree("ec2/aws")).map(([path, text]) => [
    path.replace("00:00:5e:00:53:01", SANDBOX_MAC),
    text.replace("00:00:5e:00:53:01", SANDBOX_MAC),
  ]);
  // Everything that is asked for is there: cloud-init 22.4 gives the whole tree up otherwise.
  return Object.fromEntries(files);
}

function noCloudSeed(network: string): Record<string, string> {
  const root = "/var/lib/cloud/seed/nocloud/";
  return {
    [`${root}meta-data`]: `instance-id: i-nocloud\nlocal-hostname: nc1.example.com\npublic-keys: ["${KEY}"]\n`,
    [`${root}user-data`]: USER_DATA,
    [`${root}vendor-data`]: VENDOR_DATA,
    [`${root}network-config`]: network,
  };
}

const V1 = `version: 1
config:
  - type: physical
    name: eth0
    mac_address: "${SANDBOX_MAC}"
    mtu: 1450
    subnets:
      - {type: static, address: 192.0.2.20/24, gateway: 192.0.2.1, dns_nameservers: [192.0.2.53], dns_search: [example.com]}
`;
const V2 = `version: 2
ethernets:
  eth0:
    match: {macaddress: "${SANDBOX_MAC}"}
    addresses: [192.0.2.20/24, "2001:db8::20/64"]
    routes: [{to: 0.0.0.0/0, via: 192.0.2.1}]
    nameservers: {addresses: [192.0.2.53], search: [example.com]}
`;

const AWS_FIRMWARE = {
  product_uuid: "ec2ab123-0000-4000-8000-000000000000",
  product_serial: "ec2ab123-0000-4000-8000-000000000000",
  product_name: "m5.large",
};

const SAMPLES: Readonly<Record<string, MetadataSample>> = {
  OpenStack: {
    config: configOf(["OpenStack"]),
    tree: NOVA,
    firmware: NOVA_FIRMWARE,
    stages: STAGES,
  },
  "OpenStack, the oldest version": {
    // Without settings cloud-init would take DHCP.
    config: configOf(["OpenStack"], {}, { network: { config: "disabled" } }),
    firmware: NOVA_FIRMWARE,
    tree: readTextTree("openstack/oldest"),
    stages: STAGES,
  },
  "Ec2 on AWS": {
    config: configOf(["Ec2"], { Ec2: { max_wait: 10, timeout: 5 } }),
    tree: awsTree(),
    tokens: "required",
    firmware: AWS_FIRMWARE,
    stages: STAGES,
  },
  "Ec2 without tokens": {
    config: configOf(
      ["Ec2"],
      { Ec2: { max_wait: 10, timeout: 5, strict_id: false } },
      { network: { config: "disabled" } },
    ),
    // Of several host names cloud-init 22.4 makes nothing at all.
    tree: {
      ...readTextTree("ec2/clone"),
      "2009-04-04/meta-data/local-hostname": "vm1.example.com",
    },
    tokens: "absent",
    stages: STAGES,
  },
  ConfigDrive: { config: configOf(["ConfigDrive"]), seed: driveSeed(), stages: STAGES },
  "NoCloud, version 1": {
    config: configOf(["NoCloud"]),
    seed: noCloudSeed(V1),
    stages: STAGES,
  },
  "NoCloud, by HTTP": {
    // cloud-init 22.4 asks for no network-config there.
    config: configOf(
      ["NoCloud"],
      { NoCloud: { seedfrom: "http://169.254.169.254/seed/" } },
      { network: { config: "disabled" } },
    ),
    tree: Object.fromEntries(
      Object.entries(noCloudSeed(V1)).map(([path, text]) => [
        path.replace("/var/lib/cloud/seed/nocloud/", "seed/"),
        text,
      ]),
    ),
    stages: STAGES,
  },
  "NoCloud, version 2": {
    config: configOf(["NoCloud"]),
    seed: noCloudSeed(V2),
    stages: STAGES,
  },
};

/** Those whose cloud says nothing of the network: cloud-init would take DHCP. */
function isWithoutNetwork(name: string): boolean {
  return /oldest version|without tokens|by HTTP/u.test(name);
}

function findObstacle(): string | undefined {
  return existsSync(PEER)
    ? findSandboxObstacle()
    : `there is no "${PEER}" to compare with (Debian package cloud-init)`;
}

describe.skipIf(requireOrSkip(findObstacle()))("metadata in cloud-init and in ours", () => {
  const sandboxes: LinuxSandbox[] = [];
  let peer: Readonly<Record<string, MetadataOutcome>> = {};
  let ours: Readonly<Record<string, MetadataOutcome>> = {};

  beforeAll(async () => {
    const run = async (program: string): Promise<Readonly<Record<string, MetadataOutcome>>> => {
      const sandbox = await createLinuxSandbox({
        without: [
          "/etc/cloud/cloud.cfg.d",
          "/etc/cloud/cloud.cfg",
          "/var/lib/cloud",
          // cloud-init would wait a minute for an address that nobody gives.
          ...DHCP_CLIENTS,
        ],
        programs: { [OURS]: builtArtefacts().binary, ...DRIVER_PROGRAMS },
      });
      sandboxes.push(sandbox);
      // cloud-init reads no firmware in a container, which a sandbox on one would be.
      sandbox.write("/usr/bin/systemd-detect-virt", "#!/bin/sh\nexit 1\n", 0o755);
      return runMetadataSamples(sandbox, program, SAMPLES);
    };
    [peer, ours] = await Promise.all([run(PEER), run(OURS)]);
  }, 300_000);

  afterAll(() => sandboxes.forEach((sandbox) => sandbox.close()));

  for (const name of Object.keys(SAMPLES)) {
    test(name, () => {
      const [theirs, own] = [summarize(peer[name]), summarize(ours[name])];
      expect(theirs["instanceId"]).toBeString();
      expect(JSON.stringify(theirs["network"]).includes(SANDBOX_MAC)).toBe(!isWithoutNetwork(name));
      expect(own).toEqual(theirs);
    });
  }
});

/** What both programs must agree on. */
function summarize(outcome: MetadataOutcome | undefined): Readonly<Record<string, unknown>> {
  const data = isRecord(outcome?.instanceData) ? outcome.instanceData : {};
  const v1 = isRecord(data["v1"]) ? data["v1"] : {};
  return {
    instanceId: outcome?.instanceId,
    hostname: v1["local_hostname"],
    zone: v1["availability_zone"],
    keys: listTexts(v1["public_ssh_keys"]).map((key) => key.trim()),
    userData: outcome?.userData,
    network: networkOf(outcome?.units ?? {}),
  };
}

function listTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** What the units say, by the MAC address that they are for: the same can be said in several ways. */
function networkOf(units: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const network: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(units)) {
    const sections = sectionsOf(text);
    const all = (key: string): readonly string[] =>
      sections.flatMap(({ lines }) => lines.filter(([own]) => own === key).map(([, own]) => own));
    const routes = sections
      .filter(({ title, lines }) => title === "[Route]" && lines.length > 0)
      .map(({ lines }) => Object.fromEntries(lines))
      .map((route) => `${route["Destination"] ?? "0.0.0.0/0"} via ${route["Gateway"] ?? "?"}`);
    const dhcp = all("DHCP")[0] ?? "no";
    network[all("MACAddress")[0] ?? name] = {
      addresses: [...all("Address")].sort(),
      dhcp: dhcp === "yes" ? "ipv4 and ipv6" : dhcp,
      nameservers: [...all("DNS")].sort(),
      domains: all("Domains").flatMap((line) => line.split(" ")),
      routes: routes.sort(),
      mtu: all("MTUBytes")[0],
    };
  }
  return network;
}

/** cloud-init puts an empty line between the two of a [Route], and each section's title once or more. */
function sectionsOf(text: string): readonly {
  readonly title: string;
  readonly lines: readonly (readonly [string, string])[];
}[] {
  const sections: { title: string; lines: [string, string][] }[] = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    const [, key, value] = /^(\w+)=(.*)$/u.exec(line) ?? [];
    if (/^\[.*\]$/u.test(line)) {
      sections.push({ title: line, lines: [] });
    } else if (key !== undefined && value !== undefined) {
      sections.at(-1)?.lines.push([key, value]);
    }
  }
  return sections;
}
