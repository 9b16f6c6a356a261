import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import type { SimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import type { System } from "../../src/system/system.ts";
import { runStage } from "../../src/stages/run-stage.ts";
import { runBoot, STAGES } from "../support/boot-scenario.ts";
import { buildIso } from "../support/build-iso.ts";
import { machineChanges } from "../support/machine-state.ts";
import { CLEAN } from "../support/run-by-hand.ts";
import {
  buildDrive,
  CLOUD_DIR,
  createMachine,
  DRIVE_ID,
  type DriveOptions,
  messagesAt,
  resultOf,
  statusOf,
  textAt,
} from "../support/sample-machine.ts";

const LOST = { "init-local": 0, init: 1, "modules-config": 1, "modules-final": 1 };

/** All errors of the boot, and all that was logged at WARNING and above. */
function complaints(aix: SimulatedAix): readonly string[] {
  const stages = statusOf(aix);
  return [
    ...STAGES.flatMap((name) => stages[name]?.errors ?? []),
    ...messagesAt(aix, "WARNING"),
    ...messagesAt(aix, "ERROR"),
  ];
}

describe("a machine without a usable drive", () => {
  test.each<[string, Uint8Array | undefined, string]>([
    ["no disc", undefined, "No instance datasource found."],
    ["an empty disc", buildIso({ files: {} }), 'expected "openstack/latest/meta_data.json"'],
    ["a disc of another label", buildIso({ label: "AIX", files: { a: "b" } }), "No instance"],
    ["a disc of noughts", new Uint8Array(65_536), "No instance datasource found."],
    ["a disc of noise", Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7919) % 251), "No inst"],
    ["meta_data.json cut short", buildDrive({ metaData: '{"uuid": "a' }), "meta_data.json"],
    ["meta_data.json that is a list", buildDrive({ metaData: "[1]" }), "expected a JSON object"],
    ["meta_data.json that is empty", buildDrive({ metaData: "" }), "meta_data.json"],
    ["no uuid", buildDrive({ metaData: { uuid: null } }), 'expected "uuid" to be'],
    ["a uuid that leads elsewhere", buildDrive({ metaData: { uuid: ".." } }), 'expected "uuid"'],
  ])(
    "%s: init says so, every stage ends, the machine is not touched",
    async (_what, drive, text) => {
      const aix = createMachine(drive === undefined ? {} : { drive });
      expect(await runBoot(aix)).toEqual(LOST);
      expect(aix.gaps).toEqual([]);
      expect(machineChanges(aix)).toEqual([]);
      expect(complaints(aix).join("\n")).toContain(text);
      expect(statusOf(aix)["init"]?.errors).toEqual(["No instance datasource found."]);
      expect(resultOf(aix).errors).toHaveLength(3);
    },
  );

  test("a disc that is cut off after each of its sectors ends no stage early", async () => {
    const whole = buildDrive({ userData: "#cloud-config\n" });
    for (let sectors = 16; sectors * 2048 < whole.length; sectors += 1) {
      const aix = createMachine({ drive: whole.slice(0, sectors * 2048) });
      await runBoot(aix);
      expect(complaints(aix).join("\n")).not.toContain("ended early");
    }
  });

  test("meta_data.json that is not UTF-8 is read as far as it goes, or refused with a reason", async () => {
    const aix = createMachine({
      drive: buildDrive({
        files: {
          "openstack/latest/meta_data.json": Uint8Array.of(
            ...new TextEncoder().encode(`{"uuid": "${DRIVE_ID}", "hostname": "v`),
            0xff,
            ...new TextEncoder().encode('m"}'),
          ),
        },
      }),
    });
    await runBoot(aix);
    expect(complaints(aix).join("\n")).toContain("meta_data.json");
  });
});

describe("a drive of which one thing is wrong", () => {
  /** Everything else of the drive is applied. */
  async function bootWith(
    drive: DriveOptions,
  ): Promise<{ readonly aix: SimulatedAix; readonly codes: Readonly<Record<string, number>> }> {
    const aix = createMachine({ drive: buildDrive(drive) });
    const codes = await runBoot(aix);
    expect(aix.gaps).toEqual([]);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${DRIVE_ID}\n`);
    return { aix, codes };
  }

  test.each<[string, DriveOptions, string]>([
    ["a hostname that is no text", { metaData: { hostname: [1] } }, '"hostname"'],
    ["a random_seed that is no base64", { metaData: { random_seed: "%" } }, '"random_seed"'],
    ["files that are no list", { metaData: { files: "a" } }, '"files"'],
    ["a file without content", { metaData: { files: [{ path: "/a" }] } }, "content_path"],
    [
      "a file that climbs out",
      { metaData: { files: [{ path: "/../a", content_path: "/content/0" }] } },
      '".."',
    ],
    ["vendor_data.json cut short", { vendorData: "{" }, "vendor_data.json"],
    ["vendor-data that is a number", { vendorData: '{"cloud-init": 3}' }, "vendor-data"],
    [
      "network_data.json cut short",
      { network: "none", files: { "openstack/latest/network_data.json": '{"links": [' } },
      "network_data.json",
    ],
    [
      "network_data.json that is a list",
      { network: "none", files: { "openstack/latest/network_data.json": "[]" } },
      "network_data.json",
    ],
    [
      "an adapter that is not there",
      {
        network: "none",
        files: {
          "openstack/latest/network_data.json": JSON.stringify({
            links: [{ id: "a", type: "vif", ethernet_mac_address: "fa:16:3e:00:00:99" }],
            networks: [
              { link: "a", type: "ipv4", ip_address: "192.0.2.9", netmask: "255.255.255.0" },
            ],
          }),
        },
      },
      "fa:16:3e:00:00:99",
    ],
  ])("%s is one error of init-local, and the rest goes on", async (_what, drive, text) => {
    const { aix, codes } = await bootWith(drive);
    expect(codes).toEqual({ ...CLEAN, "init-local": 1 });
    expect(statusOf(aix)["init-local"]?.errors[0]).toContain(text);
    expect(resultOf(aix).errors).toHaveLength(1);
    expect(messagesAt(aix, "WARNING").filter((line) => line.includes(text))).toHaveLength(1);
  });

  const yaml: readonly [string, string | Uint8Array, RegExp][] = [
    ["is no YAML", "#cloud-config\na: 1\nb: [1,\nc: }\n", /user-data:[34]:\d+: /u],
    ["has a tab for indentation", "#cloud-config\na:\n\tb: 1\n", /user-data:3:/u],
    ["is a list", "#cloud-config\n- a\n", /expected a mapping of keys to values, got a list/u],
    ["is one word", "#cloud-config\nhello\n", /expected a mapping/u],
    ["has two documents", "#cloud-config\na: 1\n---\nb: 1\n", /user-data:3:.*second document/u],
    ["has an unknown tag", "#cloud-config\na: !!python/object:os.system b\n", /user-data:2:/u],
    ["is nested without end", `#cloud-config\na: ${"[".repeat(5_000)}\n`, /levels deep/u],
    ["is a YAML bomb", bomb(), /user-data/u],
    [
      "is not UTF-8",
      Uint8Array.of(...new TextEncoder().encode("#cloud-config\na: "), 0xff, 0xfe, 10),
      /user-data:2: .*UTF-8/iu,
    ],
    ["is broken gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3), /Cannot unpack user-data/u],
    [
      "unpacks to more than the limit",
      gzipSync(new Uint8Array(65 * 1024 * 1024)),
      /Cannot unpack user-data/u,
    ],
  ];
  test.each(yaml)(
    "user-data that %s is one error of init with its place, and the rest goes on",
    async (_what, userData, pattern) => {
      const { aix, codes } = await bootWith({ userData });
      expect(codes).toEqual({ ...CLEAN, init: 1 });
      const errors = statusOf(aix)["init"]?.errors ?? [];
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatch(pattern);
      expect(aix.machine.hostname).toBe("vm1");
      expect(aix.machine.interfaces.find(({ name }) => name === "en0")?.isUp).toBe(true);
    },
  );

  test.each<[string, string]>([
    ["of no kind that anybody knows", "hello\n"],
    ["of bytes", "\x00\x01\x02"],
    ["with an empty cloud-config", "#cloud-config\n"],
    ["with keys that no module has", "#cloud-config\nno_such_key: 1\nnorthis: {a: [b]}\n"],
    ["with a key twice", "#cloud-config\nhostname: a\nhostname: b\n"],
  ])("user-data %s is no error", async (_what, userData) => {
    const { codes } = await bootWith({ userData });
    expect(codes).toEqual(CLEAN);
  });

  test("of several parts a broken one does not take the others along", async () => {
    const userData = `Content-Type: multipart/mixed; boundary="B"
MIME-Version: 1.0

--B
Content-Type: text/cloud-config

#cloud-config
a: [
--B
Content-Type: text/cloud-config

#cloud-config
write_files: [{path: /etc/good, content: g}]
--B
Content-Type: text/x-shellscript
Content-Disposition: attachment; filename="s.sh"

#!/bin/ksh
--B--
`;
    const { aix, codes } = await bootWith({ userData });
    expect(codes).toEqual({ ...CLEAN, init: 1 });
    expect(textAt(aix, "/etc/good")).toBe("g");
    expect(aix.system.fs.stat(`${CLOUD_DIR}/instance/scripts/s.sh`)).toBeDefined();
  });

  test("no message shows what user-data says", async () => {
    const { aix } = await bootWith({ userData: '#cloud-config\npassword: "Sup3rS3cret\n' });
    expect(textAt(aix, "/var/log/cloud-init.log")).not.toContain("Sup3rS3cret");
    expect(textAt(aix, `${CLOUD_DIR}/data/status.json`)).not.toContain("Sup3rS3cret");
  });

  test("user-data of 200 MB is refused by its size, without being read", async () => {
    const aix = createMachine({ drive: buildDrive({ userData: "x".repeat(12_345) }) });
    const { system, readBytes } = inflate(aix, 12_345, 200 * 1024 * 1024);
    for (const stage of STAGES) {
      const code = await runStage(stage, system, { configFiles: [], force: false, debug: false });
      expect(code).toBe(stage === "init-local" ? 1 : 0);
    }
    expect(statusOf(aix)["init-local"]?.errors[0]).toMatch(/user_data.*209715200/u);
    expect(readBytes()).toBeLessThan(1024 * 1024);
    expect(aix.machine.hostname).toBe("vm1");
  });
});

function bomb(): string {
  const names = "abcdefghij";
  const lines = [...names].map((name, index) => {
    const items = index === 0 ? '"lol"' : `*${names[index - 1]}`;
    return `${name}: &${name} [${Array.from({ length: 10 }, () => items).join(",")}]`;
  });
  return `#cloud-config\n${lines.join("\n")}\n`;
}

/** The drive, on which the file of `from` bytes has `to` bytes, all of the new ones noughts. */
function inflate(
  aix: SimulatedAix,
  from: number,
  to: number,
): { readonly system: System; readonly readBytes: () => number } {
  const image = aix.media.get("cd0") ?? new Uint8Array();
  const sectors = image.length / 2048;
  replacePair(image, from, to);
  replacePair(image, sectors, sectors + to / 2048);
  let count = 0;
  const system: System = {
    ...aix.system,
    fs: {
      ...aix.system.fs,
      open(path) {
        const file = aix.system.fs.open(path);
        return {
          ...file,
          read(offsetBytes, lengthBytes) {
            count += lengthBytes;
            const bytes = new Uint8Array(lengthBytes);
            bytes.set(file.read(offsetBytes, lengthBytes));
            return bytes;
          },
        };
      },
    },
  };
  return { system, readBytes: () => count };
}

/** A number in both byte orders (ECMA-119 §7.3.3). */
function replacePair(image: Uint8Array, from: number, to: number): void {
  const view = new DataView(image.buffer, image.byteOffset);
  for (let at = 16 * 2048; at + 8 <= image.length; at += 1) {
    if (view.getUint32(at, true) === from && view.getUint32(at + 4, false) === from) {
      view.setUint32(at, to, true);
      view.setUint32(at + 4, to, false);
    }
  }
}
