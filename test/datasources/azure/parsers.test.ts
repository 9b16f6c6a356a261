import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { buildImdsNetwork } from "../../../src/datasources/azure/imds-network.ts";
import { chooseAzureId, swapUuidBytes } from "../../../src/datasources/azure/instance-id.ts";
import { parseAzureImds } from "../../../src/datasources/azure/parse-imds.ts";
import {
  parseAzureProvisioning,
  type ParsedProvisioning,
} from "../../../src/datasources/azure/parse-provisioning.ts";
import { parseGoalState, renderHealth } from "../../../src/datasources/azure/wireserver.ts";
import { parseXml } from "../../../src/text/parse-xml.ts";

async function parse(set: string, rest = ""): Promise<ParsedProvisioning> {
  const text = `<Environment><ProvisioningSection><LinuxProvisioningConfigurationSet>${set}</LinuxProvisioningConfigurationSet></ProvisioningSection>${rest}</Environment>`;
  const parsed = await parseXml(new TextEncoder().encode(text));
  return "root" in parsed ? parseAzureProvisioning(parsed.root) : parsed;
}

const HOST = "<HostName>vm01</HostName>";

describe("the provisioning document of Azure", () => {
  test("needs a host name and nothing else", async () => {
    expect(await parse(HOST)).toEqual({
      provisioning: { hostname: "vm01", publicKeys: [], fingerprints: [], problems: [] },
    });
    expect(await parse("<HostName> </HostName>")).toEqual({
      fault: "missing configuration for 'HostName'",
    });
  });

  test("with an element twice, or a password that is too long, is broken", async () => {
    for (const set of [
      HOST + HOST,
      `${HOST}<UserName>a</UserName><UserName>b</UserName>`,
      `${HOST}<UserPassword>${"S3cret".repeat(13)}</UserPassword>`,
    ]) {
      const parsed = await parse(set);
      expect(parsed).toHaveProperty("fault");
      expect(JSON.stringify(parsed)).not.toContain("S3cret");
    }
  });

  test("whose values are wrong is used without them", async () => {
    const parsed = await parse(
      `${HOST}<CustomData>%%%</CustomData><DisableSshPasswordAuthentication>maybe</DisableSshPasswordAuthentication><UserPassword>REDACTED</UserPassword>`,
    );
    expect(parsed).toMatchObject({ provisioning: { hostname: "vm01" } });
    const { provisioning } = "provisioning" in parsed ? parsed : {};
    expect(provisioning).not.toHaveProperty("password");
    expect(provisioning?.problems.map(({ message }) => message)).toEqual([
      'Cannot use "DisableSshPasswordAuthentication": expected true or false',
      'Cannot use "CustomData": expected base64',
    ]);
  });

  test("tells a machine that waits for its owner", async () => {
    for (const [settings, expected] of [
      ["<PreprovisionedVm>true</PreprovisionedVm>", "Running"],
      ["<PreprovisionedVMType>Savable</PreprovisionedVMType>", "Savable"],
      ["<PreprovisionedVMType>None</PreprovisionedVMType>", undefined],
      ["<PreprovisionedVMType/><PreprovisionedVm>false</PreprovisionedVm>", undefined],
    ]) {
      const platform = `<PlatformSettingsSection><PlatformSettings>${settings}</PlatformSettings></PlatformSettingsSection>`;
      const parsed = await parse(HOST, platform);
      expect("provisioning" in parsed && parsed.provisioning.preprovisioning).toBe(expected);
    }
  });
});

describe("the id of a machine in Azure", () => {
  const uuid = "aabbccdd-eeff-0011-2233-445566778899";
  const swapped = "ddccbbaa-ffee-1100-2233-445566778899";

  test.each([
    [{ firmware: uuid.toUpperCase(), vmId: "other", kept: undefined }, uuid],
    [{ firmware: undefined, vmId: uuid.toUpperCase(), kept: undefined }, uuid],
    [{ firmware: uuid, vmId: undefined, kept: `${swapped}\n` }, swapped],
    [{ firmware: uuid, vmId: undefined, kept: uuid.toUpperCase() }, uuid.toUpperCase()],
    [{ firmware: uuid, vmId: undefined, kept: "another" }, uuid],
    [{ firmware: "..", vmId: undefined, kept: undefined }, "iid-AZURE-NODE"],
    [{ firmware: undefined, vmId: undefined, kept: "kept" }, "iid-AZURE-NODE"],
  ])("of %o is %s", (given, expected) => {
    expect(chooseAzureId(given)).toBe(expected);
  });

  const node = { id: "iid-AZURE-NODE" };
  test.each([
    ["IMDS is silent", undefined, undefined, { id: uuid }, uuid],
    ["IMDS was silent until now", undefined, uuid, node, "iid-AZURE-NODE"],
    ["IMDS says what it said", undefined, uuid, { ...node, vmId: uuid }, "iid-AZURE-NODE"],
    ["IMDS says another one", undefined, uuid, { ...node, vmId: swapped }, uuid],
    ["IMDS says another one than the id", undefined, uuid, { id: "other" }, uuid],
    ["the firmware says it", uuid, undefined, node, uuid],
    ["the firmware says nothing of use", "..", undefined, { id: uuid }, uuid],
  ])("of a machine that had one, where %s", (_what, firmware, vmId, keptHere, expected) => {
    expect(chooseAzureId({ firmware, vmId, kept: undefined, keptHere })).toBe(expected);
  });

  test("swapped twice is itself", () => {
    fc.assert(
      fc.property(fc.uuid(), (any) => {
        expect(swapUuidBytes(swapUuidBytes(any))).toBe(any);
      }),
    );
    expect(swapUuidBytes("no uuid")).toBe("no uuid");
  });
});

describe("IMDS", () => {
  const key = "ssh-rsa AAAAB3NzaC1yc2E= ops@example.com";

  test("gives its keys only where all are OpenSSH's", () => {
    const keysOf = (...keyData: unknown[]): readonly string[] =>
      parseAzureImds({ compute: { publicKeys: keyData.map((data) => ({ keyData: data })) } })
        .publicKeys;
    expect(keysOf(key, key.replace("B3", "B3\r\n"))).toEqual([key, key]);
    expect(keysOf(key, "-----BEGIN CERTIFICATE-----")).toEqual([]);
    expect(keysOf(key, 7)).toEqual([]);
  });

  test("of any JSON never throws, and user-data is in nothing that is kept", () => {
    const names = fc.constantFrom(
      ..."compute osProfile publicKeys keyData userData network interface macAddress ipv4 ipv6 ipAddress privateIpAddress subnet prefix extended ppsType vmId".split(
        " ",
      ),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 7, withCrossShrink: true },
        fc.oneof(
          fc.constantFrom("00005E005301", "192.0.2.1", "2001:db8::1", "24", "S3cret", ""),
          fc.jsonValue({ maxDepth: 1 }),
        ),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(names, tie("tree"), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(names, tree, { maxKeys: 6 }), (document) => {
        const imds = parseAzureImds(document);
        buildImdsNetwork(imds.network, { withSecondaryAddresses: true, setsNames: true });
      }),
      { numRuns: 500 },
    );
    const imds = parseAzureImds({ compute: { userData: "UzNjcmV0", name: "vm" } });
    expect(Buffer.from(imds.userData ?? "").toString()).toBe("S3cret");
    expect(JSON.stringify(imds.raw)).toBe('{"compute":{"name":"vm"}}');
  });
});

describe("the goal state", () => {
  const state = async (text: string): Promise<ReturnType<typeof parseGoalState>> => {
    const parsed = await parseXml(new TextEncoder().encode(text));
    if (!("root" in parsed)) {
      throw new Error(parsed.fault);
    }
    return parseGoalState(parsed.root);
  };

  test("must have three values", () => {
    const container = (inside: string): string =>
      `<GoalState><Incarnation>1</Incarnation><Container>${inside}</Container></GoalState>`;
    expect(state("<GoalState/>")).rejects.toThrow("Missing Incarnation in GoalState XML");
    expect(state(container(""))).rejects.toThrow("Missing ContainerId in GoalState XML");
    expect(state(container("<ContainerId>c</ContainerId>"))).rejects.toThrow(
      "Missing InstanceId in GoalState XML",
    );
    expect(state("<Other/>")).rejects.toThrow("Missing Incarnation in GoalState XML");
  });

  test("comes back in a report as it was, whatever is in it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[!-~]{1,60}$/u), async (value) => {
        const body = renderHealth({ incarnation: value, containerId: value, instanceId: value });
        const parsed = await parseXml(new TextEncoder().encode(body));
        expect("root" in parsed && parsed.root.children[0]?.text).toBe(value);
      }),
    );
  });
});
