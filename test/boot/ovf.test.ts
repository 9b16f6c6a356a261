// Discs with an OVF environment over first boot, later boots and re-deploy on a simulated AIX: for
// cloud-init, and for IBM's Virtual Solutions Activation Engine.
import { describe, expect, test } from "bun:test";
import type { CliContext } from "../../src/cli/cli-context.ts";
import { runCli } from "../../src/cli/cli.ts";
import { readAixAdapterSlots } from "../../src/distros/aix/adapter-slots.ts";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { buildIso } from "../support/build-iso.ts";
import { machineChanges } from "../support/machine-state.ts";
import {
  CLOUD_DIR,
  createMachine,
  detachDrive,
  messagesAt,
  textAt,
} from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const OE = "http://schemas.dmtf.org/ovf/environment/1";
const LIST = "datasource_list: [ConfigDrive, OVF]\n";
const NET = "com.ibm.ovf.vmcontrol.";

function disc(properties: Readonly<Record<string, string>>): Uint8Array {
  const rows = Object.entries(properties).map(
    ([key, value]) => `<Property oe:key="${key}" oe:value="${value}"/>`,
  );
  const text = `<?xml version="1.0"?><Environment xmlns="${OE}" xmlns:oe="${OE}"><PropertySection>${rows.join("")}</PropertySection></Environment>`;
  return buildIso({ files: { "ovf-env.xml": text }, label: "OVF ENV" });
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const PLAIN = {
  "instance-id": "i-ovf-1",
  hostname: "ovf01.example.com",
  password: "S3cret-of-root",
  "user-data": base64(
    "#cloud-config\nwrite_files:\n  - {path: /etc/from-ovf, content: hello}\nchpasswd: {expire: false}\n",
  ),
  "network-config": base64(
    'version: 2\nethernets:\n  net0:\n    match: {macaddress: "fa:16:3e:5c:1a:01"}\n    addresses: [192.0.2.20/24]\n',
  ),
};

const VSAE = {
  [`${NET}system.networking.hostname`]: "vsae01",
  [`${NET}system.networking.domainname`]: "example.com",
  [`${NET}system.networking.dnsIPaddresses`]: "192.0.2.53",
  [`${NET}system.networking.ipv4defaultgateway`]: "192.0.2.1",
  [`${NET}adapter.networking.ipv4addresses.1`]: "192.0.2.30",
  [`${NET}adapter.networking.ipv4netmasks.1`]: "255.255.255.0",
  [`${NET}adapter.networking.usedhcpv4.1`]: "false",
  "ConfigPWD_ROOT.password": "S3cret-of-VSAE",
};

function told(aix: SimulatedAix): string {
  const files = [
    "/var/log/cloud-init.log",
    `${CLOUD_DIR}/data/status.json`,
    `${CLOUD_DIR}/instance/ledger.jsonl`,
    "/run/cloud-init/instance-data.json",
  ];
  return [
    ...files.map((path) => textAt(aix, path)),
    JSON.stringify(aix.commands),
    aix.output.stdout,
  ].join("\n");
}

describe("a disc with an OVF environment", () => {
  test("deploys the machine once, and its next one again", async () => {
    const aix = createMachine({ drive: disc(PLAIN), config: LIST });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`).trim()).toBe("i-ovf-1");
    expect(textAt(aix, "/etc/from-ovf")).toBe("hello");
    const made = machineChanges(aix).join("\n");
    expect(made).toContain("192.0.2.20");
    expect(made).toContain("ovf01");
    expect(made).toContain("command /usr/bin/chpasswd -c (with input)");
    expect(told(aix)).not.toContain("S3cret");

    detachDrive(aix);
    aix.reboot();
    const second = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineChanges(aix, second)).toEqual([]);

    aix.media.set("cd0", disc({ ...PLAIN, "instance-id": "i-ovf-2", hostname: "ovf02" }));
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`).trim()).toBe("i-ovf-2");
    expect(aix.gaps).toEqual([]);
  });

  test("that is broken is told by each stage that looks, and the machine comes up", async () => {
    const image = buildIso({ files: { "ovf-env.xml": "<Environment><S3cret" }, label: "OVF ENV" });
    const aix = createMachine({ drive: image, config: LIST });
    await runBoot(aix);
    const warnings = messagesAt(aix, "WARNING").filter((line) => line.includes("OVF environment"));
    expect(warnings.map((line) => line.split(": ", 1)[0])).toEqual([
      "Getting data from DataSourceOVF failed",
      "Getting data from DataSourceOVFNet failed",
      "Did not find any data source, searched classes",
    ]);
    expect(textAt(aix, "/var/log/cloud-init.log")).not.toContain("S3cret");
  });
});

test("a disc with another id that names a server is deployed anew", async () => {
  const first = { "instance-id": "i-1", seedfrom: "http://192.0.2.8/seed/" };
  const served: Readonly<Record<string, string>> = {
    "http://192.0.2.8/seed/meta-data": "local-hostname: web01\n",
    "http://192.0.2.8/seed/user-data": "#cloud-config\n{}\n",
  };
  const aix = createMachine({
    drive: disc(first),
    config: LIST,
    http({ url }) {
      const body = served[url];
      const status = body === undefined ? 404 : 200;
      return { status, headers: {}, body: new TextEncoder().encode(body ?? "") };
    },
  });
  expect(await runBoot(aix)).toEqual(CLEAN);
  expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe("i-1\n");
  aix.media.set("cd0", disc({ ...first, "instance-id": "i-2" }));
  aix.reboot();
  expect(await runBoot(aix)).toEqual(CLEAN);
  expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe("i-2\n");
});

test("what seedfrom names on the web is fetched once there is a network", async () => {
  const requests: string[] = [];
  const aix = createMachine({
    drive: disc({ hostname: "web01", seedfrom: "http://192.0.2.8/seed/" }),
    config: LIST,
    http: ({ url }) => {
      requests.push(url);
      const name = url.split("/").at(-1) ?? "";
      const body = { "meta-data": "instance-id: i-web\n", "user-data": "#cloud-config\n{}\n" }[
        name
      ];
      const status = body === undefined ? 404 : 200;
      return { status, headers: {}, body: new TextEncoder().encode(body ?? "") };
    },
  });
  expect(await runBoot(aix)).toEqual(CLEAN);
  expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`).trim()).toBe("i-web");
  expect(requests).toEqual(
    ["meta-data", "user-data", "vendor-data"].map((name) => `http://192.0.2.8/seed/${name}`),
  );
});

describe("a disc for IBM's Virtual Solutions Activation Engine", () => {
  test("gives name and network to the adapter in its slot, and runs nothing", async () => {
    const aix = createMachine({ config: LIST });
    const slots = await readAixAdapterSlots(aix.system);
    const slot = `${slots.get("en1")}`;
    aix.media.set("cd0", disc({ ...VSAE, [`${NET}adapter.networking.slotnumber.1`]: slot }));
    const before = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toMatch(/^iid-vsae-[0-9a-f]{16}\n$/u);
    const made = machineChanges(aix, before).join("\n");
    expect(made).toMatch(/chdev -l en1 .*192\.0\.2\.30/u);
    expect(made).toContain("vsae01");
    expect(made).not.toContain("chpasswd");
    expect(messagesAt(aix, "WARNING").join("\n")).toContain(
      "ignoring password property from OVF environment",
    );
    expect(told(aix)).not.toContain("S3cret");

    aix.reboot();
    const second = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(machineChanges(aix, second)).toEqual([]);
    expect(aix.gaps).toEqual([]);
  });
});

test("a disc that names a server brings the network by which the rest is fetched", async () => {
  const whole = "http://192.0.2.8/seed/";
  const addresses: (string | undefined)[] = [];
  const aix = createMachine({
    config: LIST,
    drive: disc({
      hostname: "ovf01.example.com",
      "network-config": PLAIN["network-config"],
      seedfrom: whole,
    }),
    http: ({ url }) => {
      const own = aix.machine.attributes.find(
        ({ device, attribute }) => device === "en0" && attribute === "netaddr",
      );
      addresses.push(own?.value);
      const body = {
        [`${whole}meta-data`]: "instance-id: i-fetched-1\n",
        [`${whole}user-data`]:
          "#cloud-config\nwrite_files:\n  - {path: /etc/fetched, content: x}\n",
      }[url];
      return {
        status: body === undefined ? 404 : 200,
        headers: {},
        body: new TextEncoder().encode(body ?? ""),
      };
    },
  });
  expect(await runBoot(aix)).toEqual(CLEAN);
  expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`).trim()).toBe("i-fetched-1");
  expect(textAt(aix, "/etc/fetched")).toBe("x");
  expect([...new Set(addresses)]).toEqual(["192.0.2.20"]);
  expect(aix.gaps).toEqual([]);
});

test("the engine itself, where it is still installed, is told of once in a boot and left alone", async () => {
  const engine = { "/opt/ibm/ae/AE.sh": "#!/bin/sh\n" };
  const aix = createMachine({ drive: disc(VSAE), config: LIST, files: engine });
  expect(await runBoot(aix)).toEqual(CLEAN);
  const line =
    "IBM activation engine is installed and may also configure this system; uninstall it before capture";
  expect(messagesAt(aix, "WARNING").filter((each) => each === line)).toHaveLength(1);
  expect(machineChanges(aix).filter((change) => change.includes("/opt/ibm"))).toEqual([]);
  expect(textAt(aix, "/opt/ibm/ae/AE.sh")).toBe("#!/bin/sh\n");
});

test.each([
  [
    "its package without its driver",
    { "/var/adm/sw/simulated": "rpm activation-engine-common 2.2\n" },
    1,
  ],
  ["its directory alone", {}, 0],
])("the engine by %s", async (_what, software, count) => {
  const files = { "/opt/ibm/ae/AR/last.log": "", ...software };
  const aix = createMachine({ drive: disc(VSAE), config: LIST, files });
  expect(await runBoot(aix)).toEqual(CLEAN);
  const told = messagesAt(aix, "WARNING").filter((line) => line.includes("activation engine"));
  expect(told).toHaveLength(count);
  expect(aix.gaps).toEqual([]);
});

test("a plan shows what such a disc would do, without its password", async () => {
  const aix = createMachine({ files: { "/ovf.iso": disc(PLAIN), "/ovf.cfg": LIST } });
  const ctx: CliContext = {
    sys: aix.system,
    cwd: "/",
    stdout: (text) => void (output += text),
    stderr: (text) => void (output += text),
    exitCode: 0,
  };
  let output = "";
  await runCli("cloud-init", ["plan", "--file", "/ovf.cfg", "/ovf.iso"], ctx);
  expect(output).toContain("DataSourceOVF [seed=cd0]");
  expect(output).toContain("ent0 fa:16:3e:5c:1a:01");
  expect(output).toContain("192.0.2.20");
  expect(output).toContain("/etc/from-ovf");
  expect(output).not.toContain("S3cret");
  expect(ctx.exitCode).toBe(0);
});
