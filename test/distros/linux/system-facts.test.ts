import { expect, test } from "bun:test";
import { readLinuxSystemFacts } from "../../../src/distros/linux/system-facts.ts";
import { createScriptedSystem } from "../../../src/simulator/scripted-system.ts";

test("names and levels come from the kernel and from os-release", () => {
  const { system, commands } = createScriptedSystem({
    files: {
      "/proc/sys/kernel/ostype": "Linux\n",
      "/proc/sys/kernel/hostname": "vm1\n",
      "/proc/sys/kernel/osrelease": "6.1.0-21-amd64\n",
      "/proc/sys/kernel/version": "#1 SMP PREEMPT_DYNAMIC\n",
      "/proc/sys/kernel/arch": "x86_64\n",
      "/etc/os-release": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    },
  });
  expect(readLinuxSystemFacts(system, "debian")).toEqual({
    uname: ["Linux", "vm1", "6.1.0-21-amd64", "#1 SMP PREEMPT_DYNAMIC", "x86_64", ""],
    dist: ["debian", "12", "bookworm"],
  });
  expect(commands).toEqual([]);
});

test("a system that tells nothing is a Linux of this machine's architecture", () => {
  const { system } = createScriptedSystem();
  expect(readLinuxSystemFacts(system, "linux")).toEqual({
    uname: ["Linux", "", "", "", "x86_64", ""],
    dist: ["linux", "", ""],
  });
});
