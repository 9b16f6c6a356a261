import { describe, expect, test } from "bun:test";
import type { Instance } from "../../src/instance/instance.ts";
import { instanceFromJson } from "../../src/instance/instance-json.ts";
import {
  createStateDirectories,
  readInstance,
  readInstanceId,
  storeInstance,
} from "../../src/instance/instance-store.ts";
import { createPaths } from "../../src/instance/paths.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";
import { readText } from "../../src/system/files.ts";

const paths = createPaths({
  cloudDir: "/opt/freeware/var/lib/cloud/",
  runDir: "/run/cloud-init",
  templatesDir: "/t",
  configFile: "/c",
  logDir: "/var/log",
});

function instance(id: string, extra: Partial<Instance> = {}): Instance {
  return {
    id,
    datasource: "ConfigDrive",
    description: "DataSourceConfigDriveNet [net,ver=2][source=cd0]",
    platform: "openstack",
    dsmode: "net",
    publicKeys: ["ssh-ed25519 AAAA a@example.com"],
    files: [{ path: "/etc/motd", content: new Uint8Array([0, 255, 10]) }],
    rawMetadata: { uuid: id },
    ...extra,
  };
}

describe("instance store", () => {
  test("the instance link is absolute and points below instances/", () => {
    const { system } = createScriptedSystem();
    createStateDirectories(system, paths);
    storeInstance(system, paths, instance("3976d990"), "m1");
    expect(system.fs.readLink("/opt/freeware/var/lib/cloud/instance")).toBe(
      "/opt/freeware/var/lib/cloud/instances/3976d990",
    );
  });

  test("what is stored is read back, user-data and bytes included", () => {
    const { system } = createScriptedSystem();
    const given = instance("a", {
      userData: new Uint8Array([1, 0, 2]),
      randomSeed: new Uint8Array([9]),
    });
    storeInstance(system, paths, given, "m1");
    expect(readInstance(system, paths, "a")).toEqual({ instance: given, machineId: "m1" });
  });

  test("files that may hold secrets are readable by root alone", () => {
    const { system } = createScriptedSystem();
    storeInstance(system, paths, instance("a", { userData: new Uint8Array([1]) }), "m1");
    const own = paths.instance("a");
    expect(system.fs.stat(own.userDataFile)?.mode).toBe(0o600);
    expect(system.fs.stat(own.cacheFile)?.mode).toBe(0o400);
  });

  test("no user-data is an empty file, not the text None", () => {
    const { system } = createScriptedSystem();
    storeInstance(system, paths, instance("a"), undefined);
    expect(readText(system.fs, paths.instance("a").userDataFile)).toBe("");
  });

  test("the id before this one is remembered, and there is a word for none", () => {
    const { system } = createScriptedSystem();
    storeInstance(system, paths, instance("a"), undefined);
    expect(readText(system.fs, paths.previousInstanceIdFile)).toBe("NO_PREVIOUS_INSTANCE_ID\n");
    storeInstance(system, paths, instance("b"), undefined);
    expect(readText(system.fs, paths.previousInstanceIdFile)).toBe("a\n");
    expect(readInstanceId(system, paths)).toBe("b");
  });

  test("a second store of the same instance writes nothing", () => {
    const { system, changes } = createScriptedSystem();
    storeInstance(system, paths, instance("a"), "m");
    storeInstance(system, paths, instance("a"), "m");
    const before = changes.length;
    storeInstance(system, paths, instance("a"), "m");
    expect(changes.slice(before).filter((change) => change.kind === "write")).toEqual([]);
  });

  test("a real directory in the link's place gives way to the link", () => {
    const { system } = createScriptedSystem({
      files: { "/opt/freeware/var/lib/cloud/instance/sem/bootper.x.instance": "0\t1\n" },
    });
    storeInstance(system, paths, instance("a"), undefined);
    expect(system.fs.readLink(paths.instanceLink)).toBe(paths.instance("a").dir);
  });

  test.each([
    "(dp0\nS'x'\n.",
    "",
    "{",
    '{"format": "other"}',
    '{"format":"cloud-init-aix instance 1","instance":{"id":"../x"}}',
  ])("a pickle of the old agent or a cut file is no instance: %p", (text) =>
    expect(instanceFromJson(text)).toBeUndefined(),
  );
});
