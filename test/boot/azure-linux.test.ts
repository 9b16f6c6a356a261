// A machine in Azure over first boot, second boot and re-deploy on a simulated Linux.
import { describe, expect, test } from "bun:test";
import { readText, readTextIfExists } from "../../src/system/files.ts";
import type { HttpRequest, HttpResponse } from "../../src/system/system.ts";
import { buildIso } from "../support/build-iso.ts";
import { createLinuxScenario, type LinuxScenario } from "../support/linux-boot.ts";

const CLEAN = { "init-local": 0, init: 0, "modules-config": 0, "modules-final": 0 };
const ID = "11111111-2222-3333-4444-555555555555";
const KEY =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEexampleEXAMPLEexampleEXAMPLEexample0 ops@example.com";

const PROVISIONING = `<?xml version="1.0" encoding="utf-8"?>
<Environment xmlns="http://schemas.dmtf.org/ovf/environment/1" xmlns:wa="http://schemas.microsoft.com/windowsazure">
<wa:ProvisioningSection><wa:LinuxProvisioningConfigurationSet>
<wa:HostName>vm01</wa:HostName><wa:UserName>ops</wa:UserName><wa:UserPassword>S3cret-of-ops</wa:UserPassword>
<wa:CustomData>${Buffer.from("#cloud-config\nwrite_files:\n  - {path: /etc/from-azure, content: hello}\n").toString("base64")}</wa:CustomData>
</wa:LinuxProvisioningConfigurationSet></wa:ProvisioningSection></Environment>`;

const IMDS = {
  compute: {
    vmId: ID,
    location: "eastus2",
    osProfile: {
      adminUsername: "ops",
      computerName: "vm01",
      disablePasswordAuthentication: "false",
    },
    publicKeys: [{ keyData: KEY, path: "/home/ops/.ssh/authorized_keys" }],
  },
};

const GOAL_STATE =
  "<GoalState><Incarnation>1</Incarnation><Container><ContainerId>c</ContainerId><RoleInstanceList><RoleInstance><InstanceId>i._vm01</InstanceId></RoleInstance></RoleInstanceList></Container></GoalState>";

function machine(
  options: { readonly tag?: string; readonly list?: string } = {},
): LinuxScenario & { readonly requests: string[] } {
  const requests: string[] = [];
  const http = (request: HttpRequest): HttpResponse => {
    requests.push(`${request.method} ${request.url}`);
    const { host } = new URL(request.url);
    const body =
      request.method === "POST"
        ? ""
        : host === "169.254.169.254"
          ? JSON.stringify(IMDS)
          : GOAL_STATE;
    return { status: 200, headers: {}, body: new TextEncoder().encode(body) };
  };
  const { tag = "7783-7084-3265-9085-8269-3286-77", list = "Azure, None" } = options;
  const linux = createLinuxScenario({
    disc: buildIso({ files: { "ovf-env.xml": PROVISIONING }, label: "rd_rdfe_stable.260102" }),
    http,
    files: {
      "/etc/cloud/cloud.cfg.d/50_test.cfg": `datasource_list: [${list}]\n`,
      "/sys/class/dmi/id/chassis_asset_tag": `${tag}\n`,
      "/sys/class/dmi/id/product_uuid": `${ID.toUpperCase()}\n`,
    },
  });
  return { ...linux, requests };
}

function told({ system: { fs }, output, log }: LinuxScenario): string {
  const files = [
    "/var/lib/cloud/data/status.json",
    "/var/lib/cloud/instance/ledger.jsonl",
    "/run/cloud-init/instance-data.json",
  ];
  return [...files.map((path) => readTextIfExists(fs, path) ?? ""), log(), output.stdout].join(
    "\n",
  );
}

describe("a machine in Azure", () => {
  test("is deployed by disc and IMDS, and reports itself ready once", async () => {
    const linux = machine();
    const { fs } = linux.system;
    const first = await linux.boot();
    expect(first.codes).toEqual(CLEAN);
    expect(readText(fs, "/var/lib/cloud/data/instance-id").trim()).toBe(ID);
    expect(readText(fs, "/etc/from-azure")).toBe("hello");
    expect(readText(fs, "/home/ops/.ssh/authorized_keys")).toContain(KEY);
    expect(/^ops:(\$6\$[^:]+):/mu.exec(readText(fs, "/etc/shadow"))?.[1]).toBeDefined();
    expect(linux.requests).toEqual([
      "GET http://169.254.169.254/metadata/instance?api-version=2021-08-01&extended=true",
      "GET http://168.63.129.16/machine/?comp=goalstate",
      "POST http://168.63.129.16/machine?comp=health",
    ]);
    expect(told(linux)).not.toContain("S3cret");
    expect(told(linux)).not.toContain("$6$");

    const second = await linux.boot();
    expect(second.codes).toEqual(CLEAN);
    expect(second.ran.filter((line) => /chpasswd|useradd|usermod/u.test(line))).toEqual([]);
    expect(linux.requests.filter((line) => line.startsWith("POST"))).toHaveLength(1);
    expect(linux.gaps).toEqual([]);
  });

  test("whose firmware does not say so asks nobody while others are listed", async () => {
    const linux = machine({ tag: "none", list: "Azure, OVF, None" });
    expect((await linux.boot()).codes).toEqual(CLEAN);
    expect(linux.requests).toEqual([]);
    expect(readText(linux.system.fs, "/var/lib/cloud/data/instance-id").trim()).toBe(ID);
    expect(linux.log()).toContain(
      "IMDS is not used: nothing says that this machine is in that cloud",
    );
  });
});
