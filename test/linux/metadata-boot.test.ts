// The built program in a private copy of this machine, with a metadata service at 169.254.169.254.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  createLinuxSandbox,
  findSandboxObstacle,
  type LinuxSandbox,
} from "../../scripts/linux-sandbox.ts";
import { builtArtefacts } from "../../scripts/built-artefacts.ts";
import {
  DRIVER_PROGRAMS,
  type MetadataOutcome,
  type MetadataSample,
  readTextTree,
  runMetadataSamples,
} from "../support/metadata-samples.ts";
import { requireOrSkip } from "../support/require-or-skip.ts";

const PROGRAM = "/usr/local/bin/our-cloud-init";
const STAGES = [["init", "--local"], ["init"], ["modules", "--mode", "final"]];

function configOf(list: readonly string[], more: Readonly<Record<string, unknown>> = {}): string {
  return `${JSON.stringify({
    datasource_list: list,
    users: [],
    cloud_init_modules: [],
    cloud_config_modules: [],
    cloud_final_modules: ["runcmd", "scripts-user"],
    system_info: { distro: "debian" },
    ...more,
  })}\n`;
}

/** One document that has them all. */
function hundredKeys(): Record<string, string> {
  const meta = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`key${index}`, `value ${index}`]),
  );
  return {
    "openstack/.index": "latest",
    "openstack/latest/meta_data.json": JSON.stringify({ uuid: "i-100", meta }),
  };
}

/** As the protocol has it, a request for each. */
function hundredLeaves(): Record<string, string> {
  const base = "2021-03-23/meta-data";
  const leaves = Array.from({ length: 100 }, (_, index) => [`${base}/k/key${index}`, `${index}`]);
  return { [`${base}/instance-id`]: "i-100", ...Object.fromEntries(leaves) };
}

const SAMPLES: Readonly<Record<string, MetadataSample>> = {
  openstack: {
    config: configOf(["OpenStack"]),
    tree: readTextTree("openstack/nova"),
    stages: STAGES,
  },
  ec2: {
    config: configOf(["Ec2", "None"]),
    tree: readTextTree("ec2/aws"),
    tokens: "required",
    stages: STAGES,
  },
  foreign: {
    config: configOf(["OpenStack", "Ec2", "GCE", "CloudStack", "None"]),
    tree: readTextTree("openstack/nova"),
    stages: STAGES,
  },
  hundredKeys: {
    config: configOf(["OpenStack"], { network: { config: "disabled" } }),
    tree: hundredKeys(),
    stages: STAGES.slice(0, 2),
  },
  hundredLeaves: {
    config: configOf(["Ec2"], { network: { config: "disabled" } }),
    tree: hundredLeaves(),
    tokens: "required",
    stages: STAGES.slice(0, 2),
  },
  nobody: {
    config: configOf(["Ec2"], { datasource: { Ec2: { max_wait: 4, timeout: 2 } } }),
    stages: STAGES.slice(0, 2),
  },
};

describe.skipIf(requireOrSkip(findSandboxObstacle()))("booting from a metadata service", () => {
  let sandbox: LinuxSandbox | undefined;
  let outcomes: Readonly<Record<string, MetadataOutcome>> = {};

  beforeAll(async () => {
    sandbox = await createLinuxSandbox({
      without: ["/etc/cloud", "/var/lib/cloud"],
      programs: { [PROGRAM]: builtArtefacts().binary, ...DRIVER_PROGRAMS },
    });
    outcomes = await runMetadataSamples(sandbox, PROGRAM, SAMPLES);
  }, 120_000);

  afterAll(() => sandbox?.close());

  test("OpenStack gives the instance, and its user-data runs", () => {
    const outcome = outcomes["openstack"];
    expect(outcome?.exitCodes).toEqual([0, 0, 0]);
    expect(outcome?.instanceId).toBe("4e1c0f6e-7d7a-4c7e-9f3f-0a3f5a0d9c11");
    expect(outcome?.userData).toBe("#cloud-config\nruncmd: [date]\n");
    expect(outcome?.requests.length).toBeLessThanOrEqual(11);
    expect(outcome?.status).toMatchObject({
      v1: { datasource: "DataSourceOpenStack [net,ver=2]", "init-local": { errors: [] } },
    });
    expect(Object.values(outcome?.units ?? {}).join()).toContain("Address=192.0.2.20/24");
    expect(outcome?.log).not.toContain("S3cret");
  });

  test("Ec2 gives the instance with a token", () => {
    const outcome = outcomes["ec2"];
    expect(outcome?.exitCodes).toEqual([0, 0, 0]);
    expect(outcome?.instanceId).toBe("i-0123456789abcdef0");
    expect(outcome?.requests[0]).toBe("PUT /latest/api/token");
    expect(outcome?.instanceData).toMatchObject({
      v1: { cloud_name: "ec2", region: "us-east-2", availability_zone: "us-east-2b" },
    });
    expect(outcome?.log).not.toContain("S3cret");
  });

  test("a server that anybody could be is not asked at all", () => {
    const outcome = outcomes["foreign"];
    expect(outcome?.requests).toEqual([]);
    expect(outcome?.instanceId).toBe("iid-datasource-none");
  });

  test("a tree of a hundred keys costs few requests where the protocol allows, and little time", () => {
    const document = outcomes["hundredKeys"];
    expect(document?.instanceId).toBe("i-100");
    expect(document?.requests.length).toBeLessThanOrEqual(15);
    const leaves = outcomes["hundredLeaves"];
    expect(leaves?.instanceId).toBe("i-100");
    expect(leaves?.requests).toHaveLength(107);
    if (process.env["SHOW_CPU"] === "1") {
      console.log({
        document: document?.cpuMs,
        leaves: leaves?.cpuMs,
        nobody: outcomes["nobody"]?.cpuMs,
      });
    }
  });

  test("with nobody there, init gives up within max_wait, and status.json says why", () => {
    const outcome = outcomes["nobody"];
    expect(outcome?.seconds).toBeGreaterThan(3);
    expect(outcome?.seconds).toBeLessThan(5.5);
    expect(outcome?.exitCodes).toEqual([0, 1]);
    expect(JSON.stringify(outcome?.status)).toContain("Ec2: no metadata service within 4 s");
  });
});
