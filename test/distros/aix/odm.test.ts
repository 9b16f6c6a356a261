import { describe, expect, test } from "bun:test";
import {
  ensureAttribute,
  listDevices,
  readAttribute,
  readAttributes,
  runOdm,
} from "../../../src/distros/aix/odm.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";

const LOCKED = {
  exitCode: 1,
  stderr: "lsattr: 0514-516 Device configuration database lock service timed out.\n",
};

describe("reading", () => {
  test("values with blanks, empty ones and several of one name stay what they are", async () => {
    const { system } = createScriptedSystem({
      commands: {
        "/usr/sbin/lsattr -El en0 -F attribute value":
          "alias4   192.0.2.11,255.255.255.0\nalias4   192.0.2.12,255.255.255.0\nauthority   \nnetaddr 192.0.2.10\nfwversion IBM, FW1050 (x)  \n",
      },
    });
    expect([...((await readAttributes(system, "en0")) ?? [])]).toEqual([
      ["alias4", ["192.0.2.11,255.255.255.0", "192.0.2.12,255.255.255.0"]],
      ["authority", [""]],
      ["netaddr", ["192.0.2.10"]],
      ["fwversion", ["IBM, FW1050 (x)"]],
    ]);
  });

  test("an attribute that is empty differs from one that does not exist", async () => {
    const { system } = bootSimulatedAix();
    expect(await readAttribute(system, "en0", "alias4")).toBe("");
    expect(await readAttribute(system, "en0", "no_such_attribute")).toBeUndefined();
    expect(await readAttribute(system, "en9", "alias4")).toBeUndefined();
    expect(await readAttributes(system, "en9")).toBeUndefined();
  });

  test("devices have a name, a status and a type", async () => {
    const { system } = bootSimulatedAix();
    expect(await listDevices(system, "adapter")).toContainEqual({
      name: "ent0",
      status: "Available",
      type: "IBM,l-lan",
    });
    expect(await listDevices(system, "no_such_class")).toEqual([]);
  });
});

describe("changing", () => {
  test("an attribute is set once: a second time nothing is to change", async () => {
    const { system, changes } = bootSimulatedAix();
    expect(await ensureAttribute(system, "inet0", "hostname", "vm1")).toBe(true);
    expect(await ensureAttribute(system, "inet0", "hostname", "vm1")).toBe(false);
    expect(changes).toHaveLength(1);
  });

  test("a refused value is an error that says which command and why", async () => {
    const { system } = bootSimulatedAix();
    await expect(ensureAttribute(system, "en0", "mtu", "many")).rejects.toThrow(
      /chdev -l en0 -a mtu=many" ended with exit code 1/u,
    );
  });
});

describe("the lock of the database", () => {
  test("is waited for, with a question now and then", async () => {
    let calls = 0;
    const { system } = createScriptedSystem({
      commands: { "/usr/sbin/lsattr": () => (++calls < 4 ? LOCKED : "vm1\n") },
    });
    const before = system.clock.monotonicMs();
    expect(await readAttribute(system, "inet0", "hostname")).toBe("vm1");
    expect(calls).toBe(4);
    expect(system.clock.monotonicMs() - before).toBe(3000);
  });

  test("is not waited for without end", async () => {
    const { system } = createScriptedSystem({ commands: { "/usr/sbin/chdev": LOCKED } });
    const argv = ["/usr/sbin/chdev", "-l", "en0", "-a", "state=up"];
    await expect(runOdm(system, argv)).rejects.toThrow("0514-516");
    await expect(runOdm(system, argv, { okExitCodes: "any" })).rejects.toThrow("0514-516");
  });

  test("other failures are not tried again", async () => {
    const { system, commands } = createScriptedSystem({
      commands: { "/usr/sbin/chdev": { exitCode: 1, stderr: "0514-062 device is busy\n" } },
    });
    await expect(runOdm(system, ["/usr/sbin/chdev", "-l", "ent0"])).rejects.toThrow("0514-062");
    expect(commands).toHaveLength(1);
  });
});
