// NoCloud with the built program in an AIX root: a seed directory, an ISO disc, a FAT disc.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { canUseAixRoot } from "../../scripts/aix-root.ts";
import {
  type AixScenario,
  type AixTestRoot,
  changeDisc,
  CLOUD_DIR,
  createAixScenario,
} from "../support/aix-root-scenario.ts";
import { buildIso } from "../support/build-iso.ts";
import { buildVfat } from "../support/build-vfat.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const TIMEOUT_MS = 120_000;
const SEED = `${CLOUD_DIR}/seed/nocloud`;

function seed(id: string): Record<string, string> {
  return {
    "meta-data": `instance-id: ${id}\nlocal-hostname: ${id}\n`,
    "user-data": `#cloud-config\nwrite_files: [{path: /etc/from-seed, content: ${id}}]\nruncmd:\n  - echo ${id} >> /tmp/runs\n`,
    "network-config":
      'version: 1\nconfig:\n  - type: physical\n    name: en0\n    mac_address: "fa:16:3e:5c:1a:01"\n    subnets: [{type: static, address: 192.0.2.40/24, gateway: 192.0.2.1}]\n',
  };
}

describe.skipIf(requireOrSkip(canUseAixRoot()))("NoCloud in an AIX root", () => {
  let scenario: AixScenario;

  beforeAll(async () => {
    scenario = createAixScenario();
    await scenario.image();
  }, TIMEOUT_MS);

  afterAll(() => {
    scenario.removeAll();
  });

  async function createRoot(list = "NoCloud"): Promise<AixTestRoot> {
    const root = await scenario.image();
    root.write("/opt/freeware/etc/cloud/cloud.cfg.d/50_list.cfg", `datasource_list: [${list}]\n`);
    return root;
  }

  function result(root: AixTestRoot): unknown {
    return JSON.parse(root.read(`${CLOUD_DIR}/data/result.json`)).v1;
  }

  async function expectDeployed(root: AixTestRoot, id: string, shown: string): Promise<void> {
    expect((await root.boot()).exitCode).toBe(0);
    expect(result(root)).toEqual({
      datasource: `DataSourceNoCloud [seed=${shown}]`,
      errors: [],
    });
    expect(root.read("/etc/from-seed")).toBe(id);
    expect((await root.sh("/usr/bin/hostname")).stdout.trim()).toBe(id);
    expect((await root.sh("/usr/sbin/lsattr -El en0 -a netaddr -F value")).stdout.trim()).toBe(
      "192.0.2.40",
    );
  }

  test(
    "a seed directory deploys the machine, once, and anew with another instance-id",
    async () => {
      const root = await createRoot();
      for (const [name, content] of Object.entries(seed("dir1"))) {
        root.write(`${SEED}/${name}`, content, 0o600);
      }
      await expectDeployed(root, "dir1", SEED);
      await root.boot();
      expect(root.read("/tmp/runs")).toBe("dir1\n");
      for (const [name, content] of Object.entries(seed("dir2"))) {
        root.write(`${SEED}/${name}`, content, 0o600);
      }
      await expectDeployed(root, "dir2", SEED);
      expect(root.read("/tmp/runs")).toBe("dir1\ndir2\n");
    },
    TIMEOUT_MS,
  );

  for (const [what, disc] of [
    ["an ISO disc", buildIso({ files: seed("disc"), label: "cidata", joliet: true })],
    ["a FAT disc", buildVfat({ files: seed("disc"), label: "CIDATA" })],
  ] as const) {
    test(
      `${what} deploys the machine, which stays what it is without it`,
      async () => {
        const root = await createRoot("NoCloud, None");
        changeDisc(root, disc);
        await expectDeployed(root, "disc", "cd0");
        await root.boot({ detachDrive: true });
        expect(root.read(`${CLOUD_DIR}/data/instance-id`).trim()).toBe("disc");
        expect(root.read("/tmp/runs")).toBe("disc\n");
        const plan = await root.agent("plan", "/dev/cd0");
        expect(plan.exitCode).toBe(2);
      },
      TIMEOUT_MS,
    );
  }

  test(
    "the line in line-config names instance and host",
    async () => {
      const root = await createRoot();
      changeDisc(root, buildIso({ files: { readme: "x" }, label: "OTHER" }));
      root.write("/opt/freeware/etc/cloud/line-config", "ds=nocloud;i=by-line;h=lined\n", 0o600);
      await root.boot();
      expect(root.read(`${CLOUD_DIR}/data/instance-id`).trim()).toBe("by-line");
      expect((await root.sh("/usr/bin/hostname")).stdout.trim()).toBe("lined");
      root.write("/opt/freeware/etc/cloud/line-config", "ds=nocloud;i=other;h=other\n", 0o666);
      await root.boot();
      expect((await root.sh("/usr/bin/hostname")).stdout.trim()).toBe("lined");
      expect(root.read("/var/log/cloud-init.log")).toContain("writable by root alone");
    },
    TIMEOUT_MS,
  );
});
