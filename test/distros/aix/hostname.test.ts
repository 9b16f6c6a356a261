import { expect, test } from "bun:test";
import { createAixHostname } from "../../../src/distros/aix/hostname.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createTestLogger } from "../../support/module-context.ts";

function hostnameOf(aix: Pick<SimulatedAix, "system">): ReturnType<typeof createAixHostname> {
  return createAixHostname({ sys: aix.system, log: createTestLogger([]), systemInfo: {} });
}

test("a new name is stored, runs, and is the node name: three commands", async () => {
  const aix = bootSimulatedAix();
  expect(await hostnameOf(aix).ensure("vm1.example.com")).toBe(true);
  expect(aix.changes.map((change) => (change.kind === "command" ? change.argv : []))).toEqual([
    ["/usr/sbin/chdev", "-l", "inet0", "-a", "hostname=vm1.example.com"],
    ["/usr/bin/uname", "-S", "vm1"],
    ["/usr/bin/hostname", "vm1.example.com"],
  ]);
  expect(aix.machine).toMatchObject({ hostname: "vm1.example.com", nodeName: "vm1" });
  expect(await hostnameOf(aix).read()).toBe("vm1.example.com");
  expect(aix.gaps).toEqual([]);
});

test("the same name a second time, and after a reboot, changes nothing", async () => {
  const aix = bootSimulatedAix();
  await hostnameOf(aix).ensure("vm1");
  aix.changes.length = 0;
  expect(await hostnameOf(aix).ensure("vm1")).toBe(false);
  aix.reboot();
  expect(await hostnameOf(aix).ensure("vm1")).toBe(false);
  expect(aix.changes).toEqual([]);
});

test("only what differs is set", async () => {
  const aix = bootSimulatedAix();
  await hostnameOf(aix).ensure("vm1");
  aix.machine.nodeName = "other";
  aix.changes.length = 0;
  expect(await hostnameOf(aix).ensure("vm1")).toBe(true);
  expect(aix.machine.nodeName).toBe("vm1");
  expect(aix.changes).toHaveLength(1);
});

test("the node name has 32 characters at most", async () => {
  const aix = bootSimulatedAix();
  await hostnameOf(aix).ensure(`${"a".repeat(40)}.example.com`);
  expect(aix.machine.nodeName).toBe("a".repeat(32));
});

test("the name that hostname prints is trimmed", async () => {
  const scripted = createScriptedSystem({ commands: { "/usr/bin/hostname": " vm1 \n" } });
  expect(await hostnameOf(scripted).read()).toBe("vm1");
  const nameless = createScriptedSystem({ commands: { "/usr/bin/hostname": "\n" } });
  expect(await hostnameOf(nameless).read()).toBeUndefined();
});

test("text that is no name never reaches a command", async () => {
  const aix = bootSimulatedAix();
  for (const name of ["-a", "vm1 -a state=down", "vm1,x", "", "vm1\n"]) {
    await expect(hostnameOf(aix).ensure(name)).rejects.toThrow("Cannot set the host name");
  }
  expect(aix.commands).toEqual([]);
});
