import { expect, test } from "bun:test";
import { createAixHostname } from "../../../src/distros/aix/hostname.ts";
import { bootSimulatedAix, type SimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { createTestLogger } from "../../support/module-context.ts";

function hostnameOf(aix: Pick<SimulatedAix, "system">): ReturnType<typeof createAixHostname> {
  return createAixHostname({ sys: aix.system, log: createTestLogger([]), systemInfo: {} });
}

test("a new name is stored, runs, and is the node name: two commands in all", async () => {
  const aix = bootSimulatedAix();
  expect(await hostnameOf(aix).ensure("vm1.example.com")).toBe(true);
  expect(aix.commands).toEqual([
    ["/usr/sbin/chdev", "-l", "inet0", "-a", "hostname=vm1.example.com"],
    ["/usr/bin/uname", "-S", "vm1"],
  ]);
  expect(aix.machine).toMatchObject({ hostname: "vm1.example.com", nodeName: "vm1" });
  expect(await hostnameOf(aix).read()).toBe("vm1.example.com");
  expect(aix.gaps).toEqual([]);
});

/** A runtime that is not built for AIX, or too old. */
function withoutOwnName({ system }: SimulatedAix): Pick<SimulatedAix, "system"> {
  const { readHostname: _, ...info } = system.process;
  return { system: { ...system, process: info } };
}

test("where the runtime does not tell the running name, it is asked for and set by command", async () => {
  const aix = bootSimulatedAix();
  expect(await hostnameOf(withoutOwnName(aix)).ensure("vm1.example.com")).toBe(true);
  expect(aix.commands).toEqual([
    ["/usr/bin/hostname"],
    ["/usr/sbin/chdev", "-l", "inet0", "-a", "hostname=vm1.example.com"],
    ["/usr/bin/hostname", "vm1.example.com"],
    ["/usr/bin/uname", "-S", "vm1"],
  ]);
  expect(await hostnameOf(withoutOwnName(aix)).ensure("vm1.example.com")).toBe(false);
  expect(aix.machine).toMatchObject({ hostname: "vm1.example.com", nodeName: "vm1" });
});

test("a name that chdev stores and does not make run is set by command", async () => {
  let running = "golden";
  const { system, changes } = createScriptedSystem({
    platform: "aix",
    commands: {
      "/usr/sbin/chdev": "inet0 changed\n",
      "/usr/bin/uname": "",
      "/usr/bin/hostname": ([, name = ""]) => {
        running = name;
        return "";
      },
    },
  });
  const info = { ...system.process, readHostname: async () => running };
  expect(await hostnameOf({ system: { ...system, process: info } }).ensure("vm1")).toBe(true);
  expect(running).toBe("vm1");
  expect(changes).toHaveLength(3);
});

test("a stored name that chdev is refused is made to run again; another one is a failure", async () => {
  const aix = bootSimulatedAix({
    faults: { refusedDevices: ["inet0"] },
    firstBoot: "captured",
    hostname: "vm1",
  });
  await aix.system.exec.run(["/usr/bin/hostname", "drift"]);
  await expect(hostnameOf(aix).ensure("vm2")).rejects.toThrow("0514-047");
  expect(aix.machine.hostname).toBe("drift");
  expect(await hostnameOf(aix).ensure("vm1")).toBe(true);
  expect(aix.machine).toMatchObject({ hostname: "vm1", nodeName: "vm1" });
  expect(await hostnameOf(aix).ensure("vm1")).toBe(false);
});

test("a name that runs and is not stored is stored", async () => {
  const aix = bootSimulatedAix();
  await hostnameOf(aix).ensure("vm1");
  aix.machine.hostname = "vm2";
  expect(await hostnameOf(aix).ensure("vm2")).toBe(true);
  aix.reboot();
  expect(await hostnameOf(aix).read()).toBe("vm2");
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
