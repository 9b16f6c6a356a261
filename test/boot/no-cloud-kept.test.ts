// NoCloud's disc is gone at a later boot, and other things that say no instance-id are still here.
import { describe, expect, test } from "bun:test";
import type { HttpRequest, HttpResponse } from "../../src/system/system.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { buildIso } from "../support/build-iso.ts";
import { machineChanges } from "../support/machine-state.ts";
import { CLEAN } from "../support/run-by-hand.ts";
import {
  CLOUD_DIR,
  createMachine,
  detachDrive,
  messagesAt,
  textAt,
} from "../support/sample-machine.ts";

const USER_DATA = "#cloud-config\nwrite_files: [{path: /etc/from-user, content: by-disc}]\n";

function disc(id: string, files: Readonly<Record<string, string>> = {}): Uint8Array {
  return buildIso({
    label: "cidata",
    files: { "meta-data": `instance-id: ${id}\n`, "user-data": USER_DATA, ...files },
  });
}

function line(text: string): Record<string, string> {
  return { "/opt/freeware/etc/cloud/line-config": `${text}\n` };
}

const SEED = `${CLOUD_DIR}/seed/nocloud`;
const ONLY = "datasource_list: [NoCloud]\n";

describe("A disc of NoCloud that is gone makes no new instance", () => {
  test.each([
    ["ds=nocloud in line-config", { files: line("ds=nocloud"), config: ONLY }],
    ["a host name in line-config", { files: line("ds=nocloud;h=aix01"), config: ONLY }],
    [
      "a seed in the configuration",
      {
        config: `${ONLY}datasource: {NoCloud: {meta-data: {local-hostname: x}, user-data: ""}}\n`,
      },
    ],
    [
      "a seed directory without an id",
      {
        files: { [`${SEED}/meta-data`]: "", [`${SEED}/user-data`]: "" },
        config: ONLY,
      },
    ],
    ["a list that is one name", { config: "datasource_list: NoCloud\n" }],
    ["names with blanks around", { config: "datasource_list: [' NoCloud ', None]\n" }],
  ] as const)("with %s", async (_what, options) => {
    const aix = createMachine({ ...options, drive: disc("one") });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe("one\n");
    detachDrive(aix);
    aix.reboot();
    const changes = aix.changes.length;
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe("one\n");
    expect(aix.system.fs.list(`${CLOUD_DIR}/instances`)).toEqual(["one"]);
    expect(textAt(aix, `${CLOUD_DIR}/instances/one/user-data.txt`)).toBe(USER_DATA);
    expect(machineChanges(aix, changes)).toEqual([]);
    expect(messagesAt(aix, "INFO").filter((text) => text.includes("stays current"))).toHaveLength(
      1,
    );
  });

  test("with a line that came after it", async () => {
    const aix = createMachine({ config: ONLY, drive: disc("one") });
    await runBoot(aix);
    detachDrive(aix);
    for (const [path, content] of Object.entries(line("ds=nocloud"))) {
      aix.system.fs.write(path, content, { mode: 0o644 });
    }
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe("one\n");
  });
});

describe("A seed of NoCloud without an id", () => {
  test("is an instance where none is kept, and takes what is written later", async () => {
    const aix = createMachine({ files: line("ds=nocloud;h=aix01"), config: ONLY });
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe("nocloud\n");
    for (const [path, content] of Object.entries(line("ds=nocloud;h=aix02"))) {
      aix.system.fs.write(path, content, { mode: 0o644 });
    }
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/instances/nocloud/obj.pkl`)).toContain("aix02");
  });

  test("is a new one where a disc brings it", async () => {
    const aix = createMachine({ files: line("ds=nocloud"), config: ONLY, drive: disc("one") });
    await runBoot(aix);
    aix.media.set("cd0", disc("", { "meta-data": "local-hostname: two\n" }));
    aix.reboot();
    expect(await runBoot(aix)).toEqual(CLEAN);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe("nocloud\n");
  });

  test("on another machine is another instance", async () => {
    const aix = createMachine({ files: line("ds=nocloud"), config: ONLY, drive: disc("one") });
    await runBoot(aix);
    detachDrive(aix);
    aix.system.fs.write(`${CLOUD_DIR}/instances/one/machine-id`, "another\n");
    aix.reboot();
    await runBoot(aix);
    expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe("nocloud\n");
  });

  test("that names a server gives the network that it has now, back and forth", async () => {
    let id = "";
    const http = ({ url }: HttpRequest): HttpResponse => {
      const body = { "/meta-data": `instance-id: ${id}\n`, "/user-data": "" }[
        new URL(url).pathname
      ];
      const status = body === undefined ? 404 : 200;
      return { status, headers: {}, body: new TextEncoder().encode(body ?? "") };
    };
    const drive = (address: string): Uint8Array =>
      disc("", {
        "meta-data": "seedfrom: http://192.0.2.5/\n",
        "network-config": `version: 2\nethernets:\n  any:\n    match: {macaddress: "fa:16:3e:5c:1a:01"}\n    addresses: [${address}/24]\n`,
      });
    const aix = createMachine({ config: ONLY, drive: drive("192.0.2.30"), http });
    const applied = (): number =>
      messagesAt(aix, "INFO").filter((text) => text.startsWith("Applying network")).length;
    for (const [next, address, count] of [
      ["i-1", "192.0.2.30", 1],
      ["i-1", "192.0.2.30", 1],
      ["i-2", "192.0.2.77", 2],
      ["i-3", "192.0.2.30", 3],
    ] as const) {
      id = next;
      aix.media.set("cd0", drive(address));
      expect(await runBoot(aix)).toEqual(CLEAN);
      expect(textAt(aix, `${CLOUD_DIR}/data/instance-id`)).toBe(`${next}\n`);
      expect(aix.machine.attributes).toContainEqual({
        device: "en0",
        attribute: "netaddr",
        value: address,
      });
      expect(applied()).toBe(count);
      aix.reboot();
    }
  });
});
