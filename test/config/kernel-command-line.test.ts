import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  findCommandLineNetwork,
  parseCommandLineConfig,
  readKernelCommandLine,
} from "../../src/config/kernel-command-line.ts";
import { createScriptedSystem } from "../../src/simulator/scripted-system.ts";

test.each([
  ["root=/dev/sda1 ro", ""],
  ["cc: a: 1 end_cc ro", "a: 1"],
  ["ro cc:a: 1", "a: 1"],
  ["cc: a: 1\\nb: 2 end_cc", "a: 1\nb: 2"],
  ["cc: a: 1 end_cc ro cc: b: 2 end_cc", "a: 1\nb: 2"],
  ["cc:a:%20%5B1%2C%202%5D end_cc", "a: [1, 2]"],
  ["cc: a: 100% end_cc", "a: 100%"],
  ["xcc: a: 1 end_cc", ""],
])("%j holds %j", (line, expected) => {
  expect(parseCommandLineConfig(line)).toBe(expected);
});

test("any command line gives a text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("cc:", "end_cc", " ", "%", "%20", "%ff", "a: 1", "\n", "\\n")),
      (parts) => {
        expect(typeof parseCommandLineConfig(parts.join(""))).toBe("string");
      },
    ),
  );
});

test("DEBUG_PROC_CMDLINE takes the place of /proc/cmdline", () => {
  const files = { "/proc/cmdline": "real" };
  const real = createScriptedSystem({ files }).system;
  const given = createScriptedSystem({ files, env: { DEBUG_PROC_CMDLINE: "given" } }).system;
  const aix = createScriptedSystem({ files, platform: "aix" }).system;
  expect([real, given, aix].map(readKernelCommandLine)).toEqual(["real", "given", undefined]);
});

test("network-config= is the last word of that name", () => {
  expect(findCommandLineNetwork("root=/dev/sda1 network-config=YQ== quiet")).toBe("YQ==");
  expect(findCommandLineNetwork("network-config=a network-config=disabled")).toBe("disabled");
  expect(findCommandLineNetwork("my-network-config=a network-config= x")).toBeUndefined();
});
