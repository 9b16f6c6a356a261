import { describe, expect, test } from "bun:test";
import { rehearse } from "../../../../src/cli/install/rehearsal/rehearse.ts";
import type { CliContext } from "../../../../src/cli/cli-context.ts";
import { createScriptedSystem } from "../../../../src/simulator/scripted-system.ts";
import { exists, readText } from "../../../../src/system/files.ts";

const DIRECTORY = "/var/tmp/rehearsal";
const STAGES = [
  ["init", "--local"],
  ["init"],
  ["modules", "--mode", "config"],
  ["modules", "--mode", "final"],
];

/** A machine that knows no command but `true`: any other one would throw. */
function createHost() {
  const host = createScriptedSystem({ commands: { "/usr/bin/true": "" } });
  const said: string[] = [];
  const ctx: CliContext = {
    sys: host.system,
    stdout: (text) => said.push(text),
    stderr: (text) => said.push(text),
    exitCode: 0,
  };
  return { host, ctx, said };
}

describe("a rehearsed boot", () => {
  for (const [distro, cloudDir] of [
    ["aix", "/opt/freeware/var/lib/cloud"],
    ["rhel", "/var/lib/cloud"],
    ["debian", "/var/lib/cloud"],
  ] as const) {
    test(`of ${distro} goes through all stages, and touches nothing but its directory`, async () => {
      const { host, ctx, said } = createHost();
      await rehearse(ctx, [DIRECTORY, "machine", distro]);
      for (const args of STAGES) {
        await rehearse(ctx, [DIRECTORY, "stage", ...args]);
        expect([args, ctx.exitCode, said]).toEqual([args, 0, []]);
      }
      const { fs } = host.system;
      const at = (path: string): string => DIRECTORY + path;
      const result: unknown = JSON.parse(readText(fs, at(`${cloudDir}/data/result.json`)));
      expect(result).toMatchObject({
        v1: { datasource: expect.stringContaining("ConfigDrive"), errors: [] },
      });
      const log = readText(fs, at("/var/log/cloud-init.log"));
      expect(log.match(/^.*\[(?:WARNING|ERROR|CRITICAL)\].*$/gmu)).toBeNull();
      expect(readText(fs, at("/etc/bench.conf"))).toBe("a=1");
      expect(host.commands.length).toBeGreaterThan(distro === "aix" ? 20 : 5);
      expect(new Set(host.commands.map((argv) => argv.join(" ")))).toEqual(
        new Set(["/usr/bin/true"]),
      );
      const changed = host.changes.flatMap((change) => ("path" in change ? [change.path] : []));
      expect(changed.filter((path) => !path.startsWith(`${DIRECTORY}/`))).toEqual([]);
      expect(exists(fs, at(`${cloudDir}/instance/boot-finished`))).toBe(true);
    });
  }

  test("wants a directory of its own, and a machine", async () => {
    const { ctx, host } = createHost();
    await expect(rehearse(ctx, ["/", "machine", "aix"])).rejects.toThrow('in "/"');
    await expect(rehearse(ctx, [])).rejects.toThrow("a directory of its own");
    Reflect.deleteProperty(globalThis, Symbol.for("cloud-init.rehearsal"));
    await expect(rehearse(ctx, [DIRECTORY, "stage", "init"])).rejects.toThrow("no machine");
    expect(host.changes).toEqual([]);
  });

  test("tells a stage that failed, of which nothing is to be kept", async () => {
    const { ctx, said } = createHost();
    await rehearse(ctx, [DIRECTORY, "machine", "aix"]);
    await rehearse(ctx, [DIRECTORY, "stage", "modules", "--mode", "none"]);
    expect(ctx.exitCode).toBeGreaterThan(0);
    expect(said.join("")).toContain("none");
  });
});
