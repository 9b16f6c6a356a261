import { expect, test } from "bun:test";
import { readAixSystemFacts } from "../../../src/distros/aix/system-facts.ts";
import { bootSimulatedAix } from "../../../src/simulator/aix/simulated-aix.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

test("one call of uname tells all: 7 and 3 are AIX 7.3", async () => {
  const { system, commands } = createScriptedSystem({
    platform: "aix",
    commands: { "/usr/bin/uname -snrvmp": "AIX vm1 3 7 00F9C1964C00 powerpc\n" },
  });
  expect(await readAixSystemFacts(system)).toEqual({
    uname: ["AIX", "vm1", "3", "7", "00F9C1964C00", "powerpc"],
    dist: ["aix", "7.3", ""],
  });
  expect(commands.length).toBe(1);
});

test("the runtime tells the same without a command", async () => {
  const aix = bootSimulatedAix();
  const facts = await readAixSystemFacts(aix.system);
  expect(aix.commands).toEqual([]);
  const [, node, release, version, machine] = facts.uname;
  expect(facts).toEqual({
    uname: ["AIX", node, release, version, machine, "powerpc"],
    dist: ["aix", `${version}.${release}`, ""],
  });
  expect([release, version]).toEqual(["3", "7"]);
});
