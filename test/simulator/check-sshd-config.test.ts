import { describe, expect, test } from "bun:test";
import { bootSimulatedAix } from "../../src/simulator/aix/simulated-aix.ts";
import { bootSimulatedLinux } from "../../src/simulator/linux/simulated-linux.ts";
import type { System } from "../../src/system/system.ts";

const MAIN = "/etc/ssh/sshd_config";

async function check(system: System): Promise<string> {
  const argv = ["/usr/sbin/sshd", "-t", "-f", MAIN];
  const { exitCode, stderr } = await system.exec.query(argv, { okExitCodes: "any" });
  return `${exitCode} ${stderr.trim()}`.trim();
}

describe.each([
  ["AIX", () => bootSimulatedAix().system],
  ["Linux", () => bootSimulatedLinux().system],
] as const)("sshd -t on %s", (_name, boot) => {
  test("takes the file as it is installed", async () => {
    expect(await check(boot())).toBe("0");
  });

  test.each([
    ["PasswordAuthentication", `255 ${MAIN} line 1: missing argument.`],
    ["PasswordAuthentication maybe", `255 ${MAIN} line 1: unsupported option "maybe".`],
    ["# x\nPort abc", `255 ${MAIN} line 2: Badly formatted port number.`],
  ])("refuses %j", async (text, said) => {
    const system = boot();
    system.fs.write(MAIN, text);
    expect(await check(system)).toBe(said);
  });

  test("looks into the directory that is included", async () => {
    const system = boot();
    system.fs.write(MAIN, "Include /etc/ssh/sshd_config.d/*.conf\n");
    system.fs.write("/etc/ssh/sshd_config.d/10-site.conf", "Port x\n");
    expect(await check(system)).toContain("10-site.conf line 1: Badly formatted port");
  });
});

test("with the fault, sshd of AIX refuses whatever is written", async () => {
  const { system } = bootSimulatedAix({ faults: { sshdRefusesConfig: true } });
  expect(await check(system)).toStartWith("255 /etc/ssh/sshd_config: terminating");
});
