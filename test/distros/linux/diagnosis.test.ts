import { expect, test } from "bun:test";
import { createLinuxDiagnosis } from "../../../src/distros/linux/diagnosis.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createTestLogger } from "../../support/module-context.ts";

function commands(family: string, files: Readonly<Record<string, string>>) {
  const { system } = createScriptedSystem({ files });
  const ctx = { sys: system, log: createTestLogger([]), systemInfo: {} };
  return createLinuxDiagnosis(ctx, family).listCommands();
}

test("programs are asked where this Linux has them", async () => {
  const found = await commands("debian", {
    "/sbin/ip": "",
    "/usr/bin/dmesg": "",
    "/bin/dmesg": "",
  });
  const byFile = Object.fromEntries(found.map(({ file, argv }) => [file, argv]));
  expect(byFile["ip-route.txt"]).toEqual(["/sbin/ip", "route"]);
  expect(byFile["dmesg.txt"]).toEqual(["/usr/bin/dmesg"]);
  expect(byFile["lsblk.txt"]).toEqual(["/usr/bin/lsblk", "-f"]);
});

test("the package is asked of the family's own database", async () => {
  const files = async (family: string): Promise<readonly string[]> =>
    (await commands(family, {})).map(({ file }) => file);
  expect(await files("debian")).toContain("dpkg-version");
  expect(await files("redhat")).toContain("rpm-version");
  expect(await files("redhat")).not.toContain("dpkg-version");
});
