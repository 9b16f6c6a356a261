// Whole boots of AIX with OpenStack's metadata service: again, without it, and as another instance.
import { describe, expect, test } from "bun:test";
import { readTextIfExists } from "../../src/system/files.ts";
import { HttpError } from "../../src/system/http-error.ts";
import { runBoot } from "../support/boot-scenario.ts";
import { createTree } from "../support/metadata-server.ts";
import { CLOUD_DIR, createMachine } from "../support/sample-machine.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const LOG = "/var/log/cloud-init.log";
const CONFIG = `${JSON.stringify({
  datasource_list: ["OpenStack"],
  datasource: { ConfigDrive: { require_drive: true } },
  cloud_init_modules: ["write-files", "bootcmd"],
  cloud_config_modules: [],
  cloud_final_modules: [],
})}\n`;

interface Cloud {
  readonly machine: ReturnType<typeof createMachine>;
  readonly asked: string[];
  /** Undefined: nobody answers. */
  uuid: string | undefined;
  files(): readonly (string | undefined)[];
}

function createCloud(): Cloud {
  const asked: string[] = [];
  const cloud: Cloud = {
    asked,
    uuid: "i-1",
    machine: createMachine({
      config: CONFIG,
      http(request) {
        asked.push(request.url);
        if (cloud.uuid === undefined) {
          throw new HttpError(request.method, request.url, "no connection in time");
        }
        const tree = {
          "openstack/.index": "latest",
          "openstack/latest/meta_data.json": JSON.stringify({ uuid: cloud.uuid }),
          "openstack/latest/user_data": `#cloud-config
write_files: [{path: /tmp/once, content: "${cloud.uuid}\\n", append: true}]
`,
        };
        const reply = createTree(tree)({
          method: request.method,
          path: new URL(request.url).pathname,
        });
        return typeof reply === "string"
          ? { status: 200, headers: {}, body: new TextEncoder().encode(reply) }
          : { status: 404, headers: {}, body: new Uint8Array() };
      },
    }),
    files: () => {
      const { fs } = cloud.machine.system;
      return [
        readTextIfExists(fs, `${CLOUD_DIR}/data/instance-id`),
        readTextIfExists(fs, "/tmp/once"),
      ];
    },
  };
  return cloud;
}

describe("an instance of a metadata service", () => {
  test("is asked for at each boot, in init, and its data is used once", async () => {
    const cloud = createCloud();
    expect(await runBoot(cloud.machine)).toEqual(CLEAN);
    expect(cloud.files()).toEqual(["i-1\n", "i-1\n"]);
    const first = cloud.asked.length;
    expect(first).toBeGreaterThan(2);
    expect(first).toBeLessThanOrEqual(8);
    cloud.machine.reboot();
    expect(await runBoot(cloud.machine)).toEqual(CLEAN);
    expect(cloud.files()).toEqual(["i-1\n", "i-1\n"]);
    expect(cloud.asked.length).toBe(2 * first);
  });

  test("is kept where the service is gone, whatever a config drive must be", async () => {
    const cloud = createCloud();
    await runBoot(cloud.machine);
    cloud.machine.reboot();
    cloud.uuid = undefined;
    expect(await runBoot(cloud.machine)).toEqual(CLEAN);
    expect(cloud.files()).toEqual(["i-1\n", "i-1\n"]);
    expect(readTextIfExists(cloud.machine.system.fs, LOG)).toContain(
      "No datasource answers, and this is still the machine of instance i-1: it stays current",
    );
  });

  test("is another one when the service says so, although one is kept", async () => {
    const cloud = createCloud();
    await runBoot(cloud.machine);
    cloud.machine.reboot();
    cloud.uuid = "i-2";
    expect(await runBoot(cloud.machine)).toEqual(CLEAN);
    expect(cloud.files()).toEqual(["i-2\n", "i-1\ni-2\n"]);
  });

  test("that nobody gives leaves its reasons in log and status.json", async () => {
    const cloud = createCloud();
    cloud.uuid = undefined;
    expect((await runBoot(cloud.machine)).init).toBe(1);
    const reason =
      "Did not find any data source, searched classes: (DataSourceOpenStack); OpenStack: no metadata service (http://169.254.169.254/openstack: no connection in time)";
    const { fs } = cloud.machine.system;
    expect(readTextIfExists(fs, LOG)).toContain(reason);
    expect(readTextIfExists(fs, `${CLOUD_DIR}/data/status.json`)).toContain(reason);
  });
});
