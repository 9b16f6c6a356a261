import { describe, expect, test } from "bun:test";
import {
  cloudIdOf,
  createInstanceData,
  type InstanceDataInput,
  redactInstanceData,
} from "../../src/instance/instance-data.ts";
import { createTemplateVariables } from "../../src/instance/template-variables.ts";
import { createTestInstance } from "../support/module-context.ts";

const INPUT: InstanceDataInput = {
  instance: createTestInstance({
    localHostname: "vm1.example.com",
    availabilityZone: "nova",
    publicKeys: ["ssh-ed25519 AAAA"],
    randomSeed: Uint8Array.of(1, 2, 200),
    rawMetadata: {
      uuid: "i-test",
      admin_pass: "secret1",
      random_seed: "AQLI",
      meta: { "role-name": "db", note: "ci-b64:aGk=" },
      user_data: "secret2",
    },
  }),
  facts: { uname: ["AIX", "vm1", "3", "7", "00F9", "powerpc"], dist: ["aix", "7.3", ""] },
  distro: { name: "aix", family: "aix" },
  runtime: "node v22.12.0",
  systemConfig: { datasource_list: ["ConfigDrive"], chpasswd: { list: "root:secret3" } },
};

describe("instance-data", () => {
  test("has the keys of v1", () => {
    expect(createInstanceData(INPUT)["v1"]).toEqual({
      _beta_keys: ["subplatform"],
      "availability-zone": "nova",
      availability_zone: "nova",
      cloud_id: "configdrive",
      "cloud-name": "configdrive",
      cloud_name: "configdrive",
      distro: "aix",
      distro_release: "",
      distro_version: "7.3",
      "instance-id": "i-test",
      instance_id: "i-test",
      kernel_release: "3",
      "local-hostname": "vm1",
      local_hostname: "vm1",
      machine: "00F9",
      platform: "configdrive",
      public_ssh_keys: ["ssh-ed25519 AAAA"],
      python_version: "node v22.12.0",
      region: null,
      subplatform: "config-disk (cd0)",
      system_platform: "AIX-3-00F9",
      variant: "aix",
    });
  });

  test("tells the system, and where base64 and secrets stand", () => {
    const data = createInstanceData(INPUT);
    expect(data["sys_info"]).toEqual({
      dist: ["aix", "7.3", ""],
      platform: "AIX-3-00F9",
      python: "node v22.12.0",
      release: "3",
      system: "AIX",
      uname: ["AIX", "vm1", "3", "7", "00F9", "powerpc"],
      variant: "aix",
    });
    expect(data).toMatchObject({
      ds: { meta_data: { random_seed: "AQLI", "instance-id": "i-test", meta: { note: "aGk=" } } },
      base64_encoded_keys: ["ds/meta_data/meta/note", "ds/meta_data/random_seed"],
      sensitive_keys: [
        "ds/meta_data/admin_pass",
        "ds/meta_data/random_seed",
        "ds/meta_data/user_data",
        "merged_cfg",
        "merged_system_cfg",
      ],
      merged_cfg: { datasource_list: ["ConfigDrive"] },
    });
    expect(Object.keys(data).sort()).toEqual([
      "base64_encoded_keys",
      "ds",
      "merged_cfg",
      "merged_system_cfg",
      "sensitive_keys",
      "sys_info",
      "v1",
    ]);
  });

  test("has no secret in what everybody may read", () => {
    const redacted = redactInstanceData(createInstanceData(INPUT));
    expect(JSON.stringify(redacted)).not.toMatch(/secret\d|AQLI/u);
    expect(redacted).toMatchObject({
      ds: { meta_data: { admin_pass: "redacted for non-root user", uuid: "i-test" } },
      merged_cfg: "redacted for non-root user",
      v1: { instance_id: "i-test" },
    });
  });

  test("a seed directory is another place than a disc, and a name may be missing", () => {
    const instance = createTestInstance({
      description: "DataSourceConfigDrive [net,ver=2][source=/var/lib/cloud/seed/config_drive]",
    });
    expect(createInstanceData({ ...INPUT, instance })["v1"]).toMatchObject({
      subplatform: "seed-dir (/var/lib/cloud/seed/config_drive)",
      local_hostname: null,
      availability_zone: null,
    });
    const none = createTestInstance({ description: "DataSourceNone" });
    expect(createInstanceData({ ...INPUT, instance: none })["v1"]).toMatchObject({
      subplatform: "unknown",
    });
  });

  test("of the seeds of NoCloud the last one is the place", () => {
    const placeOf = (description: string): unknown => {
      const instance = createTestInstance({ datasource: "NoCloud", description });
      return createInstanceData({ ...INPUT, instance })["v1"];
    };
    for (const [description, subplatform] of [
      ["DataSourceNoCloud [seed=cd0]", "config-disk (cd0)"],
      ["DataSourceNoCloud [seed=cmdline,/dev/sr0][dsmode=local]", "config-disk (/dev/sr0)"],
      [
        "DataSourceNoCloud [seed=/var/lib/cloud/seed/nocloud]",
        "seed-dir (/var/lib/cloud/seed/nocloud)",
      ],
      [
        "DataSourceNoCloudNet [seed=ds_config_seedfrom,http://[2001:db8::5]:80/c/]",
        "metadata (http://[2001:db8::5]:80/c/)",
      ],
    ] as const) {
      expect(placeOf(description)).toMatchObject({ subplatform });
    }
  });

  test("separate parts of the world are clouds of their own", () => {
    expect(cloudIdOf("aws", "cn-north-1")).toBe("aws-china");
    expect(cloudIdOf("aws", "us-gov-east-1")).toBe("aws-gov");
    expect(cloudIdOf("azure", "chinaeast")).toBe("azure-china");
    expect(cloudIdOf("aws", "eu-west-1")).toBe("aws");
  });

  test("metadata that is nested without end is cut", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 5000; depth += 1) {
      deep = [deep];
    }
    const instance = createTestInstance({ rawMetadata: { deep, ["__proto__x"]: 1 } });
    expect(JSON.stringify(createInstanceData({ ...INPUT, instance })).length).toBeLessThan(5000);
  });
});

describe("template variables", () => {
  const variables = createTemplateVariables(createInstanceData(INPUT));

  test("the keys of v1 stand at the top as well, and names with a dash have an alias", () => {
    expect(variables).toMatchObject({
      instance_id: "i-test",
      local_hostname: "vm1",
      v1: { local_hostname: "vm1", "local-hostname": "vm1" },
      ds: { meta_data: { meta: { "role-name": "db", role_name: "db" } } },
    });
  });

  test("base64 is decoded", () => {
    expect(variables).toMatchObject({ ds: { meta_data: { meta: { note: "hi" } } } });
  });

  test("a key of its own is stronger than an alias, and __proto__ is a key", () => {
    const data = JSON.parse(
      '{"a-b": 1, "a_b": 2, "v1": {"__proto__": 3, "x": 4}, "x": 5}',
    ) as Record<string, unknown>;
    const made = createTemplateVariables(data);
    expect(made["a_b"]).toBe(2);
    expect(made["x"]).toBe(5);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
  });
});
